from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.lab.nearest_rank import nearest_rank, percentile

shares = st.sampled_from([0.05, 0.5, 0.9, 0.95, 1.0])


@given(st.lists(st.integers(0, 5_000), min_size=1), shares)
def test_it_is_the_inverse_of_how_many_have_at_most_that(values: list[int], share: float) -> None:
    ordered = sorted(values)
    assert percentile(ordered, share) == np.percentile(ordered, share * 100, method="inverted_cdf")


@given(st.lists(st.integers(1, 10_000), min_size=1), shares)
def test_counts_are_ranked_alike_one_by_one_and_as_an_array(
    counts: list[int], share: float
) -> None:
    found = nearest_rank(np.array(counts, np.int64), share)
    assert found.tolist() == [nearest_rank(count, share) for count in counts]


def test_nothing_has_none() -> None:
    assert percentile((), 0.5) is None
