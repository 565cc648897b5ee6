"""Every action of the screen, once: keys, footer, help screen and palette read this table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Scope = Literal[
    "app", "config", "transcript", "inspector", "detail", "latency", "composer", "turns", "library",
    "compare",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    Attributes:
        id: by which a keymap names it, `session.mute`; unique.
        keys: Textual key names, comma separated.
        label: a word or two, for the footer and the palette.
        help: one sentence.
        do: the Textual action it runs.
        scope: the widget that must have the focus, or `app` for anywhere.
        in_footer: whether the footer shows it while its scope has the focus.
    """

    id: str
    keys: str
    label: str
    help: str
    do: str
    scope: Scope = "app"
    in_footer: bool = False

    @property
    def group(self) -> str:
        """The heading it stands under on the help screen."""
        return self.id.partition(".")[0]


ACTIONS: tuple[Action, ...] = (
    Action("session.connect", "c", "connect", "Connect, or disconnect.", "connect", in_footer=True),
    Action("session.new", "n", "new session", "Start a new session with these settings.",
           "new_session"),
    Action("session.talk", "t", "talk", "Push-to-talk: hold the microphone open, or let go.",
           "talk", in_footer=True),
    Action("session.echo", "e", "echo", "Choose what helps where the assistant hears itself.",
           "echo"),
    Action("session.mute", "m", "mute", "Send silence in place of the microphone.", "mute",
           in_footer=True),
    Action("session.interrupt", "x,escape", "interrupt", "Make the assistant be quiet now.",
           "interrupt", in_footer=True),
    Action("session.text", "i", "type", "Type a user message.", "type_text", in_footer=True),
    Action("session.speak", "s", "speak", "Have a local voice speak words into the microphone.",
           "speak_text", in_footer=True),
    Action("session.answer", "a", "answer call", "Answer the oldest function call that waits.",
           "answer_call"),
    Action("session.restart", "r", "restart", "Start the voice worker again after it stopped.",
           "restart"),
    Action("view.config", "1", "config", "Go to the settings.", "go('config')"),
    Action("view.transcript", "2", "transcript", "Go to the conversation.", "go('transcript')"),
    Action("view.inspector", "3", "inspector", "Go to the events.", "go('inspector')"),
    Action("view.meter", "4", "meter", "Go to the meter.", "go('meter')"),
    Action("view.latency", "w", "latency", "See why each turn took as long as it did.",
           "view('latency')", in_footer=True),
    Action("view.zoom", "z", "zoom", "Give the whole screen to this pane, or give it back.",
           "zoom", in_footer=True),
    Action("view.hide", "h", "hide pane", "Hide this pane; its number brings it back.", "hide"),
    Action("view.wider", "ctrl+right,greater_than_sign", "wider", "Make this pane wider.",
           "resize(1, 0)"),
    Action("view.narrower", "ctrl+left,less_than_sign", "narrower", "Make this pane narrower.",
           "resize(-1, 0)"),
    Action("view.taller", "ctrl+down", "taller", "Make this pane taller.", "resize(0, 1)"),
    Action("view.shorter", "ctrl+up", "shorter", "Make this pane shorter.", "resize(0, -1)"),
    Action("studio.problems", "p", "problems", "List what went wrong, with the next step.",
           "problems"),
    Action("studio.theme", "ctrl+t", "theme", "Choose the colours.", "theme"),
    Action("studio.palette", "ctrl+p", "palette", "Find any action by its name.",
           "command_palette"),
    Action("studio.help", "question_mark,f1", "help", "Show every key.", "help", in_footer=True),
    Action("studio.quit", "q,ctrl+q", "quit", "End the session and leave.", "quit", in_footer=True),
    Action("config.down", "down,j", "next row", "Move to the next setting.", "move(1)", "config"),
    Action("config.up", "up,k", "previous row", "Move to the setting before.", "move(-1)",
           "config"),
    Action("config.more", "right,l", "more", "Step the setting up.", "step(1)", "config",
           in_footer=True),
    Action("config.less", "left", "less", "Step the setting down.", "step(-1)", "config",
           in_footer=True),
    Action("config.much_more", "shift+right", "much more", "Step up by ten.", "step(10)",
           "config"),
    Action("config.much_less", "shift+left", "much less", "Step down by ten.", "step(-10)",
           "config"),
    Action("config.choose", "enter", "set", "Type or choose the value.", "choose", "config",
           in_footer=True),
    Action("config.undo", "u,ctrl+z", "undo", "Take the last change back.", "undo", "config",
           in_footer=True),
    Action("transcript.follow", "f,end", "follow", "Go to the end and follow the talk.", "follow",
           "transcript", in_footer=True),
    Action("inspector.down", "down,j", "next event", "Move to the next event.", "move(1)",
           "inspector"),
    Action("inspector.up", "up,k", "previous event", "Move to the event before.", "move(-1)",
           "inspector"),
    Action("inspector.page_down", "pagedown", "page down", "Move a page on.", "page(1)",
           "inspector"),
    Action("inspector.page_up", "pageup", "page up", "Move a page back.", "page(-1)", "inspector"),
    Action("inspector.first", "home,g", "first event", "Go to the first event.", "first",
           "inspector"),
    Action("inspector.follow", "f,end", "follow", "Go to the newest event and follow.", "follow",
           "inspector", in_footer=True),
    Action("inspector.open", "enter", "open", "Open a run of deltas, or an event's payload.",
           "open", "inspector", in_footer=True),
    Action("inspector.unfold", "right", "unfold", "Open a run of deltas.", "unfold", "inspector"),
    Action("inspector.fold", "left", "fold", "Close a run of deltas.", "fold", "inspector"),
    Action("inspector.detail", "d", "payload", "Show or hide the payload.", "detail", "inspector",
           in_footer=True),
    Action("inspector.pause", "space", "pause", "Hold the list still; events are still kept.",
           "pause", "inspector", in_footer=True),
    Action("inspector.search", "slash", "search", "Find a type or words in the payloads.",
           "search", "inspector", in_footer=True),
    Action("inspector.next", "n", "next match", "Go to the next match.", "find(1)", "inspector"),
    Action("inspector.previous", "N", "previous match", "Go to the match before.", "find(-1)",
           "inspector"),
    Action("latency.leave", "w,escape", "back", "Go back to the conversation.", "screen.leave",
           "latency", in_footer=True),
    Action("latency.down", "down,j", "next turn", "Move to the next turn.", "screen.move(1)",
           "latency"),
    Action("latency.up", "up,k", "previous turn", "Move to the turn before.", "screen.move(-1)",
           "latency"),
    Action("latency.read_on", "pagedown,space", "read on", "Scroll the words about the turn.",
           "screen.read(1)", "latency"),
    Action("latency.read_back", "pageup", "read back", "Scroll them back.", "screen.read(-1)",
           "latency"),
    Action("latency.first", "home,g", "first turn", "Go to the first turn.", "screen.first",
           "latency"),
    Action("latency.slowest", "s", "slowest", "Go to the turn that took longest.", "screen.slowest",
           "latency", in_footer=True),
    Action("latency.follow", "f,end", "follow", "Go to the newest turn and follow.",
           "screen.follow", "latency", in_footer=True),
)  # fmt: skip
"""Every action, in the order of the help screen."""

GROUPS: Mapping[str, str] = {
    "session": "Session",
    "view": "Panes",
    "studio": "Studio",
    "config": "In the config pane",
    "transcript": "In the transcript",
    "inspector": "In the inspector",
    "latency": "In the latency screen",
}
"""Headings of the help screen by group."""

_KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "escape": "esc",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def actions_of(scope: Scope) -> tuple[Action, ...]:
    """The actions of a scope."""
    return tuple(action for action in ACTIONS if action.scope == scope)


def action_named(name: str) -> Action:
    """The action of an id."""
    return next(action for action in ACTIONS if action.id == name)


def unknown_ids(keymap: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of a keymap that name no action."""
    known = {action.id for action in ACTIONS}
    return tuple(name for name in keymap if name not in known)


def keys_of(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys of an action as people read them, after the keymap: `?, F1`."""
    keys: Iterable[str] = keymap.get(action.id, action.keys).split(",")
    return ", ".join(_key_name(key.strip()) for key in keys)


def first_key(action: Action, keymap: Mapping[str, str]) -> str:
    """The first key of an action, for the footer."""
    return _key_name(keymap.get(action.id, action.keys).split(",")[0].strip())


def _key_name(key: str) -> str:
    *modifiers, last = key.split("+")
    name = _KEY_NAMES.get(last, last.upper() if last[:1] == "f" and last[1:].isdigit() else last)
    return "+".join((*modifiers, name))
