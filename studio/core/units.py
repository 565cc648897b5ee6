"""The few numbers that audio on this wire is measured in, and session time in words."""

from __future__ import annotations

from types import MappingProxyType

PCM16_SAMPLE_RATE_HZ = 24_000
G711_SAMPLE_RATE_HZ = 8_000
VAD_SAMPLE_RATE_HZ = 16_000
VAD_FRAME_SAMPLES = 512
VAD_FRAME_MS = 32
BLOCK_MS = 20

EAGERNESS_WAIT_MS = MappingProxyType({"low": 8000, "medium": 4000, "auto": 4000, "high": 2000})
"""How long `semantic_vad` lets a pause last at most, by eagerness; the hosted service's figures."""


def samples_to_ms(samples: int, rate_hz: int) -> float:
    """Milliseconds that `samples` last at `rate_hz`."""
    return samples * 1000 / rate_hz


def ms_to_samples(ms: float, rate_hz: int) -> int:
    """Whole samples that fit in `ms` at `rate_hz`."""
    return int(ms * rate_hz / 1000)


def clock(seconds: float) -> str:
    """`0:42`, `12:07`, `1:02:03`."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
