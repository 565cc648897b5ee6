"""A take that is recorded: the microphone is listened to first, and kept from a moment on.

What a session would clean (echo, noise, gain) stays in it: a take is what the card records, in the
wire's format.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.app.sound_check import silenced_library
from studio.audio.formats import AudioFormat
from studio.audio.level import SILENT, Level, PeakHold, measure
from studio.audio.level_check import LevelCheck, checked_level
from studio.audio.microphones import PacedMicrophone, Tape
from studio.audio.samples import decode
from studio.core.errors import StudioError
from studio.core.text import one_line
from studio.core.units import BLOCK_MS
from studio.lab.take import Take
from studio.runtime.sound import (
    AUTO,
    DEMO_NAME,
    SPOKEN,
    OpenedMicrophone,
    is_card,
    microphone_named,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from studio.audio.microphones import Block
    from studio.core.clock import Clock
    from studio.lab.take_files import StoredTake
    from studio.lab.take_store import TakeStore
    from studio.runtime.sound import SoundSource

FORMAT = AudioFormat.PCM16
CHECK_MS = 2000
"""So much sound is looked at for a level check."""
LONGEST_MS = 60 * 60_000
"""A recording that nobody ends is ended here: its sound is held in memory."""
NAME = "recording"

_SHOWN_BLOCKS = 5


class TakeRecorder:
    """Checks the level of a microphone's blocks, and keeps them from `begin` on."""

    def __init__(self) -> None:
        self.is_recording = False
        self.heard_ms = 0.0
        self.lost_ms = 0.0
        self._levels: deque[Level] = deque(maxlen=CHECK_MS // BLOCK_MS)
        self._all: list[Level] = []
        self._peak = PeakHold()
        self._audio = bytearray()

    @property
    def check(self) -> LevelCheck:
        """What the last two seconds come to."""
        return checked_level(self._levels)

    @property
    def whole_check(self) -> LevelCheck:
        """What all that is kept comes to."""
        return checked_level(self._all)

    @property
    def level(self) -> Level:
        """The level of the last tenth of a second, with the peak that a meter holds."""
        latest = list(self._levels)[-_SHOWN_BLOCKS:]
        rms_db = max((each.rms_db for each in latest), default=SILENT.rms_db)
        return Level(rms_db, self._peak.peak_db)

    @property
    def audio(self) -> bytes:
        """What is kept."""
        return bytes(self._audio)

    @property
    def recorded_ms(self) -> float:
        """How long it lasts."""
        return FORMAT.bytes_to_ms(len(self._audio))

    def hear(self, block: Block) -> None:
        """Take 20 ms."""
        level = measure(decode(block.payload, FORMAT))
        self._levels.append(level)
        self._peak = self._peak.after(level.peak_db, BLOCK_MS)
        self.heard_ms += BLOCK_MS
        if self.is_recording:
            self._all.append(level)
            self._audio += block.payload
            self.lost_ms += block.lost_ms

    def begin(self) -> None:
        """Keep what comes from now on."""
        self.is_recording = True


def card_wanted(microphone: str) -> str:
    """The card that a person's settings name; the system's own where they name none."""
    return microphone if is_card(microphone) else AUTO


async def open_for_take(wanted: str, source: SoundSource) -> OpenedMicrophone:
    """What is named: a card, a sound file, or `say:` and words as `lab.script` writes them.

    Raises:
        StudioError: it cannot be opened.
    """
    if wanted == DEMO_NAME:
        raise StudioError(
            "The demo answers a session; it says nothing by itself.",
            title="No microphone",
            hint="Choose a card with --input-device, or words with --mic 'say:…'.",
        )

    def opened() -> OpenedMicrophone:
        if wanted.startswith(SPOKEN):
            return _spoken(wanted, source)
        with silenced_library():
            return microphone_named(wanted, FORMAT, source, _untouched)

    found: OpenedMicrophone = await source.off_loop(opened)
    return found


async def listen(
    opened: OpenedMicrophone,
    recorder: TakeRecorder,
    source: SoundSource,
    goes_on: Callable[[], bool],
) -> StudioError | None:
    """Let the recorder hear a microphone as long as it is to; gives the card back.

    Args:
        opened: the microphone.
        recorder: hears it.
        source: where it was opened.
        goes_on: called after each block.

    Returns:
        What ended it otherwise: the card went away.
    """
    try:
        async for block in opened.sound.blocks():
            recorder.hear(block)
            if not goes_on() or recorder.recorded_ms >= LONGEST_MS:
                return None
    except StudioError as failure:
        return failure
    finally:
        await source.off_loop(opened.close)
    return None


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A recording that is a take by now.

    Attributes:
        stored: the take.
        remarks: what is to be known of it, a sentence each.
    """

    stored: StoredTake
    remarks: Sequence[str]


def keep_recording(
    recorder: TakeRecorder,
    card: str,
    clock: Clock,
    store: TakeStore,
    name: str = "",
    failure: StudioError | None = None,
) -> KeptRecording | None:
    """Keep what was recorded as a take; None where nothing was.

    Args:
        recorder: what recorded it.
        card: what it was recorded from.
        clock: says when.
        store: where it goes.
        name: what it is called; `recording`, and numbered, where empty.
        failure: what ended it before a person did.

    Raises:
        StudioError: nothing was recorded since the microphone failed, or it cannot be written.
    """
    if not recorder.audio:
        if failure is not None:
            raise failure
        return None
    began = clock.wall().astimezone()
    origin = f"recorded {began:%Y-%m-%d %H:%M}, {one_line(card, 80)}"
    stored = store.keep(Take(name or NAME, recorder.audio, FORMAT, None, origin))
    remarks = []
    if failure is not None:
        remarks.append(f"{failure.message} What was recorded until then is kept.")
    if recorder.recorded_ms >= LONGEST_MS:
        remarks.append("It was ended after an hour.")
    if recorder.lost_ms:
        remarks.append(f"{recorder.lost_ms:.0f} ms were lost: the machine was too busy.")
    if not (check := recorder.whole_check).is_fine:
        remarks.append(check.words)
    return KeptRecording(stored, tuple(remarks))


def _spoken(wanted: str, source: SoundSource) -> OpenedMicrophone:
    from studio.app.lab_adding import spoken

    tape = Tape(spoken(wanted).audio, FORMAT)
    sound = PacedMicrophone("a local voice", FORMAT, tape.next_payload, source.clock, source.sleep)
    return OpenedMicrophone(sound, tape=tape)


def _untouched(samples: NDArray[np.int16], _begin: float) -> NDArray[np.int16]:
    return samples
