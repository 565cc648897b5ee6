"""What a socket was given and the other end has not taken, as far as the system tells."""

from __future__ import annotations

from contextlib import suppress
from struct import calcsize, unpack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import WriteTransport


def unacknowledged_bytes(transport: WriteTransport) -> int:
    """Bytes in the transport's own buffer, and in the system's until the peer's acknowledges them.

    The system takes hundreds of kilobytes for a peer that is gone; only it knows of them. Where it
    does not tell (Windows, a closed socket) the transport's buffer is all that is counted.
    """
    return transport.get_write_buffer_size() + _held_by_system(transport)


def _held_by_system(transport: WriteTransport) -> int:
    with suppress(ImportError, AttributeError, OSError, ValueError):
        from fcntl import ioctl
        from termios import TIOCOUTQ

        descriptor = transport.get_extra_info("socket").fileno()
        (held,) = unpack("i", ioctl(descriptor, TIOCOUTQ, bytes(calcsize("i"))))
        return int(held)
    return 0
