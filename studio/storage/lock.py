"""Who is writing a session: a lock on its log that ends with the process, however that ends."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import BinaryIO

_HAS_LOCKS = importlib.util.find_spec("fcntl") is not None


def take(log: BinaryIO) -> bool:
    """Try to become the one who writes this log; held until the file is closed.

    Systems without such locks always say yes.
    """
    if not _HAS_LOCKS:
        return True
    import fcntl

    try:
        fcntl.flock(log.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_taken(log: Path) -> bool:
    """Whether somebody is writing this log.

    Systems without such locks always say no.
    """
    if not _HAS_LOCKS:
        return False
    import fcntl

    try:
        with log.open("rb") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
