"""From what is known of the session to what each pane draws: pure, made anew for each look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.text import one_line
from studio.session.obeyed import findings
from studio.session.speech import output_format
from studio.session.turns import Turn, turns
from studio.ui.present.config import ConfigView, OpenEnd
from studio.ui.present.meter import BAR_FLOOR_DB, Lanes, Level, heard_bits, speech_bits
from studio.ui.present.transcript import Ending, TurnView

if TYPE_CHECKING:
    from studio.session.latency import TurnLatency
    from studio.ui.shown import Shown

_PLAYING_STEP_MS = 100
_LANE_SPANS = 40


def config_view(live: Shown) -> ConfigView:
    """The settings as asked, echoed and observed."""
    if not live.is_connected and not live.is_recording:
        return ConfigView(plan=live.draft.plan)
    return ConfigView(
        plan=live.draft.plan,
        settings=live.state.settings,
        session_plan=live.session_plan(),
        ends=_ends(live),
        observed=findings(live.state),
        refusal=live.refusal,
    )


def _ends(live: Shown) -> dict[str, OpenEnd]:
    """What sound flows through at each end, as far as anything was opened."""
    speech, playback = live.state.speech, live.state.playback
    ends = {
        "microphone": OpenEnd(one_line(speech.input_device), speech.input_is_virtual),
        "speaker": OpenEnd(one_line(playback.output_device), playback.output_is_virtual),
    }
    return {path: end for path, end in ends.items() if end.name}


def turn_views(live: Shown) -> list[TurnView]:
    """The turns, with the play-head in steps that the eye can follow."""
    output = output_format(live.state)
    playing = live.trace.cells.playing if live.trace.cells else None
    views = []
    for turn in turns(live.state):
        is_playing = playing is not None and any(
            said.item.id == playing.item_id for said in turn.said
        )
        views.append(
            TurnView(
                turn=turn,
                output=output,
                playing_item=playing.item_id if playing and is_playing else "",
                playing_ms=_step(playing.played_ms) if playing and is_playing else 0.0,
                script=_script(live, turn),
            )
        )
    return views


def ending(live: Shown) -> Ending | None:
    """How the session ended; None while it goes on."""
    known = live.state.connection
    if known.phase not in ("failed", "closed"):
        return None
    bare = Ending(known, is_recorded=live.is_recording)
    if bare.is_in_good_order:
        return bare
    causes = [each for each in live.state.problems if each.severity == "error" and not each.benign]
    return bare._replace(hint=causes[-1].hint if causes else "")


def _step(played_ms: float) -> float:
    return played_ms // _PLAYING_STEP_MS * _PLAYING_STEP_MS


def _script(live: Shown, turn: Turn) -> str:
    """What the virtual microphone was saying while the server heard this turn."""
    span = turn.server_span
    if span is None:
        return ""
    end_ms = span.end_ms if span.end_ms is not None else float("inf")
    said = [each.text for each in live.scripts if span.start_ms <= each.audio_ms < end_ms]
    return " ".join(said)


def last_latency(live: Shown) -> TurnLatency | None:
    """The latest turn's latency of which anything is known."""
    for turn in reversed(turns(live.state)):
        if any(ms is not None for _, ms in turn.latency.parts()):
            return turn.latency
    return None


def levels(live: Shown) -> tuple[Level, Level]:
    """Microphone and speaker."""
    cells, speech = live.trace.cells, live.state.speech
    if cells is None or not live.is_connected:
        return Level("mic", BAR_FLOOR_DB, BAR_FLOOR_DB), Level(
            "speaker", BAR_FLOOR_DB, BAR_FLOOR_DB
        )
    note = "the microphone clips: turn it down" if cells.input_clipping else ""
    mic = Level(
        label="muted" if speech.muted else "mic",
        rms_db=cells.input_db,
        peak_db=cells.input_peak_db,
        is_clipping=cells.input_clipping,
        note=note,
    )
    return mic, Level("speaker", cells.output_db, cells.output_peak_db)


def meter_notes(live: Shown) -> list[tuple[str, str]]:
    """Devices and timing under the bars, as (label, words)."""
    cells, state = live.trace.cells, live.state
    notes = [
        ("in", _end_words(state.speech.input_device, state.speech.input_is_virtual)),
        ("out", _end_words(state.playback.output_device, state.playback.output_is_virtual)),
    ]
    if live.recording is not None:
        notes += _recorded_notes(live)
    elif cells is not None and live.is_connected:
        notes.append(("queued", f"{cells.queued_ms / 1000:.1f} s, mic {cells.late_ms:.0f} ms late"))
    return [(label, one_line(words)) for label, words in notes if words]


def _recorded_notes(live: Shown) -> list[tuple[str, str]]:
    """Why there are no levels, where there are none."""
    if live.curves is None:
        return [("levels", "the tracks are being read")]
    has_sound = live.curves.input_db.size or live.curves.output_db.size
    return [] if has_sound else [("levels", "no sound was kept")]


def _end_words(name: str, is_virtual: bool) -> str:  # noqa: FBT001 as the state has it
    return f"virtual · {name}" if name and is_virtual else name


def lanes(live: Shown) -> Lanes:
    """Speech over time."""
    state, trace = live.state, live.trace
    known = state.settings.echoed or state.settings.asked
    detector = known.turn_detection
    threshold = detector.threshold if detector and detector.type == "server_vad" else None
    began = trace.sound_began_at
    return Lanes(
        now=live.now,
        probabilities=[(trace.frame_at(index), p) for index, p in trace.frames],
        threshold=threshold,
        server=speech_bits(state.speech.server[-_LANE_SPANS:], began),
        local=speech_bits(state.speech.local[-_LANE_SPANS:], began),
        heard=heard_bits(state.playback.heads[-_LANE_SPANS:]),
    )


def flags(live: Shown) -> list[str]:
    """What is switched otherwise than usual, while a session is open or on its way."""
    if not live.is_connected:
        return []
    speech, known = live.state.speech, live.state.settings
    server_takes_turns = (known.echoed or known.asked).turn_detection is not None
    told = []
    if speech.muted:
        told.append("muted")
    if speech.talk_key:
        told.append("talking, held" if live.talk_is_held else "talking")
    elif not server_takes_turns:
        told.append("talk key is up")
    if speech.input_is_virtual:
        told.append("virtual mic")
    elif live.state.sound.cleaning.echo == "half-duplex":
        told.append("half-duplex")
    return told
