from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pytest

from studio.ui.present.picture import can_draw, drawn, half_blocks, picture_of


def png(width: int, height: int, alpha: int = 255) -> bytes:
    """A red picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = (b"\0" + bytes((255, 0, 0, alpha)) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


def url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x01\xe0\x02\x80\x03\x01\x11\x00\xff\xd9"
)


def test_a_png_says_its_size() -> None:
    assert picture_of(url(png(640, 4))).words.startswith("png · 640×4 · ")


def test_a_jpeg_says_its_size() -> None:
    assert picture_of(url(JPEG, "jpeg")).pixels == (640, 480)


@pytest.mark.parametrize("body", ["###", "abc", "é"])
def test_broken_base64_is_said(body: str) -> None:
    assert "broken" in picture_of(f"data:image/png;base64,{body}").words


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x00", b"\x89PNG"]
)
def test_other_files_have_no_size_and_are_not_drawn(data: bytes) -> None:
    picture = picture_of(url(data))
    assert picture.pixels is None
    assert drawn(picture, 40, 10, "") == ()


def test_two_pixels_stand_in_a_cell() -> None:
    pixels = np.zeros((4, 3, 3), np.uint8)
    pixels[0, 0] = (255, 0, 0)
    lines = half_blocks(pixels)
    assert [line.plain for line in lines] == ["▀▀▀", "▀▀▀"]
    assert str(lines[0].spans[0].style) == "#ff0000 on #000000"


@pytest.mark.skipif(not can_draw(), reason="needs Pillow")
def test_a_picture_fits_its_room() -> None:
    lines = drawn(picture_of(url(png(64, 64))), 20, 10, "")
    assert len(lines) == 10
    assert {line.cell_len for line in lines} == {20}
    assert drawn(picture_of(url(png(64, 64)[:80])), 20, 10, "") == ()


@pytest.mark.skipif(not can_draw(), reason="needs Pillow")
def test_through_a_picture_one_sees_the_ground() -> None:
    (line,) = drawn(picture_of(url(png(2, 2, alpha=0))), 20, 10, "#102030")
    assert str(line.spans[0].style) == "#102030 on #102030"
    (line,) = drawn(picture_of(url(png(2, 2))), 20, 10, "#102030")
    assert str(line.spans[0].style) == "#ff0000 on #ff0000"
