"""Two sessions beside each other as a Markdown document, and as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from studio.core.text import one_line
from studio.export.markdown import escaped
from studio.session.compare import Comparison, Edges, Side, SpreadPair, TurnPair
from studio.session.cost import Charge, Cost
from studio.session.latency_summary import Spread
from studio.session.standing import Standing
from studio.session.turns import Turn
from studio.session.word_diff import Words

_LONGEST_VALUE = 300


def comparison_markdown(compared: Comparison) -> str:
    """The whole comparison as one document, ending without a newline.

    Where two turns have words in common, those that only one of them has are bold.
    """
    one, other = compared.one, compared.other
    blocks = [
        f"# {escaped(one.title or one.name)} and {escaped(other.title or other.name)}",
        _table(("", "A", "B"), _facts(one, other)),
        "## Settings",
        _table(
            ("setting", "A", "B"),
            ((pair.path, _value(pair.one), _value(pair.other)) for pair in compared.settings),
        )
        or "All the same.",
        "## Asked and done",
        _table(
            ("setting", "A", "B"),
            (
                (pair.path, _standing(pair.one), _standing(pair.other))
                for pair in compared.standings
            ),
        )
        or "Nothing shows that a setting is not obeyed.",
        "## Cost",
        _table(("", "A", "B"), _costs(one.cost, other.cost)),
        "## Latency",
        _table(
            ("part", "p50 A", "p50 B", "B−A", "p95 A", "p95 B", "B−A", "turns A", "turns B"),
            (_spread_row(pair) for pair in compared.latency if pair.one or pair.other),
        )
        or "No turn was measured in either.",
        "## Edges of speech",
        _table(("turn A", "turn B", "begins, ms", "ends, ms"), _edge_rows(compared.turns))
        or "No turn was spoken with the same sound in both.",
        "## Tags and problems",
        _table(
            ("", "A", "B"),
            (
                (each.what, str(each.one), str(each.other))
                for each in (*compared.tags, *compared.problems)
            ),
        )
        or "As many of each in both.",
        "## Turns",
        *_turns(compared.turns),
    ]
    return "\n\n".join(blocks)


def _facts(one: Side, other: Side) -> Iterator[tuple[str, str, str]]:
    yield from (
        ("session", one.name, other.name),
        ("began", _began(one), _began(other)),
        ("provider", one.provider, other.provider),
        ("model", one.model, other.model),
        ("length", f"{one.state.last_at:.1f} s", f"{other.state.last_at:.1f} s"),
        ("turns", str(len(one.turns)), str(len(other.turns))),
    )


def _began(side: Side) -> str:
    return f"{side.started_at:%Y-%m-%d %H:%M:%S}" if side.started_at else ""


def _value(words: str) -> str:
    return one_line(words, _LONGEST_VALUE)


def _standing(standing: Standing | None) -> str:
    if standing is None:
        return "–"
    return one_line(f"{standing.verdict}: {standing.told}", 2 * _LONGEST_VALUE)


def _costs(one: Cost, other: Cost) -> Iterator[tuple[str, str, str]]:
    yield "in all", one.short, other.short
    here = {charge.what: charge for charge in one.charges}
    there = {charge.what: charge for charge in other.charges}
    for what in dict.fromkeys((*here, *there)):
        yield what, _charge(here.get(what)), _charge(there.get(what))
    if one.missing or other.missing:
        yield "not known", " ".join(one.missing), " ".join(other.missing)


def _charge(charge: Charge | None) -> str:
    return "–" if charge is None else charge.short


def _spread_row(pair: SpreadPair) -> tuple[str, ...]:
    one, other = pair.one, pair.other
    return (
        pair.name,
        _ms(one.p50_ms if one else None),
        _ms(other.p50_ms if other else None),
        _change(pair.p50_change_ms),
        _ms(one.p95_ms if one else None),
        _ms(other.p95_ms if other else None),
        _change(pair.p95_change_ms),
        str(one.count if one else 0),
        str(other.count if other else 0),
    )


def _edge_rows(pairs: Sequence[TurnPair]) -> Iterator[tuple[str, ...]]:
    for pair in pairs:
        if pair.edges is not None and pair.one is not None and pair.other is not None:
            edges = pair.edges
            yield (
                str(pair.one.index),
                str(pair.other.index),
                _signed(edges.start_ms),
                "?" if edges.end_ms is None else _signed(edges.end_ms),
            )


def _turns(pairs: Sequence[TurnPair]) -> Iterator[str]:
    if not pairs:
        yield "Nobody said anything in either."
    for pair in pairs:
        numbers = (f"{turn.index}" if turn else "–" for turn in (pair.one, pair.other))
        lines = ["### " + " and ".join(numbers)]
        for letter, turn, is_one in (("A", pair.one, True), ("B", pair.other, False)):
            if turn is not None:
                lines.append(f"- {letter}{_figures(turn)}")
                lines += [
                    f"  - {who}: {_marked(runs, is_one=is_one)}"
                    for who, runs in (("user", pair.user), ("assistant", pair.assistant))
                    if any(run.one if is_one else run.other for run in runs)
                ]
        yield "\n".join(lines)


def _figures(turn: Turn) -> str:
    total = turn.latency.total_ms
    told = [] if total is None else [f"{total / 1000:.2f} s"]
    told += [escaped(tag) for tag in turn.tags]
    return f" {', '.join(told)}" if told else ""


def _marked(runs: Sequence[Words], *, is_one: bool) -> str:
    plain = not any(run.same for run in runs)
    said = ((run.one if is_one else run.other, run.same or plain) for run in runs)
    return " ".join(
        escaped(words) if same else f"**{escaped(words)}**" for words, same in said if words
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; empty where there are no rows."""
    lines = [f"| {' | '.join(map(escaped, row))} |" for row in rows]
    if not lines:
        return ""
    return "\n".join((f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *lines))


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value / 1000:.2f} s"


def _change(value: float | None) -> str:
    return "" if value is None else f"{value / 1000:+.2f} s".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def comparison_json(compared: Comparison) -> dict[str, Any]:
    """The whole comparison as JSON values; times in ms and seconds, money in US dollars."""
    return {
        "a": _side_json(compared.one),
        "b": _side_json(compared.other),
        "settings": [
            {"path": pair.path, "a": pair.one, "b": pair.other} for pair in compared.settings
        ],
        "verdicts": [
            {
                "path": pair.path,
                "a": asdict(pair.one) if pair.one else None,
                "b": asdict(pair.other) if pair.other else None,
            }
            for pair in compared.standings
        ],
        "latency_ms": {
            pair.name: {"a": _spread_json(pair.one), "b": _spread_json(pair.other)}
            | {"p50_change": pair.p50_change_ms, "p95_change": pair.p95_change_ms}
            for pair in compared.latency
        },
        "turns": [_pair_json(pair) for pair in compared.turns],
        "tags": [{"tag": each.what, "a": each.one, "b": each.other} for each in compared.tags],
        "problems": [
            {"title": each.what, "a": each.one, "b": each.other} for each in compared.problems
        ],
    }


def _side_json(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "title": side.title,
        "started_at": side.started_at.isoformat() if side.started_at else None,
        "provider": side.provider,
        "model": side.model,
        "seconds": round(side.state.last_at, 3),
        "turns": len(side.turns),
        "cost": cost_json(side.cost),
    }


def cost_json(cost: Cost) -> dict[str, Any]:
    """A bill: dollars (a lower bound where something is missing, null where nothing is known)."""
    return {
        "usd": None if cost.money is None else float(cost.money),
        "is_whole": not cost.missing,
        "explained": list(cost.explain()),
    }


def _spread_json(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    return {"count": spread.count, "p50": spread.p50_ms, "p95": spread.p95_ms}


def _pair_json(pair: TurnPair) -> dict[str, Any]:
    return {
        "a": _turn_json(pair.one),
        "b": _turn_json(pair.other),
        "user_is_same": all(run.same for run in pair.user),
        "assistant_is_same": all(run.same for run in pair.assistant),
        "edges_ms": _edges_json(pair.edges),
    }


def _edges_json(edges: Edges | None) -> dict[str, float | None] | None:
    return None if edges is None else {"start": edges.start_ms, "end": edges.end_ms}


def _turn_json(turn: Turn | None) -> dict[str, Any] | None:
    if turn is None:
        return None
    return {
        "index": turn.index,
        "user": turn.user_text,
        "assistant": turn.assistant_text,
        "total_ms": turn.latency.total_ms,
        "tags": list(turn.tags),
    }
