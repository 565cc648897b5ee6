"""A session as WebVTT or SRT subtitles: what was heard, when, and who said it.

WebVTT holds the time of each word within its cue, and the speaker as its voice. SRT knows neither,
nor a way to write `<` or `{`, which players take for markup: it has the speaker before the words,
and `‹` and `(` in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studio.core.text import one_line
from studio.export.cues import Cue
from studio.export.sharing import Redaction

_CUT = " —"
_SRT_SIGNS = str.maketrans("<>{}", "‹›()")


def export_vtt(cues: Iterable[Cue], redaction: Redaction) -> Iterator[str]:
    """WebVTT, block by block, each ending in a newline."""
    yield "WEBVTT\n"
    for number, cue in enumerate(cues, 1):
        times = f"{_clock(cue.begins_s)} --> {_clock(_end_s(cue))}"
        yield f"\n{number}\n{times}\n<v {cue.speaker}>{_timed(cue, redaction)}{_cut(cue)}</v>\n"


def export_srt(cues: Iterable[Cue], redaction: Redaction) -> Iterator[str]:
    """SubRip, block by block, each ending in a newline."""
    for number, cue in enumerate(cues, 1):
        times = f"{_clock(cue.begins_s, ',')} --> {_clock(_end_s(cue), ',')}"
        words = one_line(redaction.text(cue.text)).translate(_SRT_SIGNS)
        gap = "\n" if number > 1 else ""
        yield f"{gap}{number}\n{times}\n{cue.speaker}: {words}{_cut(cue)}\n"


def _timed(cue: Cue, redaction: Redaction) -> str:
    """The words, each but the first behind the time at which it begins."""
    if redaction.words and redaction.text(cue.text) != cue.text:
        return _escaped(one_line(redaction.text(cue.text)))  # a key or an id may span words
    told = ""
    last_ms, end_ms = _ms(cue.begins_s), _ms(_end_s(cue))
    for word in cue.words:
        text = _escaped(one_line(redaction.text(word.text.strip())))
        gap = word.gap if told else ""
        begins_ms = _ms(word.begins_s)
        is_timed = bool(told) and last_ms < begins_ms < end_ms
        if is_timed:
            last_ms = begins_ms
        told += f"{gap}<{_clock(word.begins_s)}>{text}" if is_timed else f"{gap}{text}"
    return told


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(cue: Cue) -> str:
    return _CUT if cue.is_cut else ""


def _end_s(cue: Cue) -> float:
    """Times are told in ms, and even then a cue is not to be over when it begins."""
    return max(cue.ends_s, (_ms(cue.begins_s) + 1) / 1000)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _clock(seconds: float, point: str = ".") -> str:
    minutes, ms = divmod(_ms(seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{point}{ms % 1000:03}"
