"""What a filter reads: the events as columns and frames, and what the session says about them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

ORIGINS = ("server", "client", "local")
"""By their code in `Columns.origin`."""


class Columns(Protocol):
    """The events as arrays of one length; words are codes, and 0 is no word."""

    @property
    def at(self) -> NDArray[np.float64]:
        """Session seconds."""

    @property
    def origin(self) -> NDArray[np.uint8]:
        """A place in `ORIGINS`."""

    @property
    def type(self) -> NDArray[np.uint32]:
        """The wire's word; 0 for a frame that is no event."""

    @property
    def item(self) -> NDArray[np.uint32]:
        """The item that it speaks of."""

    @property
    def response(self) -> NDArray[np.uint32]:
        """The response that it speaks of."""

    @property
    def call(self) -> NDArray[np.uint32]:
        """The function call that it speaks of."""

    @property
    def size(self) -> NDArray[np.uint32]:
        """Bytes on the wire."""

    @property
    def audio(self) -> NDArray[np.uint32]:
        """Bytes of audio, decoded."""

    @property
    def before(self) -> NDArray[np.uint32]:
        """The position of the event that its gap counts from; its own where there is none."""


class Table(Protocol):
    """Events by position from 0; only ever appended to."""

    def __len__(self) -> int: ...

    @property
    def columns(self) -> Columns:
        """All columns, valid until the next event is taken in."""

    def word(self, code: int) -> str:
        """The word of a code."""

    def code(self, word: str) -> int | None:
        """The code of a word, None where no event holds it."""

    def payload(self, index: int) -> object:
        """A frame as JSON values, None where it is no JSON."""

    def raw(self, index: int) -> str:
        """A frame as the log keeps it."""

    @property
    def may_hold_escapes(self) -> bool:
        """Whether letters may stand as escapes in any frame."""

    def find(
        self, text: str, *, ignore_case: bool = True, start: int = 0, stop: int | None = None
    ) -> NDArray[np.uint32]:
        """The positions from `start` up to but without `stop` whose frame as kept holds the text.

        Where case does not matter, ASCII text matches whatever the case of its letters A to Z,
        other text whatever `str.lower` makes alike.
        """


class Facts(Protocol):
    """What the session says about each event; events past the end have none."""

    @property
    def turn(self) -> NDArray[np.uint32]:
        """The number of its turn, 0 where it is in none."""

    @property
    def problem(self) -> NDArray[np.bool_]:
        """Whether it told of a problem."""

    @property
    def anchor_s(self) -> NDArray[np.float64]:
        """The session second of its turn's anchor, NaN where there is none."""


class NoFacts:
    """Facts of a session that nobody has folded."""

    turn: NDArray[np.uint32] = np.zeros(0, np.uint32)
    problem: NDArray[np.bool_] = np.zeros(0, np.bool_)
    anchor_s: NDArray[np.float64] = np.zeros(0, np.float64)


NO_FACTS = NoFacts()
