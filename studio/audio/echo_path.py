"""Whether the microphone hears the speaker: what is known of it, and what may be sent meanwhile.

A canceller alone is no answer. Where there is no echo, as with a headset, it takes the person away
for the first seconds of the speaker's sound; where there is, it lets a scrap through while it
learns the room. So the room is judged by the sound itself: how much of what was recorded is made of
what was played (`echo_score`). Pure: no sound comes in here, only what was measured of it.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Literal

from studio.audio.echo_score import LIKELY_ECHO, EchoScore

EchoPathState = Literal["learning", "present", "absent"]
"""What is known of the way from the speaker to the microphone."""

SCORED_S = 0.5
"""How much of the microphone's sound a score is made of."""

IS_ECHO, IS_NONE = LIKELY_ECHO, 0.35
"""From the first on a score says echo, below the second it says none.

Measured over `SCORED_S` of the voices of `speech.voices`: noise 0.11 at most; a person without echo
0.35 or less in 97 scores of 100, and 0.83 once where only a word's first moment was scored; echo of
-20 to 0 dB at 10 to 300 ms 0.85 at least in three scores of four, -35 dB (10 dB over the noise)
0.65. A person over equally loud echo: median 0.64; over echo of -20 dB 0.17.
"""

QUIET_RMS = 30.0
"""A microphone that is quieter than that (-61 dBFS) while the speaker sounds needs no score."""

_STEP_S = 0.01
_LATEST_S = 0.3  # echo comes sooner: by then, what was played must show
_TAIL_S = 0.6  # that, and the room goes on sounding
_LEAST_SOUND_S = 0.25  # a few periods of a voice resemble any other's
_SCORE_EACH_S = {"learning": 0.2, "absent": 0.3, "present": 0.5}
_SAME_LAG_MS = 5.0  # what chance alone finds lies anywhere
_NONE_FOR_GOOD = 2  # scores in a row
_NONE_AFTER_ECHO = 5  # a person may be talking over it
_LEAST_REMOVED_DB = 15.0
_CONVERGING_S = 1.5
_LONGEST_S = 3.0
_PROVING_S, _LONGEST_PROOF_S = 0.5, 1.5  # in each answer: the way may have changed meanwhile
_PROOF_DB = 20.0


class EchoPath:
    """What is known of one pair of speaker and microphone, from `learning` on.

    Attributes:
        state: `learning` until two scores show no echo, or the canceller works on the echo that one
            showed; a decision is forced after three seconds of sound. A score that shows echo
            after all leads back to `learning`, several that show none from `present` to `absent`.
            Chance is kept out by asking for two scores, and two lags that agree.
    """

    def __init__(self) -> None:
        self.state: EchoPathState = "learning"
        self._echo_rms = math.inf  # of the quietest echo found
        self._likely: EchoScore | None = None
        self._nones = 0
        self._sounded_s = 0.0
        self._answer_s = 0.0
        self._is_proven = False
        self._since_sound_s = math.inf
        self._since_score_s = math.inf
        steps = round((SCORED_S + _LATEST_S) / _STEP_S)
        self._sounding = deque([False] * steps, steps)

    @property
    def must_be_silent(self) -> bool:
        """Whether what is heard now may be echo that nothing takes out yet.

        So it is while the room is learnt, and where there is echo, at the beginning of each answer
        until the canceller shows that it works or a score says that a person talks.
        """
        is_open = self.state == "absent" or (self.state == "present" and self._is_proven)
        return self._since_sound_s < _TAIL_S and not is_open

    @property
    def is_quiet(self) -> bool:
        """Whether the speaker has been silent for so long that the room is silent, too."""
        return self._since_sound_s >= _TAIL_S

    @property
    def wants_score(self) -> bool:
        """Whether the last `SCORED_S` are to be scored now."""
        is_doubtful = not self._is_proven if self.state == "present" else self._likely is not None
        each_s = _SCORE_EACH_S["learning" if is_doubtful else self.state]
        is_due = self._since_score_s >= each_s - _STEP_S / 2
        return is_due and self._since_sound_s < _TAIL_S and self._has_sounded(_LEAST_SOUND_S)

    def passed(self, seconds: float, *, is_sounding: bool, removed_db: float | None) -> None:
        """A block passed.

        Args:
            seconds: its length.
            is_sounding: whether the speaker sounded.
            removed_db: how much quieter the canceller made the last second.
        """
        self._since_score_s += seconds
        if self._since_sound_s >= _TAIL_S:
            self._answer_s, self._is_proven = 0.0, False
        self._since_sound_s = 0.0 if is_sounding else self._since_sound_s + seconds
        self._sounding.extend([is_sounding] * round(seconds / _STEP_S))
        if is_sounding:
            self._sounded_s += seconds
            self._answer_s += seconds
            self._is_proven |= self._proves(removed_db or 0.0)
            if self.state == "learning" and self._is_learnt(removed_db or 0.0):
                self.state = "present"

    def judge(self, found: EchoScore, rms: float) -> None:
        """What a score says of the room.

        Args:
            found: `NO_ECHO` for a microphone that is quiet.
            rms: of what was scored.
        """
        self._since_score_s = 0.0
        before, self._likely = self._likely, None
        self._is_proven |= found.score < IS_ECHO and self._answer_s >= _PROVING_S
        if found.score >= IS_ECHO:
            self._likely, self._nones = found, 0
            if before is not None and abs(found.lag_ms - before.lag_ms) < _SAME_LAG_MS:
                self._learn(rms)
        elif found.score < IS_NONE and self._must_show() and rms < self._echo_rms / 2:
            self._nones += 1
            if self._nones >= (_NONE_FOR_GOOD if self._echo_rms == math.inf else _NONE_AFTER_ECHO):
                self.state, self._echo_rms = "absent", math.inf

    def _learn(self, rms: float) -> None:
        """There is an echo, as loud as that."""
        self._echo_rms = min(self._echo_rms, rms)
        if self.state == "absent":
            self.state = "learning"
            self._sounded_s = 0.0

    def _proves(self, removed_db: float) -> bool:
        """Whether the canceller shows in this answer, too, that it works; or had the time to."""
        is_working = removed_db >= _PROOF_DB
        return self._answer_s >= (_PROVING_S if is_working else _LONGEST_PROOF_S)

    def _is_learnt(self, removed_db: float) -> bool:
        is_working = self._echo_rms < math.inf and removed_db >= _LEAST_REMOVED_DB
        return self._sounded_s >= (_CONVERGING_S if is_working else _LONGEST_S)

    def _must_show(self) -> bool:
        """Whether so much was played that echo, however late, would be in what was scored."""
        early = list(self._sounding)[: round(SCORED_S / _STEP_S)]
        return 2 * sum(early) >= len(early)

    def _has_sounded(self, seconds: float) -> bool:
        return sum(self._sounding) * _STEP_S >= seconds
