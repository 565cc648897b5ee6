from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from typing_extensions import override

from studio.config.themes import bundled_theme_folder, load_themes
from studio.protocol.codec import decode_client, decode_server
from studio.protocol.lint import Finding
from studio.session.envelope import Envelope, Origin
from studio.session.local import DeviceOpened, MuteSet
from studio.ui.detail_view import Subject, previous_of_its_type, subject_of
from studio.ui.opening import Opening
from studio.ui.theming import FALLBACKS, textual_theme
from studio.ui.widgets.detail import Detail, DetailFoot, DetailHead
from studio.ui.widgets.payload_lines import PayloadLines
from tests import conversations
from tests.fakes.desk import FakeDesk
from tests.fakes.feed import PLAN, log_lines
from tests.fakes.screen import Stage, stage

UPDATED = {
    "type": "session.updated",
    "event_id": "event_1",
    "session": {
        "type": "realtime", "instructions": "Be brief.", "mood": "good",
        "audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 0.5}}},
    },
}  # fmt: skip


class Alone(App[None]):
    """The pane and nothing else; it keeps what the pane asks for."""

    CSS = "#detail-pane { height: 1fr; } #detail { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.pane = Detail()
        self.wanted: list[Envelope] = []
        for file in load_themes([bundled_theme_folder()]).themes:
            self.register_theme(textual_theme(file))
        self.theme = "dark"

    @override
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(FALLBACKS)

    @override
    def compose(self) -> ComposeResult:
        yield self.pane

    def on_payload_lines_play_wanted(self, wanted: PayloadLines.PlayWanted) -> None:
        self.wanted.append(wanted.envelope)


class Held:
    def __init__(self, app: Alone, pilot: Pilot[None]) -> None:
        self.app, self.pilot, self.lines = app, pilot, app.pane.lines

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def text(self) -> str:
        shown = self.lines
        return "\n".join(shown.line(at, shown.columns).plain for at in range(shown.line_count()))

    @property
    def foot(self) -> str:
        return str(self.app.pane.query_one(DetailFoot).render())

    @property
    def head(self) -> str:
        return str(self.app.pane.query_one(DetailHead).render())

    @property
    def at(self) -> str:
        row = self.lines.selected
        return "" if row is None else ".".join(map(str, row.path))


def envelope(frame: object, *, ours: bool = False, seq: int = 1) -> Envelope:
    raw = frame if isinstance(frame, str) else json.dumps(frame)
    event = (decode_client if ours else decode_server)(raw)
    return Envelope(seq, 0.0, Origin.CLIENT if ours else Origin.SERVER, event, raw)


@asynccontextmanager
async def showing(subject: Subject, size: tuple[int, int] = (80, 30)) -> AsyncIterator[Held]:
    app = Alone()
    async with app.run_test(size=size) as pilot:
        app.pane.show(subject)
        app.pane.lines.focus()
        await pilot.pause()
        yield Held(app, pilot)


async def test_fields_stand_with_their_types_and_the_one_at_the_cursor_in_words() -> None:
    async with showing(Subject(envelope(UPDATED), size_bytes=1240)) as held:
        assert 'instructions: "Be brief."' in held.text
        assert "1.2 kB" in held.head
        while held.at != "session.audio.input.turn_detection.threshold":
            await held.press("down")
        assert "threshold  number, may be missing" in held.foot
        assert "0 to 1" in held.foot


async def test_what_is_odd_is_counted_marked_and_gone_to() -> None:
    async with showing(Subject(envelope(UPDATED))) as held:
        assert "1 note" in held.head
        await held.press("n")
        assert held.at == "session.mood"
        assert "own addition" in held.foot
        await held.press("left", "left")
        assert held.at == "session"


async def test_what_a_closed_object_hides_is_marked_at_it() -> None:
    async with showing(Subject(envelope(UPDATED))) as held:
        await held.press("down", "down", "left")
        assert held.at == "session"
        assert "· ▸ session: {4}" in held.text
        assert "own addition" in held.foot


async def test_keys_fold_and_unfold() -> None:
    async with showing(Subject(envelope(UPDATED))) as held:
        count = held.lines.line_count()
        await held.press("down", "down", "enter")
        assert held.lines.line_count() == 3
        await held.press("right")
        assert held.lines.line_count() == count
        await held.press("right")
        assert held.at == "session.type"
        await held.press("shift+left")
        assert held.lines.line_count() == 3
        await held.press("shift+right", "G")
        assert held.lines.line_count() == count
        await held.press("g")
        assert held.at == "type"


async def test_a_click_goes_there_and_folds() -> None:
    async with showing(Subject(envelope(UPDATED))) as held:
        await held.pilot.click(PayloadLines, offset=(5, 2))
        assert held.at == "session"
        assert held.lines.line_count() == 3


async def test_an_event_out_of_order_says_so_at_its_type() -> None:
    order = Finding((), "order", "warning", "Late: `r1` was done before.")
    async with showing(Subject(envelope(UPDATED), order=order)) as held:
        assert "1 warning, 1 note" in held.head
        assert held.at == "type"
        assert "Late: `r1`" in held.foot


async def test_the_raw_frame_is_all_of_it() -> None:
    subject = Subject(envelope(UPDATED))
    async with showing(subject) as held:
        await held.press("b")
        assert "".join(each.strip() for each in held.text.split("\n")).replace(
            " ", ""
        ) == subject.envelope.raw.replace(" ", "")
        await held.press("b")
        assert held.at == "type"


async def test_changes_are_told_from_the_last_of_its_type() -> None:
    before = json.loads(json.dumps(UPDATED))
    before["session"]["instructions"] = "Be long."
    subject = Subject(envelope(UPDATED), previous=lambda: envelope(before))
    async with showing(subject) as held:
        await held.press("equals_sign")
        assert held.text.strip() == '~ session.instructions  "Be long." → "Be brief."'
        assert "1 differ" in held.head


@pytest.mark.parametrize(
    ("previous", "words"),
    [(None, "there is none to compare it with"), (envelope(UPDATED), "It says the same")],
)
async def test_no_changes_are_said(previous: Envelope | None, words: str) -> None:
    async with showing(Subject(envelope(UPDATED), previous=lambda: previous)) as held:
        await held.press("equals_sign")
        assert words in held.text


async def test_sound_is_drawn_and_can_be_played() -> None:
    kept = {"$audio": {"track": "output", "offset": 0, "bytes": 4800}}
    frame = {"type": "response.output_audio.delta", "delta": kept, "event_id": "event_1"}
    subject = Subject(envelope(frame), read_audio=lambda _: b"\x00\x40" * 2400)
    async with showing(subject) as held:
        assert "100 ms · peak −6.0 dBFS" in held.text
        assert "space plays" in held.text
        await held.press("space")
        assert held.app.wanted == [subject.envelope]


async def test_sound_that_is_not_kept_is_its_length_alone() -> None:
    kept = {"$audio": {"track": "output", "offset": 0, "bytes": 4800}}
    frame = {"type": "response.output_audio.delta", "delta": kept}
    async with showing(Subject(envelope(frame))) as held:
        assert "‹100 ms · 4.8 kB›" in held.text
        assert "space plays" not in held.text
        await held.press("space")
        assert held.app.wanted == []


async def test_a_picture_says_what_it_is() -> None:
    body = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(8) + bytes([0, 0, 0, 9, 0, 0, 0, 7]))
    part = {"type": "input_image", "image_url": "data:image/png;base64," + body.decode()}
    item = {"type": "message", "role": "user", "content": [part]}
    frame = {"type": "conversation.item.create", "item": item}
    async with showing(Subject(envelope(frame, ours=True))) as held:
        assert "png · 9×7 · 24 B" in held.text


async def test_values_and_frames_are_copied() -> None:
    async with showing(Subject(envelope(UPDATED))) as held:
        await held.press("y")
        assert held.app.clipboard == "session.updated"
        await held.press("down", "down", "y")
        assert json.loads(held.app.clipboard) == UPDATED["session"]
        await held.press("Y")
        assert json.loads(held.app.clipboard) == UPDATED


def nested(levels: int) -> str:
    return '{"type": "x", "deep": ' + "[" * levels + "]" * levels + "}"


@pytest.mark.parametrize(
    "frame",
    [
        nested(10_000),
        nested(500),
        json.dumps({"type": "x", "text": "y" * 10_000_000}),
        json.dumps({"type": "x", "many": list(range(500_000))}),
        '{"type": "x", "bad": "\x1b[31m\u202e',
        "",
        "[1, 2]",
        '{"type": {"a": 1}}',
    ],
    ids=["deep", "nested", "long", "many", "broken", "empty", "array", "typed oddly"],
)
async def test_hostile_frames_are_shown(frame: str) -> None:
    async with showing(Subject(envelope(frame, ours=True))) as held:
        await held.press("shift+right", "b", "G", "b", "equals_sign", "y", "n", "space")
        assert held.app.is_running
        await held.press("b")
        assert held.lines.line(0, 80).plain.isprintable()


async def test_an_event_of_this_machine_has_words_too() -> None:
    local = Envelope(1, 0.0, Origin.LOCAL, MuteSet(muted=True))
    async with showing(Subject(local)) as held:
        await held.press("down")
        assert held.at == "muted"
        assert "boolean, required" in held.foot


# Within the whole screen


def detail(held: Stage) -> Detail:
    return held.app.screen_stack[0].query_one(Detail)


async def test_the_last_event_of_the_type_is_found_in_the_store() -> None:
    async with stage() as held:
        await held.play(conversations.two_turns())
        live = held.live
        types = [live.store.row(at).type for at in range(len(live.store))]
        first, second = (at for at, each in enumerate(types) if each == "response.done")
        found = previous_of_its_type(live, second)
        assert found is not None
        assert found.seq == live.store.row(first).seq
        assert previous_of_its_type(live, first) is None


async def test_a_subject_knows_size_and_format() -> None:
    async with stage() as held:
        await held.play(conversations.connected())
        row = held.live.store.row(3)
        subject = subject_of(held.live, held.live.store.envelope(3))
        assert subject is not None
        assert subject.size_bytes == row.size_bytes
        assert subject_of(held.live, None) is None


async def test_the_detail_follows_the_cursor_and_gives_the_focus_back() -> None:
    async with stage((200, 60)) as held:
        await held.play(conversations.connected())
        await held.pilot.press("3", "g")
        await held.until(lambda: '"local.connect"' in held.words("detail"))
        detail(held).lines.focus()
        await held.pilot.press("escape")
        await held.until(lambda: held.app.focused is not None)
        assert held.app.focused is held.app.screen_stack[0].query_one("#inspector")


def test_a_subject_is_another_one_where_more_is_known() -> None:
    one = envelope(UPDATED)
    late: Any = Finding((), "order", "info", "")
    assert Subject(one).key == Subject(one, read_audio=lambda _: b"").key
    assert Subject(one).key != Subject(one, order=late).key


async def to_a_delta(held: Stage) -> None:
    """The detail shows a piece of the assistant's voice, with the focus in it."""
    await held.pilot.press("3", "g")
    pane = held.app.screen_stack[0].query_one("#inspector")
    while pane.selected.event.type != "response.output_audio.delta":  # type: ignore[attr-defined]
        await held.pilot.press("down")
    detail(held).lines.focus()
    await held.pilot.pause()


async def test_an_events_sound_is_played_from_its_track() -> None:
    desk = FakeDesk()
    size = (200, 60)
    async with stage(size, opening=lambda feed: Opening(feed, PLAN, desk=desk)) as held:
        await held.play(conversations.spoken_turn())
        for envelope in conversations.spoken_turn():
            desk.audio_of[held.live.path, envelope.seq] = b"\x00\x40" * 2400
        await to_a_delta(held)
        await held.until(lambda: "space plays" in held.words("detail"))
        await held.pilot.press("space")
        await held.until(lambda: held.feed.played)
        (wanted,) = held.feed.played
        assert wanted is not None
        assert (wanted.path, wanted.input) == (held.live.path, ())
        assert [each.at_s for each in wanted.output] == [0.0]


def with_a_microphone(envelopes: Iterable[Envelope]) -> list[Envelope]:
    """The same, heard by a sound card's microphone in place of a virtual one."""
    return [
        replace(each, event=each.event.model_copy(update={"virtual": False}))
        if isinstance(each.event, DeviceOpened)
        else each
        for each in envelopes
    ]


async def test_nothing_is_played_into_an_open_microphone() -> None:
    desk = FakeDesk()
    size = (200, 60)
    async with stage(size, opening=lambda feed: Opening(feed, PLAN, desk=desk)) as held:
        await held.play(with_a_microphone(conversations.answering()))
        for envelope in conversations.answering():
            desk.audio_of[held.live.path, envelope.seq] = b"\x00\x40" * 2400
        await to_a_delta(held)
        await held.pilot.press("space")
        await held.pilot.pause()
        assert held.feed.played == []


async def test_what_is_read_is_not_changed_under_the_hand() -> None:
    async with stage((200, 60)) as held:
        events = conversations.spoken_turn()
        held.feed.play(events[:8])
        await held.until(lambda: len(held.live.store) == 8)
        await held.pilot.press("3")
        await held.until(lambda: detail(held).lines.subject is not None)
        detail(held).lines.focus()
        await held.pilot.pause()
        before = held.words("detail")
        held.feed.say(*log_lines(events)[8:])
        await held.until(lambda: len(held.live.store) == len(events))
        assert held.words("detail") == before
        await held.pilot.press("escape")
        await held.until(lambda: "local.end" in held.words("detail"))


@pytest.mark.parametrize(("key", "focused"), [("f", "filter"), ("slash", "prompt-input")])
async def test_filter_and_search_of_the_list_begin_in_the_detail_too(
    key: str, focused: str
) -> None:
    async with stage((200, 60)) as held:
        await held.play(conversations.spoken_turn())
        await held.pilot.press("3", "g", "enter")
        lines = held.app.screen.query_one(PayloadLines)
        await held.until(lambda: lines.has_focus)
        await held.pilot.press(key)
        await held.until(lambda: held.app.focused is not None and held.app.focused.id == focused)
        await held.pilot.press("escape")
        await held.until(lambda: held.app.focused is held.app._live_screen.inspector)
