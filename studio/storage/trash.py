"""What is deleted is a folder moved into `.trash` beside the others, out of which it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

TRASH_NAME = ".trash"


def move_folder(folder: Path, to: Path, title: str, hint: str) -> Path:
    """Move a folder under its own name; where it lies now.

    Args:
        folder: what is moved.
        to: the folder that it goes into; made where its parent is there.
        title: of the error, such as "Not deleted".
        hint: what to do where there is another one of its name.

    Raises:
        StudioError: there is another one of its name, or it cannot be moved.
    """
    target = to / folder.name
    try:
        if target.exists():
            raise StudioError(
                f"There is another {one_line(folder.name, 80)} in {one_line(str(to), 200)}.",
                title=title,
                hint=hint,
            )
        to.mkdir(exist_ok=True)
        return folder.rename(target)
    except OSError as failure:
        raise StudioError(
            f"{one_line(str(folder), 200)}: {failure.strerror or failure}.", title=title
        ) from failure
