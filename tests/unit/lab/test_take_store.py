from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.audio.formats import AudioFormat
from studio.core.errors import StudioError
from studio.lab.labels import Label, Truth
from studio.lab.take import Take
from studio.lab.take_files import AUDIO_NAME, NOTES_NAME
from studio.lab.take_store import TakeStore, tidy_name

TRUTH = Truth((Label(20, 60, "turn", "Yes."), Label(70, 90, "noise", "cough")))


def take(name: str = "short-answer", **fields: object) -> Take:
    return Take(name, bytes(range(240)) * 20, truth=TRUTH, **fields)  # type: ignore[arg-type]


def names(store: TakeStore) -> list[str]:
    return [each.name for each in store.listing().takes]


def files(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_a_take_comes_back_as_it_was_kept(audio_format: AudioFormat, tmp_path: Path) -> None:
    store = TakeStore(tmp_path / "takes")
    kept = take(audio_format=audio_format, origin="a session's turn", tags=("phone",))
    if audio_format is not AudioFormat.PCM16:
        assert kept.duration_ms > 100
    stored = store.keep(kept)
    assert stored.truth == TRUTH
    assert stored.duration_ms == kept.duration_ms
    found = store.find("short-answer").load()
    assert (found.audio, found.audio_format, found.truth) == (kept.audio, audio_format, TRUTH)
    assert (found.origin, found.tags, found.digest) == (kept.origin, kept.tags, kept.digest)
    assert store.listing().takes == (stored,)
    assert files(tmp_path / "takes") == {"short-answer"}


def test_the_key_of_a_take_is_another_where_its_labels_or_its_sound_are(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    stored = store.keep(take())
    assert store.find("short-answer").key == stored.key
    assert store.label("short-answer", None).key != stored.key
    before = store.label("short-answer", TRUTH).key
    assert before == stored.key
    stored.audio_file.write_bytes(b"")
    emptied = stored.key
    stored.audio_file.unlink()
    assert len({before, emptied, stored.key}) == 3


def test_a_second_one_of_a_name_gets_a_number(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    assert [store.keep(take()).name for _ in range(3)] == [
        "short-answer",
        "short-answer-2",
        "short-answer-3",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What time is it?", "What-time-is-it"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("Größe 5", "Größe-5"),
        ("a\x1b[31mb", "a-31mb"),
        ("///", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_names_are_fit_for_a_folder(text: str, name: str) -> None:
    assert tidy_name(text) == name


@pytest.mark.parametrize("name", ["", "..", "../takes", "gone", ".trash"])
def test_what_is_no_take_is_not_found(name: str, tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    store.remove(store.keep(take()).name)
    for attempt in (store.find, store.remove, store.restore):
        with pytest.raises(StudioError):
            attempt(name)
    assert [each.name for each in store.trash().takes] == ["short-answer"]


def test_labels_tags_and_the_name_can_be_changed_and_the_rest_stays(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    store.keep(take(origin="said"))
    file = tmp_path / "short-answer" / NOTES_NAME
    file.write_text(json.dumps({**json.loads(file.read_text()), "stars": 5}))
    assert store.label("short-answer", None).truth is None
    assert store.tag("short-answer", ("phone",)).tags == ("phone",)
    other = Truth((Label(0, 50),))
    assert store.label("short-answer", other).truth == other
    assert store.rename("short-answer", "Yes!").name == "Yes"
    (stored,) = store.listing().takes
    assert (stored.name, stored.truth, stored.tags) == ("Yes", other, ("phone",))
    assert stored.origin == "said"
    assert json.loads((tmp_path / "Yes" / NOTES_NAME).read_text())["stars"] == 5


def test_what_was_removed_comes_back(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    store.keep(take())
    assert store.remove("short-answer") == "short-answer"
    assert names(store) == []
    store.keep(take())
    with pytest.raises(StudioError, match="another"):
        store.restore("short-answer")
    assert store.remove("short-answer") == "short-answer-2"
    assert store.restore("short-answer-2").truth == TRUTH
    assert names(store) == ["short-answer-2"]
    assert [each.name for each in store.trash().takes] == ["short-answer"]


@pytest.mark.parametrize(
    ("notes", "fault"),
    [
        (None, "missing"),
        ("{", "cannot be read"),
        ("[1]", "no JSON object"),
        ('{"labels": 5}', "no list"),
        ('{"labels": [{"begin_ms": 0}]}', "Label 1"),
        ('{"labels": [{"begin_ms": 0, "end_ms": 50}, {"begin_ms": NaN}]}', "cannot be read"),
        ('{"labels": [{"begin_ms": 0, "end_ms": 50, "kind": "song"}]}', "Label 1"),
        ('{"labels": [{"begin_ms": 0, "end_ms": 5000}]}', "beyond the end"),
        ('{"labels": [{"begin_ms": 50, "end_ms": 10}]}', "no length"),
        (
            '{"labels": [{"begin_ms": 0, "end_ms": 50}, {"begin_ms": 40, "end_ms": 80}]}',
            "overlaps",
        ),
    ],
)
def test_notes_that_are_wrong_are_named_and_the_sound_can_be_used(
    notes: str | None, fault: str, tmp_path: Path
) -> None:
    store = TakeStore(tmp_path)
    store.keep(take())
    file = tmp_path / "short-answer" / NOTES_NAME
    file.unlink() if notes is None else file.write_text(notes)
    stored = store.find("short-answer")
    assert len(stored.faults) == 1
    assert fault in stored.faults[0]
    assert stored.load().audio == take().audio


def test_a_label_that_fits_is_used_beside_one_that_does_not(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    store.keep(take())
    good = {"begin_ms": 0.4, "end_ms": 50, "words": "Yes."}
    content = {"labels": [{"begin_ms": 80, "end_ms": 900}, good], "tags": ["A b", 4], "origin": 7}
    (tmp_path / "short-answer" / NOTES_NAME).write_text(json.dumps(content))
    stored = store.find("short-answer")
    assert stored.truth == Truth((Label(0, 50, "turn", "Yes."),))
    assert (stored.tags, stored.origin) == (("a", "b"), "")


def test_a_broken_take_is_named_and_the_others_are_listed(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    for name in ("a", "b", "c"):
        store.keep(take(name))
    (tmp_path / "b" / AUDIO_NAME).write_bytes(b"no sound")
    (tmp_path / "d").mkdir()
    (tmp_path / "file.txt").touch()
    listing = store.listing()
    assert [each.name for each in listing.takes] == ["a", "c"]
    assert [each.name for each in listing.faults] == ["b", "d"]


def test_a_take_whose_sound_was_cut_short_is_not_read(tmp_path: Path) -> None:
    store = TakeStore(tmp_path)
    stored = store.keep(take())
    stored.audio_file.write_bytes(stored.audio_file.read_bytes()[:1_000])
    with pytest.raises(StudioError, match="ends before its header says"):
        stored.load()


def test_a_take_without_sound_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no sound"):
        TakeStore(tmp_path).keep(Take("nothing", b""))
    assert files(tmp_path) == set()


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "takes").touch()
    with pytest.raises(StudioError, match="short-answer"):
        TakeStore(tmp_path / "takes").keep(take())
    assert TakeStore(tmp_path / "takes").listing().takes == ()
