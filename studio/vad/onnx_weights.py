"""The arrays in an ONNX file, read without a runtime: a walk through its protobuf records.

Of `ModelProto`, only what holds arrays is looked at: graphs, also those within nodes, and the
tensors of their `Constant` nodes. Field numbers are those of `onnx.proto`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Weights = dict[str, NDArray[np.float32]]

_MODEL_GRAPH = 7
_GRAPH_NODE = 1
_NODE_OUTPUT, _NODE_ATTRIBUTE = 2, 5
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH = 5, 6
_TENSOR_SIZES, _TENSOR_KIND, _TENSOR_BYTES = 1, 2, 9
_FLOAT32 = 1


def read_weights(content: bytes) -> Weights:
    """Every constant of 32-bit floats, by the name of the node's output.

    Raises:
        ValueError: this is no ONNX file.
    """
    found: Weights = {}
    try:
        for number, value in _fields(memoryview(content)):
            if number == _MODEL_GRAPH and not isinstance(value, int):
                found.update(_graph(value))
    except IndexError as torn:
        raise ValueError("it ends within a record") from torn
    return found


def _graph(record: memoryview) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for number, node in _fields(record):
        if number == _GRAPH_NODE and not isinstance(node, int):
            yield from _node(node)


def _node(record: memoryview) -> Iterator[tuple[str, NDArray[np.float32]]]:
    output = ""
    for number, value in _fields(record):
        if isinstance(value, int):
            continue
        if number == _NODE_OUTPUT:
            output = bytes(value).decode("utf-8", "replace")
        elif number == _NODE_ATTRIBUTE:
            for kind, held in _fields(value):
                if isinstance(held, int):
                    continue
                if kind == _ATTRIBUTE_GRAPH:
                    yield from _graph(held)
                elif kind == _ATTRIBUTE_TENSOR and (tensor := _tensor(held)) is not None:
                    yield output, tensor


def _tensor(record: memoryview) -> NDArray[np.float32] | None:
    sizes: list[int] = []
    raw, kind = memoryview(b""), 0
    for number, value in _fields(record):
        if number == _TENSOR_SIZES:
            sizes += [value] if isinstance(value, int) else list(_packed(value))
        elif number == _TENSOR_KIND and isinstance(value, int):
            kind = value
        elif number == _TENSOR_BYTES and not isinstance(value, int):
            raw = value
    if kind != _FLOAT32:
        return None
    return np.frombuffer(raw, "<f4").astype(np.float32).reshape(sizes)


def _fields(record: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The number and the value of each field; fixed-width ones come as their bytes."""
    at = 0
    while at < len(record):
        key, at = _varint(record, at)
        match key & 7:
            case 0:
                value, at = _varint(record, at)
                yield key >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(record, at)
            case 5:
                size = 4
            case other:
                raise ValueError(f"it has a field of the kind {other}")
        yield key >> 3, record[at : at + size]
        at += size


def _packed(record: memoryview) -> Iterator[int]:
    at = 0
    while at < len(record):
        value, at = _varint(record, at)
        yield value


def _varint(record: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = record[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
