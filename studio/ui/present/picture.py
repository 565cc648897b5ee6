"""A picture in a data URL: its kind and size in words, and, with Pillow, drawn in half blocks."""

from __future__ import annotations

import base64
import binascii
import importlib
import importlib.util
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from studio.core.text import one_line
from studio.ui.present.words import size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HALF = "▀"
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came.

    Attributes:
        kind: what it says it is, `png`.
        data: its file; empty where the base64 is broken.
        pixels: width and height; None where its head does not say.
    """

    kind: str
    data: bytes
    pixels: tuple[int, int] | None

    @property
    def words(self) -> str:
        """`png · 640×480 · 41.2 kB`."""
        if not self.data:
            return f"{self.kind} · its base64 is broken"
        sized = f" · {self.pixels[0]:,}×{self.pixels[1]:,}" if self.pixels else ""
        return f"{self.kind}{sized} · {size(len(self.data))}"


def picture_of(url: str) -> Picture:
    """The picture in a data URL."""
    head, _, body = url.partition(",")
    kind = one_line(head.removeprefix("data:image/").partition(";")[0], 20)
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return Picture(kind, data, _size(data))


def can_draw() -> bool:
    """Whether pictures can be drawn here."""
    return importlib.util.find_spec("PIL") is not None


def drawn(picture: Picture, columns: int, rows: int, ground: str) -> tuple[Text, ...]:
    """The picture within so many cells, two pixels in each; empty where it cannot be drawn.

    Args:
        picture: what to draw.
        columns: cells of a line at most.
        rows: lines at most.
        ground: the colour that is seen through it, `#` and six digits; else it is black.
    """
    if not can_draw() or not picture.pixels or columns <= 0 or rows <= 0:
        return ()
    width, height = picture.pixels
    if not 0 < width * height <= _MOST_PIXELS:
        return ()
    import numpy as np

    images = importlib.import_module("PIL.Image")
    scale = min(columns / width, 2 * rows / height, 1.0)
    wanted = max(1, round(width * scale)), max(2, round(height * scale) // 2 * 2)
    try:
        with images.open(io.BytesIO(picture.data), formats=("PNG", "JPEG")) as image:
            image.draft("RGB", wanted)  # a JPEG need not be read whole
            small = image.convert("RGBA").resize(wanted)
            under = images.new("RGBA", wanted, ground if ground.startswith("#") else "black")
            under.alpha_composite(small)
    except (OSError, ValueError, SyntaxError):
        return ()
    return half_blocks(np.asarray(under.convert("RGB"), np.uint8))


def half_blocks(pixels: NDArray[np.uint8]) -> tuple[Text, ...]:
    """Rows of (height, width, 3) pixels, two of them in each line."""
    lines = []
    for upper, lower in zip(pixels[0::2], pixels[1::2], strict=False):
        line = Text(no_wrap=True, end="")
        for above, below in zip(upper, lower, strict=True):
            line.append(_HALF, f"{_color(above)} on {_color(below)}")
        lines.append(line)
    return tuple(lines)


def _color(pixel: NDArray[np.uint8]) -> str:
    return "#" + bytes(pixel).hex()


def _size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the head of a PNG or JPEG file."""
    if data.startswith(_PNG) and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _JPEG_SIZES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
