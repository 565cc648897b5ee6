from __future__ import annotations

import pytest

from studio.query.filter import parse
from studio.query.hints import Wider, wider_type
from tests.fakes.table import Entry, ListTable

TYPES = ("input_audio_buffer.append", "input_audio_buffer.commit", "response.done")
TABLE = ListTable([Entry(0.0, "server", f'{{"type": "{each}"}}') for each in TYPES])


@pytest.mark.parametrize(
    ("text", "wider"),
    [
        ("type:input", Wider("type:input*", 2)),
        ("from:client type:input", Wider("type:input*", 2)),
        ("type:response type:res", Wider("type:res*", 1)),
        ("is:error or type:response.do", Wider("type:response.do*", 1)),
        ("type:response is:error", None),
        ("type:nobody", None),
        ("type:inpu?", None),
        ("type=input", None),
        ("not type:input", None),
        ("zebra", None),
        ("", None),
    ],
)
def test_a_type_that_is_half_a_word_is_known(text: str, wider: Wider | None) -> None:
    assert wider_type(parse(text), TABLE) == wider
