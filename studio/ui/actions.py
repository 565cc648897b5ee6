"""Every action of the screen, once: keys, footer, help screen and palette read this table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Scope = Literal[
    "app", "config", "transcript", "inspector", "detail", "latency", "composer", "turns", "library",
    "compare", "recording", "filter", "columns",
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
        scope: the widget that must have the focus, or `app` for anywhere; `recording` is anywhere,
            too, while a stored session is shown.
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
    Action("recording.play", "space", "play", "Play the recording, or stop.", "replay_play",
           "recording", in_footer=True),
    Action("recording.leave", "escape", "back", "Go back to the live session.", "replay_leave",
           "recording", in_footer=True),
    Action("recording.turn_on", "right_square_bracket", "turn on",
           "Go on to the beginning of a turn.", "replay_turn(1)", "recording", in_footer=True),
    Action("recording.turn_back", "left_square_bracket", "turn back",
           "Go back to the beginning of a turn.", "replay_turn(-1)", "recording"),
    Action("recording.event_on", "full_stop", "event on", "Go on by one event.",
           "replay_step(1)", "recording", in_footer=True),
    Action("recording.event_back", "comma", "event back", "Go back by one event.",
           "replay_step(-1)", "recording"),
    Action("recording.faster", "plus,equals_sign", "faster", "Play faster.", "replay_hasten(1)",
           "recording", in_footer=True),
    Action("recording.slower", "minus", "slower", "Play slower.", "replay_hasten(-1)",
           "recording"),
    Action("recording.jump", "colon", "go to time", "Go to a time that you type.", "replay_jump",
           "recording", in_footer=True),
    Action("recording.sound", "S", "sound", "Play with sound, or without.", "replay_sound",
           "recording", in_footer=True),
    Action("recording.use", "U", "use settings", "Take the recording's settings over into yours.",
           "replay_use_settings", "recording", in_footer=True),
    Action("recording.end", "E", "end", "Go to the end, and stay there while it is written.",
           "replay_end", "recording"),
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
    Action("view.turns", "v", "turns", "See the session over time, and what was found in it.",
           "view('turns')", in_footer=True),
    Action("view.latency", "w", "latency", "See why each turn took as long as it did.",
           "view('latency')", in_footer=True),
    Action("view.library", "o", "sessions", "See, search and open the stored sessions.",
           "view('library')", in_footer=True),
    Action("view.composer", "ctrl+e", "compose", "Write an event by hand and send it.",
           "view('composer')"),
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
    Action("transcript.follow", "G,end", "follow", "Go to the end and follow the talk.", "follow",
           "transcript", in_footer=True),
    Action("transcript.events", "enter", "events", "Show the events of this turn.", "events",
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
    Action("inspector.follow", "G,end", "follow", "Go to the newest event and follow.", "follow",
           "inspector", in_footer=True),
    Action("inspector.open", "enter", "open",
           "Open a run of deltas, or an event's payload; a second time goes into it.", "open",
           "inspector", in_footer=True),
    Action("inspector.filter", "f", "filter", "Write which events to list.", "filter",
           "inspector", in_footer=True),
    Action("inspector.filter_value", "F", "filter by value",
           "Filter by the type, item, response or call of this event.", "filter_value",
           "inspector"),
    Action("inspector.clear", "escape", "show all", "List every event again; end the search.",
           "clear", "inspector"),
    Action("inspector.undo", "u,ctrl+z", "last filter", "Put the filter before this one in force.",
           "undo_filter", "inspector"),
    Action("inspector.search", "slash", "search", "Find a type or words in the payloads.",
           "search", "inspector", in_footer=True),
    Action("inspector.next", "n", "next match", "Go to the next match.", "find(1)", "inspector"),
    Action("inspector.previous", "N", "previous match", "Go to the match before.", "find(-1)",
           "inspector"),
    Action("inspector.detail", "d", "payload", "Show or hide the payload.", "detail", "inspector",
           in_footer=True),
    Action("inspector.pause", "space", "pause", "Hold the list still; events are still kept.",
           "pause", "inspector", in_footer=True),
    Action("inspector.jump", "J", "jump",
           "Go to the answer, the request, the call or the output that belongs to this event.",
           "jump", "inspector", in_footer=True),
    Action("inspector.turn", "T", "its turn", "Show this event's turn in the transcript.",
           "turn", "inspector"),
    Action("inspector.same_next", "right_curly_bracket", "same on",
           "Go to the next event of the same response or item.", "same(1)", "inspector"),
    Action("inspector.same_previous", "left_curly_bracket", "same back",
           "Go to the event before of the same response or item.", "same(-1)", "inspector"),
    Action("inspector.mark", "apostrophe", "mark", "Mark this event, or take its mark away.",
           "mark", "inspector"),
    Action("inspector.next_mark", "quotation_mark", "next mark", "Go to the next mark.",
           "next_mark", "inspector"),
    Action("inspector.unfold", "right", "unfold", "Open a run of deltas.", "unfold", "inspector"),
    Action("inspector.fold", "left", "fold", "Close a run of deltas.", "fold", "inspector"),
    Action("inspector.columns", "C", "columns", "Choose the columns, and how wide they are.",
           "columns", "inspector"),
    Action("inspector.compose", "R", "edit, resend", "Take this event to the composer.",
           "app.compose_again", "inspector"),
    Action("filter.complete", "tab", "complete", "Write the likeliest suggestion.", "complete",
           "filter", in_footer=True),
    Action("filter.next", "down", "next suggestion", "Go on in the suggestions.", "suggested(1)",
           "filter"),
    Action("filter.previous", "up", "previous suggestion", "Go back in the suggestions.",
           "suggested(-1)", "filter"),
    Action("filter.leave", "escape", "show all", "List every event again.", "leave", "filter",
           in_footer=True),
    Action("filter.keep", "ctrl+s", "keep", "Keep the filter under a name.",
           "keep", "filter", in_footer=True),
    Action("filter.forget", "ctrl+r", "forget", "Keep the chosen one of the kept filters no more.",
           "forget", "filter"),
    Action("columns.toggle", "space,enter", "on or off", "Let a column stand there, or not.",
           "switch", "columns"),
    Action("columns.wider", "right,l", "wider", "Make the column wider.", "resize(1)", "columns"),
    Action("columns.narrower", "left,h", "narrower", "Make the column narrower.", "resize(-1)",
           "columns"),
    Action("columns.down", "down,j", "next", "Go to the next column.", "move(1)", "columns"),
    Action("columns.up", "up,k", "previous", "Go to the column before.", "move(-1)", "columns"),
    Action("columns.usual", "u", "as usual", "Go by the width there is again.", "usual",
           "columns"),
    Action("columns.close", "escape,C,q", "done", "Leave the columns as they are.", "close",
           "columns"),
    Action("detail.leave", "escape,d", "back", "Go back to the list of events.", "leave", "detail",
           in_footer=True),
    Action("detail.down", "down,j", "next line", "Move to the next line.", "move(1)", "detail"),
    Action("detail.up", "up,k", "line before", "Move to the line before.", "move(-1)", "detail"),
    Action("detail.page_down", "pagedown", "page down", "Move a page on.", "page(1)", "detail"),
    Action("detail.page_up", "pageup", "page up", "Move a page back.", "page(-1)", "detail"),
    Action("detail.first", "home,g", "first line", "Go to the first line.", "end(-1)", "detail"),
    Action("detail.last", "end,G", "last line", "Go to the last line.", "end(1)", "detail"),
    Action("detail.toggle", "enter", "open, close", "Open or close an object or array.",
           "toggle_row", "detail", in_footer=True),
    Action("detail.unfold", "right,l", "unfold", "Open it, or go into it.", "unfold", "detail"),
    Action("detail.fold", "left", "fold", "Close it, or go out of it.", "fold", "detail"),
    Action("detail.unfold_all", "shift+right", "unfold all", "Open everything.", "unfold_all",
           "detail"),
    Action("detail.fold_all", "shift+left", "fold all", "Close everything.", "fold_all", "detail"),
    Action("detail.finding", "n", "next oddity", "Go to the next field that is odd.",
           "finding", "detail", in_footer=True),
    Action("detail.raw", "b", "raw bytes", "Show the frame as it is, or the fields again.",
           "look('raw')", "detail", in_footer=True),
    Action("detail.changes", "equals_sign", "changes",
           "Show what differs from the last event of its type.", "look('changes')", "detail",
           in_footer=True),
    Action("detail.play", "space", "play", "Play the event's sound.", "play", "detail"),
    Action("detail.copy", "y", "copy", "Copy the value.", "copy", "detail", in_footer=True),
    Action("detail.copy_frame", "Y", "copy frame", "Copy the whole frame.", "copy_frame",
           "detail"),
    Action("detail.compose", "R", "edit, resend", "Take this event to the composer.",
           "app.compose_again", "detail", in_footer=True),
    Action("composer.send", "ctrl+s,ctrl+enter", "send", "Send the event.", "screen.send",
           "composer", in_footer=True),
    Action("composer.accept", "tab", "accept", "Take what is offered.", "screen.accept",
           "composer", in_footer=True),
    Action("composer.other", "shift+tab", "next offer", "Offer the next that fits.",
           "screen.other", "composer"),
    Action("composer.template", "ctrl+o", "templates", "Begin from an example.",
           "screen.template", "composer", in_footer=True),
    Action("composer.older", "ctrl+up", "older", "Go to the event sent before.",
           "screen.older(1)", "composer", in_footer=True),
    Action("composer.newer", "ctrl+down", "newer", "Go to the one sent after.",
           "screen.older(-1)", "composer"),
    Action("composer.tidy", "ctrl+l", "tidy", "Indent it anew.", "screen.tidy", "composer",
           in_footer=True),
    Action("composer.leave", "escape", "back", "Go back; the text is kept.", "screen.leave",
           "composer", in_footer=True),
    Action("turns.leave", "v,escape", "back", "Go back to the conversation.", "screen.leave",
           "turns", in_footer=True),
    Action("turns.finding", "tab,n", "next finding", "Go to the next thing that was found.",
           "screen.find(1)", "turns", in_footer=True),
    Action("turns.finding_back", "shift+tab,N", "finding before", "Go to the one before.",
           "screen.find(-1)", "turns"),
    Action("turns.events", "enter", "its events", "Show the event that proves it.",
           "screen.events", "turns", in_footer=True),
    Action("turns.down", "down,j", "next row", "Move to the next turn or finding.",
           "screen.move(1)", "turns"),
    Action("turns.up", "up,k", "previous row", "Move to the one before.", "screen.move(-1)",
           "turns"),
    Action("turns.later", "right,l", "later", "Move the cursor a cell on.", "screen.step(1)",
           "turns"),
    Action("turns.earlier", "left", "earlier", "Move the cursor a cell back.",
           "screen.step(-1)", "turns"),
    Action("turns.much_later", "shift+right", "much later", "Move it a quarter of the window on.",
           "screen.page(1)", "turns"),
    Action("turns.much_earlier", "shift+left", "much earlier", "Move it as far back.",
           "screen.page(-1)", "turns"),
    Action("turns.closer", "plus,equals_sign", "closer", "Show less time in the same room.",
           "screen.closer", "turns", in_footer=True),
    Action("turns.farther", "minus", "farther", "Show more time in the same room.",
           "screen.farther", "turns", in_footer=True),
    Action("turns.fit_turn", "f", "fit turn", "Show the turn at the cursor whole.",
           "screen.fit_turn", "turns", in_footer=True),
    Action("turns.fit_all", "0", "fit all", "Show the whole session.", "screen.fit_all", "turns",
           in_footer=True),
    Action("turns.first", "home,g", "beginning", "Go to the beginning.", "screen.first", "turns"),
    Action("turns.follow", "G,end", "follow", "Go to the end and follow.", "screen.follow",
           "turns", in_footer=True),
    Action("turns.read_on", "pagedown", "read on", "Scroll the words about the row.",
           "screen.read(1)", "turns"),
    Action("turns.read_back", "pageup", "read back", "Scroll them back.", "screen.read(-1)",
           "turns"),
    Action("latency.leave", "w,escape", "back", "Go back to the conversation.", "screen.leave",
           "latency", in_footer=True),
    Action("latency.down", "down,j", "next turn", "Move to the next turn.", "screen.move(1)",
           "latency"),
    Action("latency.up", "up,k", "previous turn", "Move to the turn before.", "screen.move(-1)",
           "latency"),
    Action("latency.read_on", "pagedown", "read on", "Scroll the words about the turn.",
           "screen.read(1)", "latency"),
    Action("latency.read_back", "pageup", "read back", "Scroll them back.", "screen.read(-1)",
           "latency"),
    Action("latency.first", "home,g", "first turn", "Go to the first turn.", "screen.first",
           "latency"),
    Action("latency.slowest", "s", "slowest", "Go to the turn that took longest.", "screen.slowest",
           "latency", in_footer=True),
    Action("latency.follow", "G,end", "follow", "Go to the newest turn and follow.",
           "screen.follow", "latency", in_footer=True),
    Action("library.open", "enter", "open", "Open the session.", "screen.open", "library",
           in_footer=True),
    Action("library.filter", "slash", "filter", "Filter by words, tag:, provider: and the like.",
           "screen.filter", "library", in_footer=True),
    Action("library.select", "space", "select", "Select the session, or take it out.",
           "screen.select", "library", in_footer=True),
    Action("library.compare", "C", "compare", "Lay two sessions beside each other.",
           "screen.compare", "library", in_footer=True),
    Action("library.export", "x", "export", "Write the sessions in another format.",
           "screen.export", "library", in_footer=True),
    Action("library.rename", "r", "rename", "Give the session a title.", "screen.rename",
           "library", in_footer=True),
    Action("library.tag", "number_sign", "tag", "Tag the sessions.", "screen.tag", "library",
           in_footer=True),
    Action("library.note", "e", "note", "Note something about the session.", "screen.note",
           "library", in_footer=True),
    Action("library.archive", "A", "archive", "Archive the sessions, or take them out again.",
           "screen.archive", "library", in_footer=True),
    Action("library.delete", "delete,backspace", "delete", "Move the sessions to the trash.",
           "screen.delete", "library", in_footer=True),
    Action("library.undo", "u,ctrl+z", "undo", "Take back the last deed.", "screen.undo",
           "library", in_footer=True),
    Action("library.sort", "s", "sort", "Sort by the next column.", "screen.sort(1)", "library",
           in_footer=True),
    Action("library.reverse", "S", "reverse", "Sort the other way round.", "screen.sort(0)",
           "library"),
    Action("library.archived", "h", "archived", "Show archived sessions, or hide them.",
           "screen.archived", "library"),
    Action("library.repair", "R", "repair", "Mend the log of a session whose studio was killed.",
           "screen.repair", "library"),
    Action("library.down", "down,j", "next session", "Move to the next session.",
           "screen.move(1)", "library"),
    Action("library.up", "up,k", "previous session", "Move to the session before.",
           "screen.move(-1)", "library"),
    Action("library.page_down", "pagedown", "page down", "Move a page on.", "screen.page(1)",
           "library"),
    Action("library.page_up", "pageup", "page up", "Move a page back.", "screen.page(-1)",
           "library"),
    Action("library.first", "home,g", "first session", "Go to the first session.",
           "screen.end(-1)", "library"),
    Action("library.last", "end,G", "last session", "Go to the last session.", "screen.end(1)",
           "library"),
    Action("library.read_on", "right_square_bracket", "read on",
           "Scroll the words about the session.", "screen.read(1)", "library"),
    Action("library.read_back", "left_square_bracket", "read back", "Scroll them back.",
           "screen.read(-1)", "library"),
    Action("library.leave", "o,escape", "back", "Take the filter or the selection off, then leave.",
           "screen.leave", "library"),
    Action("compare.down", "down,j", "down", "Scroll down.", "screen.scroll(1)", "compare"),
    Action("compare.up", "up,k", "up", "Scroll up.", "screen.scroll(-1)", "compare"),
    Action("compare.page_down", "pagedown,space", "page down", "Scroll a page down.",
           "screen.page(1)", "compare"),
    Action("compare.page_up", "pageup", "page up", "Scroll a page up.", "screen.page(-1)",
           "compare"),
    Action("compare.first", "home,g", "top", "Go to the top.", "screen.end(-1)", "compare"),
    Action("compare.last", "end,G", "end", "Go to the end.", "screen.end(1)", "compare"),
    Action("compare.next", "n", "next part", "Go to the next heading.", "screen.heading(1)",
           "compare", in_footer=True),
    Action("compare.previous", "N", "part before", "Go to the heading before.",
           "screen.heading(-1)", "compare", in_footer=True),
    Action("compare.swap", "s", "swap", "Let the two change places.", "screen.swap", "compare",
           in_footer=True),
    Action("compare.leave", "o,escape", "back", "Go back to the library.", "screen.leave",
           "compare", in_footer=True),
)  # fmt: skip
"""Every action, in the order of the help screen."""

TYPED = tuple(
    action.id
    for action in ACTIONS
    if action.scope in ("app", "recording") and not action.keys.startswith("ctrl+")
)
"""Ids of the actions that hold anywhere but where one types: there their keys write."""

GROUPS: Mapping[str, str] = {
    "session": "Session",
    "view": "Panes",
    "studio": "Studio",
    "recording": "While a recording is shown",
    "config": "In the config pane",
    "transcript": "In the transcript",
    "inspector": "In the inspector",
    "filter": "In the filter line",
    "columns": "In the inspector's columns",
    "detail": "In an event's detail",
    "composer": "In the composer",
    "turns": "In the turn view",
    "latency": "In the latency screen",
    "library": "In the library",
    "compare": "In the comparison",
}
"""Headings of the help screen by group."""

_KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "number_sign": "#",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "apostrophe": "'",
    "quotation_mark": '"',
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
