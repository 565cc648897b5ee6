from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import StudioError
from studio.lab.label_files import LabelFormat, read_labels, written_labels
from studio.lab.labels import Label, Truth

TRUTH = Truth(
    (
        Label(480, 2_310, "turn", "What time is it?"),
        Label(2_000, 2_600, "noise", "cough"),
        Label(3_000, 3_001),
        Label(4_000, 5_000, "noise"),
    )
)


@pytest.mark.parametrize("name", ["labels.txt", "labels.rttm"])
def test_labels_come_back_as_they_were_written(name: str, tmp_path: Path) -> None:
    form: LabelFormat = "rttm" if name.endswith("rttm") else "audacity"
    file = tmp_path / name
    file.write_text(written_labels(TRUTH, form, "my take"))
    read = read_labels(file, 5_000)
    assert read.faults == ()
    if form == "audacity":
        assert read.truth == TRUTH
    else:
        bare = [(each.begin_ms, each.end_ms, each.kind) for each in TRUTH.labels]
        assert [(each.begin_ms, each.end_ms, each.kind) for each in read.truth.labels] == bare


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("0.5\t1.25\tWhat time is it?", Label(500, 1_250, "turn", "What time is it?")),
        ("0,5\t1,25\tturn: Yes.", Label(500, 1_250, "turn", "Yes.")),
        ("0.5\t1.25", Label(500, 1_250)),
        ("0.5\t1.25\tNoise – keyboard", Label(500, 1_250, "noise", "keyboard")),
        ("0.5\t1.25\tnoisette", Label(500, 1_250, "turn", "noisette")),
        ("0.5\t1.25\tturn", Label(500, 1_250)),
        ("0.5\t1.25\tuser: Yes.", Label(500, 1_250, "turn", "Yes.")),
    ],
)
def test_what_a_text_means_in_audacity(line: str, label: Label, tmp_path: Path) -> None:
    file = tmp_path / "labels.txt"
    file.write_text(f"\ufeff{line}\r\n\\\t100\t200\n0.1\t0.2\tassistant: no\n", encoding="utf-8")
    assert read_labels(file, 2_000).truth.labels == (label,)


def test_bad_lines_are_named_and_the_others_used(tmp_path: Path) -> None:
    file = tmp_path / "labels.txt"
    file.write_text(
        "x\t1\tmislabelled\n0\t0.5\tgood\n0.4\t0.9\toverlaps\n1.8\t2.5\tbeyond\n1\t1\tpoint\n"
        "inf\t2\n"
    )
    read = read_labels(file, 2_000)
    assert read.truth.labels == (Label(0, 500, "turn", "good"),)
    told = "\n".join(read.faults)
    assert len(read.faults) == 5
    for words in ("Line 1: x is no time", "Line 6: inf", "overlaps", "beyond the end", "no length"):
        assert words in told


@pytest.mark.parametrize("content", ["", "a folder of notes\n", "\0\0\0", "SPEAKER x 1 0\n"])
def test_a_file_without_labels_is_refused(content: str, tmp_path: Path) -> None:
    for name in ("labels.txt", "labels.rttm"):
        file = tmp_path / name
        file.write_text(content)
        with pytest.raises(StudioError) as refused:
            read_labels(file, 2_000)
        assert name in refused.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"gone\.txt"):
        read_labels(tmp_path / "gone.txt", 1)


def test_rttm_of_other_programs(tmp_path: Path) -> None:
    file = tmp_path / "meeting.RTTM"
    file.write_text(
        "SPKR-INFO m 1 <NA> <NA> <NA> unknown A <NA>\n"
        "SPEAKER m 1 0.25 0.5 <NA> <NA> A <NA>\n"
        "SPEAKER m 1 0.50 0.5 <NA> <NA> B <NA>\n"
        "SPEAKER m 1 1.00 0.5 <NA> <NA> noise_tv <NA> <NA>\n"
    )
    read = read_labels(file, 2_000)
    assert read.truth.labels == (Label(250, 750), Label(1_000, 1_500, "noise"))
    assert len(read.faults) == 1


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_in_words(tmp_path_factory: object, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    for name in ("any.txt", "any.rttm"):
        file = folder / name
        file.write_text(text, encoding="utf-8", errors="replace")
        with contextlib.suppress(StudioError):
            assert read_labels(file, 1_000).truth is not None
