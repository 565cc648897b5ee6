"""The encodings that audio has on a Realtime wire, as arithmetic on bytes and milliseconds.

Not the wire's names for them (`audio/pcm`, `g711_ulaw`): those belong to the protocol.
"""

from __future__ import annotations

from enum import StrEnum

from studio.core.units import G711_SAMPLE_RATE_HZ, PCM16_SAMPLE_RATE_HZ


class AudioFormat(StrEnum):
    """Mono PCM16 little-endian at 24 kHz, or one of the two G.711 laws at 8 kHz."""

    PCM16 = "pcm16"
    PCMU = "pcmu"
    PCMA = "pcma"

    @property
    def rate_hz(self) -> int:
        """Samples per second."""
        return PCM16_SAMPLE_RATE_HZ if self is AudioFormat.PCM16 else G711_SAMPLE_RATE_HZ

    @property
    def bytes_per_sample(self) -> int:
        """Two for PCM16, one for G.711."""
        return 2 if self is AudioFormat.PCM16 else 1

    @property
    def bytes_per_ms(self) -> int:
        """48 for PCM16, 8 for G.711."""
        return self.rate_hz * self.bytes_per_sample // 1000

    def bytes_to_ms(self, n_bytes: int) -> float:
        """Milliseconds that `n_bytes` play for."""
        return n_bytes / self.bytes_per_ms

    def ms_to_bytes(self, ms: float) -> int:
        """Bytes of the whole samples that fit in `ms`."""
        return int(ms * self.rate_hz / 1000) * self.bytes_per_sample

    def silence(self, ms: float) -> bytes:
        """Digital silence in this format's own code, `ms` long in whole samples."""
        return _SILENT_SAMPLE[self] * (self.ms_to_bytes(ms) // self.bytes_per_sample)


_SILENT_SAMPLE = {
    AudioFormat.PCM16: b"\x00\x00",
    AudioFormat.PCMU: b"\xff",
    AudioFormat.PCMA: b"\xd5",
}
