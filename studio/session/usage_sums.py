"""What a session used, summed anew only from where the session is another than at the last look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from studio.core.persistent import Series

Row = TypeVar("Row")
Sum = TypeVar("Sum")

_STEP = 64


class RunningSum(Generic[Row, Sum]):
    """The sum of a series, from left to right, of which it keeps one of every 64 sums on the way.

    Args:
        nothing: the sum of no rows.
        plus: a sum and one row more; it changes neither.
    """

    def __init__(self, nothing: Sum, plus: Callable[[Sum, Row], Sum]) -> None:
        self._plus = plus
        self._rows: Series[Row] = Series()
        self._sums = [nothing]

    def of(self, rows: Series[Row]) -> Sum:
        """The sum of these rows."""
        same = self._rows.same_until(rows)
        del self._sums[same // _STEP + 1 :]
        begin = (len(self._sums) - 1) * _STEP
        total = self._sums[-1]
        for count, row in enumerate(rows[begin:], begin + 1):
            total = self._plus(total, row)
            if count % _STEP == 0:
                self._sums.append(total)
        self._rows = rows
        return total
