from __future__ import annotations

import os
import signal
from time import sleep

from tests.device.starvation import Starvation, witness


def test_a_machine_that_was_there_is_no_excuse() -> None:
    assert str(Starvation(worst_late_ms=19.0, stolen=0.04)) == ""


def test_what_was_missing_is_said() -> None:
    assert str(Starvation(worst_late_ms=51.2, stolen=0.16)) == (
        "the machine stood still for up to 51 ms and 16% of its time was given to others"
    )


def test_a_witness_sees_that_it_could_not_run() -> None:
    with witness() as seeing:
        seeing.since_last()
        os.kill(seeing.pid, signal.SIGSTOP)
        sleep(0.2)
        os.kill(seeing.pid, signal.SIGCONT)
        assert seeing.since_last().worst_late_ms > 150
