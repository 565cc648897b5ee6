"""What the lab's lanes show: a take or a session, and what two settings make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from studio.lab.labels import Truth
    from studio.lab.reading import Reading
    from studio.ui.present.meter import Bit


class Sound(Protocol):
    """How loud something is over time."""

    def peaks(self, begin_ms: float, cell_ms: float, cells: int) -> NDArray[np.float64]:
        """The peak of each cell from 0 to 1; not a number where there is no sound."""
        ...


@dataclass(frozen=True, eq=False)
class TuningPicture:
    """What the lanes show.

    Attributes:
        end_ms: how long the take is.
        sound: its samples, None while they are loaded.
        a: what the setting under edit makes of it.
        b: what another one does; None for no comparison.
        truth: None where nobody has said what is true.
        server: what the server said, of a session; None for a take.
        ear_s: where it is being listened to.
    """

    end_ms: float = 0.0
    sound: Sound | None = None
    a: Reading | None = None
    b: Reading | None = None
    truth: Truth | None = None
    server: Sequence[Bit] | None = None
    ear_s: float | None = None
