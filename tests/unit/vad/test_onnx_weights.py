from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.vad.onnx_weights import read_weights


def varint(value: int) -> bytes:
    low, value = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(value) if value else bytes([low])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def record(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(values: np.ndarray, *, packed: bool = False) -> bytes:
    kind = {"float32": 1, "int64": 7}[values.dtype.name]
    sizes = b"".join(map(varint, values.shape))
    told = record(1, sizes) if packed else b"".join(number(1, each) for each in values.shape)
    return told + number(2, kind) + record(8, b"ignored") + record(9, values.tobytes())


def constant(output: str, held: bytes) -> bytes:
    attribute = record(1, b"value") + record(5, held) + number(20, 4)
    return record(1, record(2, output.encode()) + record(4, b"Constant") + record(5, attribute))


WEIGHTS = np.arange(6, dtype=np.float32).reshape(2, 3)


def test_constants_are_found_also_in_graphs_within_graphs() -> None:
    inner = constant("inner", tensor(WEIGHTS, packed=True))
    branch = record(1, record(2, b"if") + record(5, record(6, inner)))
    whole = constant("counts", tensor(np.arange(3))) + constant("outer", tensor(WEIGHTS)) + branch
    model = number(1, 8) + b"\x0d1234" + b"\x1112345678" + record(7, whole)
    found = read_weights(model)
    assert set(found) == {"outer", "inner"}
    for each in found.values():
        assert each.dtype == np.float32
        assert each.tolist() == WEIGHTS.tolist()


@pytest.mark.parametrize(
    "content",
    [b"\x3b", b"\xff", record(7, constant("a", tensor(WEIGHTS)))[:-2] + b"\xff"],
)
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_weights(content)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_weights(content)
    with contextlib.suppress(ValueError):
        read_weights(record(7, content))
