"""The `studio` command: errors become words, and the bare screen opens without a parser."""

from __future__ import annotations

import gc
import os
import sys

from studio.core.errors import StudioError
from studio.core.text import printable


def main() -> None:
    """Run the command line; an error for people ends it with status 1 and no traceback."""
    # Imports and the first paint make few cycles and many objects: looking for the former among
    # the latter costs a fifth of the time to the first paint. `open_screen` turns it on again.
    gc.disable()
    try:
        if sys.argv[1:]:
            gc.enable()
            from studio.cli.commands import app

            app()
        else:
            from studio.app.choices import Choices
            from studio.app.screen import open_screen

            sys.exit(open_screen(Choices(), os.environ))
    except StudioError as error:
        print(printable(error.in_words()), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
