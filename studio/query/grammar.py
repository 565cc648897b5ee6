"""The grammar of filters, and their syntax trees."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

# Words are many things: which of them one is, is told by what follows it. A name before a colon or
# a comparison is a field, so `size` alone is text to look for and `size > 1kB` is not.
_GRAMMAR = r"""
?start: any
?any: all (OR all)*
?all: each (AND? each)*
?each: NOT each -> excluded
     | LPAR any RPAR -> bracket
     | FIELD OP (REGEX | STRING | VALUE) -> field
     | PATH -> there
     | PATH OP (REGEX | STRING | VALUE) -> compared
     | REGEX -> matching
     | (STRING | WORD) -> text

OP.5: /[<>]=?|!=|==?|~|:/
OR.4: /or(?=[\s()]|$)|\|\|?/i
AND.4: /and(?=[\s()]|$)|&&?/i
NOT.4: /not(?=[\s()]|$)|[-!]/i
LPAR: "("
RPAR: ")"
FIELD.3: /[A-Za-z_][A-Za-z_-]*(?=\s*(?:[<>=~:]|!=))/
PATH.3: /\.(?:"(?:[^"\\]|\\.)*"|[^\s()<>=!~:"])+/s
STRING.3: /"(?:[^"\\]|\\.)*"/s
REGEX.3: /\/(?:[^\/\\\n]|\\[^\n])*\/[A-Za-z]*/
WORD: /(?!(?:and|or)(?:[\s()]|$))[^\s()"\/.<>=~!|&-][^\s()"]*/i
VALUE: /[^\s()"\/][^\s()"]*/

%ignore /\s+/
"""


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def syntax_tree(text: str) -> Tree[Token]:
    """The syntax tree of a filter that is not empty.

    Raises:
        lark.UnexpectedInput: it is not in the language.
    """
    return _parser().parse(text)
