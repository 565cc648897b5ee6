"""The `studio` command: errors become words, and the bare screen opens without a parser."""

from __future__ import annotations

import gc
import os
import sys
from typing import TextIO

from studio.core.errors import StudioError
from studio.core.text import printable


def main() -> None:
    """Run the command line; an error for people ends it with status 1 and no traceback."""
    # Imports and the first paint make few cycles and many objects: looking for the former among
    # the latter costs a fifth of the time to the first paint. `open_screen` turns it on again.
    gc.disable()
    try:
        _refuse_what_is_no_text(sys.argv)
        _refuse_a_closed_output()
        if sys.argv[1:]:
            from studio.cli.commands import app_for

            app = app_for(sys.argv[1])
            gc.enable()
            app()
        else:
            from studio.app.choices import Choices
            from studio.app.screen import open_screen

            sys.exit(open_screen(Choices(), os.environ))
    except StudioError as error:
        print(printable(error.in_words()), file=sys.stderr)
        sys.exit(1)
    except OSError as failure:  # a full disk behind a pipe, a terminal that went away
        print(printable(f"Not finished: {failure.strerror or failure}."), file=sys.stderr)
        sys.stdout = None  # what it still holds cannot be written
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _refuse_a_closed_output() -> None:
    """A shell's `>&-` leaves nowhere to print to; Python has no stream in its place."""
    streams: tuple[TextIO | None, TextIO | None] = (sys.stdout, sys.stderr)
    if None in streams:
        raise StudioError(
            "Standard output or standard error is closed.",
            title="Cannot use this command",
            hint="Send what you do not want to /dev/null.",
        )


def _refuse_what_is_no_text(arguments: list[str]) -> None:
    """Bytes that are no UTF-8 arrive as surrogates, which neither log nor wire can carry."""
    if any("\ud800" <= character <= "\udfff" for each in arguments for character in each):
        raise StudioError(
            "An argument is not valid text.",
            title="Cannot use this command",
            hint="Write it in UTF-8.",
        )
