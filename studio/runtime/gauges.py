"""Reading what changes at block rate off a session's parts, into one `Cells`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.audio.level import PeakHold
from studio.runtime.cells import Cells

if TYPE_CHECKING:
    from studio.runtime.echo_watch import EchoWatch
    from studio.runtime.hearing import Hearing
    from studio.runtime.line import Line
    from studio.runtime.sending import Sending
    from studio.runtime.sound_path import SoundPath


@dataclass(slots=True)
class Gauges:
    """What is read, and the peak that is held in between."""

    path: SoundPath
    sending: Sending
    hearing: Hearing
    echoes: EchoWatch
    line: Line
    _output_peak: PeakHold = field(default_factory=PeakHold)

    def read(self, at: float, since_ms: float, loop_lag_ms: float) -> Cells:
        """The values now.

        Args:
            at: session seconds.
            since_ms: how long ago they were read last.
            loop_lag_ms: how late the loop woke for it.
        """
        output, sending = self.path.output, self.sending
        speaker = output.speaker
        level = speaker.level()
        self._output_peak = self._output_peak.after(level.peak_db, since_ms)
        connection = self.line.connection
        return Cells(
            at=at,
            input_db=sending.level.rms_db,
            input_peak_db=sending.peak.peak_db,
            output_db=level.rms_db,
            output_peak_db=self._output_peak.peak_db,
            input_clipping=sending.is_clipping,
            probabilities=tuple(self.hearing.frames),
            playing=output.head(),
            queued_ms=speaker.unheard_ms,
            sent_ms=sending.sent_ms,
            late_ms=sending.late_ms,
            underruns=speaker.underruns,
            overruns=self.path.recording.opened.sound.overruns,
            dropped=sending.dropped,
            start_buffer_ms=speaker.start_buffer_ms,
            late_audio_ms=speaker.late_audio_ms,
            rtt_ms=None if connection is None else connection.rtt_ms,
            echo_removed_db=self.path.card.removed_db,
            echo_path=self.path.card.echo_path,
            echo_delay_ms=self.echoes.delay_ms,
            loop_lag_ms=loop_lag_ms,
        )
