"""A session as a Markdown document: what was said when, what was called, how long it took.

Everything that came from outside is escaped: it can neither become a heading nor a link, nor reach
a terminal as a control code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from studio.audio.formats import AudioFormat
from studio.core.text import one_line, printable
from studio.export.sharing import Redaction
from studio.export.told import Told
from studio.session.hearing import heard_text
from studio.session.latency_summary import LatencySummary, Spread, SummaryReader
from studio.session.state import Interruption, Problem, ToolCall, Totals
from studio.session.turns import Said, Turn

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#!|~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""What could begin markup in the middle of a line, and what makes a link of an address."""
_NOT_SPOKEN = "no words"


def export_markdown(told: Told, redaction: Redaction) -> str:
    """The whole session as one document, ending in a newline."""
    state = told.state
    blocks = [*_title(told)]
    for turn in told.turns:
        blocks += _turn(turn, told.placement.output_format, redaction)
    blocks += _latency(SummaryReader().read(told.turns, state))
    blocks += _problems(state.problems, redaction)
    blocks += _totals(state.totals)
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Text from outside as one line of Markdown that means nothing but itself."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _title(told: Told) -> Iterator[str]:
    state, header = told.state, told.header
    started = header.started_at.strftime("%Y-%m-%d %H:%M:%S %Z").strip()
    yield f"# Session of {escaped(started)}"
    model = state.connection.model or header.model
    facts = [f"- Provider: {escaped(header.provider or 'unknown')}"]
    if model:
        facts.append(f"- Model: {escaped(model)}")
    facts += [f"- Length: {_clock(state.last_at)}", f"- Turns: {len(told.turns)}"]
    yield "\n".join(facts)


def _turn(turn: Turn, output: AudioFormat, redaction: Redaction) -> Iterator[str]:
    tags = f" ({escaped(', '.join(turn.tags))})" if turn.tags else ""
    yield f"## {turn.index} at {_clock(turn.started_at)}{tags}"
    if turn.user_item_id is not None:
        yield f"**User:** {escaped(redaction.text(turn.user_text)) or f'*{_NOT_SPOKEN}*'}"
    for call in turn.calls:
        yield from _call(call, redaction)
    for said in turn.said:
        yield f"**Assistant:** {_words(said, output, redaction)}"
    for cut in turn.interruptions:
        yield f"*{_cut_off(cut, redaction)}*"
    known = [f"{name} {ms:,.0f} ms" for name, ms in turn.latency.parts() if ms]
    total_ms = turn.latency.total_ms
    if total_ms is not None:
        yield f"*First sound after {total_ms:,.0f} ms: {', '.join(known)}.*"


def _words(said: Said, output: AudioFormat, redaction: Redaction) -> str:
    """What was heard; what was never heard stands struck through."""
    text = heard_text(said.item, said.head, output)
    heard = escaped(redaction.text(text.heard + text.ahead))
    if not text.lost.strip():
        return heard or f"*{_NOT_SPOKEN}*"
    return f"{heard} ~~{escaped(redaction.text(text.lost))}~~".strip()


def _cut_off(cut: Interruption, redaction: Redaction) -> str:
    """The ledger of one voice as a sentence."""
    heard = (
        f"Cut off ({cut.reason}) after {cut.played_ms:,.0f} ms of {cut.received_ms:,.0f} ms that "
        "had arrived"
    )
    if cut.applied_ms is not None:
        return f"{heard}; the server keeps {cut.applied_ms:,} ms."
    if cut.refused:
        return f"{heard}; the server refused to cut: {escaped(redaction.text(cut.refused))}"
    return f"{heard}."


def _call(call: ToolCall, redaction: Redaction) -> Iterator[str]:
    arguments = _fenced(redaction.text(call.arguments))
    yield f"**Function** {_code(call.name)} was called with:\n\n{arguments}"
    if call.output is None:
        yield "It was not answered."
    else:
        yield f"It was answered with:\n\n{_fenced(redaction.text(call.output))}"


def _code(text: str) -> str:
    return f"`{one_line(text).replace('`', chr(39))}`"


def _fenced(text: str) -> str:
    """A code block whose fence is longer than any run of backticks within it."""
    body = printable(text).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{body}\n{fence}"


def _problems(problems: Iterable[Problem], redaction: Redaction) -> Iterator[str]:
    told = [each for each in problems if not each.benign]
    if not told:
        return
    yield "## Problems"
    yield "\n".join(
        f"- {_clock(each.at)} {each.severity}: {escaped(each.title)}. "
        f"{escaped(redaction.text(each.message))}"
        for each in told
    )


def _latency(summary: LatencySummary) -> Iterator[str]:
    if summary.total is None or summary.slowest is None:
        return
    yield "## Latency"
    lines = [f"- All {summary.count:,} turns: {_spread(summary.total)}"]
    if len(summary.groups) > 1:
        lines += [
            f"- {escaped(group.settings)} ({group.total.count:,}): {_spread(group.total)}"
            for group in summary.groups
        ]
    yield "\n".join((*lines, f"- Slowest: {summary.slowest.words}"))


def _spread(spread: Spread) -> str:
    return f"half within {spread.p50_ms:,.0f} ms, 95 % within {spread.p95_ms:,.0f} ms"


def _totals(totals: Totals) -> Iterator[str]:
    if not totals.responses:
        return
    given = totals.input_text + totals.input_audio + totals.input_image
    cached = totals.cached_text + totals.cached_audio + totals.cached_image
    made = totals.output_text + totals.output_audio
    yield "## Usage"
    yield (
        f"- Responses: {totals.responses:,}\n"
        f"- Tokens in: {given:,}, of them cached: {cached:,}\n"
        f"- Tokens out: {made:,}"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{rest:04.1f}"
