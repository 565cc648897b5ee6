"""Makes a session folder of any size, as an afternoon of talk would have left it.

    python -m bench.stage.big_session FOLDER [--events 1000000] [--seed 1]

Frames have the shapes and sizes of `tests/recordings`, lines those of `storage.lines`: 100 ms
blocks of microphone sound, spoken turns of about nine seconds, an answer in deltas, now and then a
tool round, a barge-in, an error, and words in other scripts. The same seed gives the same bytes.
The tracks are as long as the log says, and hold silence that takes no room on disk.
"""

from __future__ import annotations

import argparse
import json
import random
import string
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, count, islice
from pathlib import Path

from studio.audio.formats import AudioFormat
from studio.audio.wav import track_header
from studio.storage.header import Header

DEFAULT_EVENTS = 1_000_000
BLOCK_MS = 100
_BYTES_PER_MS = 48
_ID_LETTERS = string.ascii_letters + string.digits
_ASKED = (
    "What will the weather be like in London tomorrow?",
    "Could you move my appointment to Thursday afternoon, please?",
    "Erzähl mir bitte etwas über die Brücken von Königsberg.",
    "東京で一番おいしいラーメン屋はどこですか。",
    "Sorry, I did not catch that, say it again slowly.",
    "¿Cuánto cuesta un billete de ida y vuelta a Málaga?",
    "Tell me a joke about a parrot 🦜 and a lawyer.",
    "ما هو أفضل وقت لزيارة القاهرة؟",
)
_SAID = (
    "the of and a to in is you that it for on are as with they be at one have this from or had by "
    "weather tomorrow appointment London afternoon probably certainly however because around "
    "degrees bridge question answer remember straightforward café naïve über 東京 🦜"
)
_WORDS = tuple(_SAID.split())
_SETTINGS = (
    '{"type":"realtime","object":"realtime.session","id":"sess_E4AmetRvO55exoVXHzUuQ",'
    '"model":"gpt-realtime","output_modalities":["audio"],"instructions":"Your knowledge cutoff is '
    "2023-10. You are a helpful, witty, and friendly AI. Act like a human, but remember that you "
    "aren't a human and that you can't do human things in the real world. Talk quickly. You should "
    'always call a function if you can.","tools":[{"type":"function","name":"get_weather",'
    '"description":"Look up the weather for a city.","parameters":{"type":"object","properties":'
    '{"city":{"type":"string"}},"required":["city"]}}],"tool_choice":"auto","max_output_tokens":'
    '"inf","tracing":null,"truncation":"auto","prompt":null,"expires_at":1784667072,"audio":'
    '{"input":{"format":{"type":"audio/pcm","rate":24000},"transcription":{"model":'
    '"gpt-realtime-whisper"},"noise_reduction":null,"turn_detection":{"type":"server_vad",'
    '"threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,"idle_timeout_ms":null,'
    '"create_response":true,"interrupt_response":true}},"output":{"format":{"type":"audio/pcm",'
    '"rate":24000},"voice":"marin","speed":1.0}},"include":null}'
)


class _Talk:
    """Says what happens, as (time, origin, frame), in order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._now = 0.0
        self._next_block = 0.3
        self._turns = count(1)
        self._last_item = "null"
        self.input_bytes = 0
        self.output_bytes = 0

    def events(self) -> Iterator[tuple[float, str, str]]:
        """Everything without end."""
        yield from self._opening()
        while True:
            yield from self._turn(next(self._turns))

    def closing(self) -> Iterator[tuple[float, str, str]]:
        """The end of a session, two events."""
        self._now += 0.2
        closed = '{"code":1000,"expected":true,"type":"local.connection.closed"}'
        yield self._now, "local", closed
        yield self._now, "local", '{"reason":"left","type":"local.end"}'

    def _opening(self) -> Iterator[tuple[float, str, str]]:
        settings = '{"output_modalities":["audio"],"voice":"marin"}'
        yield (
            0.0,
            "local",
            '{"provider":"openai","url":"wss://api.openai.com/v1/realtime","model":"gpt-realtime",'
            f'"dialect":"ga","settings":{settings},"type":"local.connect"}}',
        )
        for direction in ("input", "output"):
            yield (
                0.02,
                "local",
                f'{{"direction":"{direction}","name":"default","virtual":false,"rate_hz":48000,'
                '"latency_ms":21.3,"type":"local.device.opened"}',
            )
        yield 0.2, "local", '{"type":"local.connection.opened"}'
        greeting = self._frame("session.created", f'"session":{_SETTINGS}')
        yield 0.25, "server", greeting
        yield 0.251, "client", '{"type":"session.update","session":{"type":"realtime"}}'
        yield 0.28, "server", self._frame("session.updated", f'"session":{_SETTINGS}')
        self._now = 0.28

    def _turn(self, number: int) -> Iterator[tuple[float, str, str]]:
        chance = self._random.random
        yield from self._until(self._now + 0.4 + chance())
        item = self._id("item")
        asked = _ASKED[self._random.randrange(len(_ASKED))]
        began_ms = int(self._now * 1000)
        place = f'"audio_start_ms":{began_ms},"item_id":"{item}"'
        yield self._local("local.speech.started", f'"audio_ms":{began_ms}')
        yield self._server("input_audio_buffer.speech_started", place)
        yield from self._until(self._now + 1.0 + 1.5 * chance())
        ended_ms = int(self._now * 1000)
        place = f'"audio_end_ms":{ended_ms},"item_id":"{item}"'
        yield self._server("input_audio_buffer.speech_stopped", place)
        place = f'"previous_item_id":{self._last_item},"item_id":"{item}"'
        yield self._server("input_audio_buffer.committed", place)
        yield from self._item(item, '"role":"user","content":[{"type":"input_audio"}]')
        yield from self._transcription(item, asked)
        if number % 9 == 0:
            yield from self._tool_round()
        yield from self._answer(is_cut_off=number % 11 == 0)
        if number % 40 == 0:
            yield self._server(
                "error",
                '"error":{"type":"invalid_request_error","code":"response_cancel_not_active",'
                '"message":"Cancellation failed: no active response found","param":null,'
                f'"event_id":"{self._id("event")}"}}',
            )
        if number % 4 == 0:
            yield self._now, "client", f'{{"type":"session.update","session":{_SETTINGS}}}'
            yield self._server("session.updated", f'"session":{_SETTINGS}', after_s=0.05)
        if number % 5 == 0:
            yield self._local("local.link", f'"rtt_ms":{30 + 20 * chance():.3f}')

    def _transcription(self, item: str, asked: str) -> Iterator[tuple[float, str, str]]:
        kind = "conversation.item.input_audio_transcription"
        place = f'"item_id":"{item}","content_index":0'
        for word in asked.split(" "):
            said = json.dumps(f"{word} ", ensure_ascii=False)
            yield self._server(f"{kind}.delta", f'{place},"delta":{said}', after_s=0.01)
        said = json.dumps(asked, ensure_ascii=False)
        yield self._server(
            f"{kind}.completed",
            f'{place},"transcript":{said},"usage":{{"type":"tokens","total_tokens":21,'
            '"input_tokens":12,"input_token_details":{"text_tokens":0,"audio_tokens":12},'
            '"output_tokens":9}',
        )

    def _answer(self, *, is_cut_off: bool) -> Iterator[tuple[float, str, str]]:
        response, item = self._id("resp"), self._id("item")
        words = [self._random.choice(_WORDS) for _ in range(self._random.randrange(60, 120))]
        yield self._server(
            "response.created", self._response(response, "in_progress", "[]", "null")
        )
        place = f'"response_id":"{response}","output_index":0'
        begun = f'{{"id":"{item}","type":"message","status":"in_progress","role":"assistant"'
        yield self._server("response.output_item.added", f'{place},"item":{begun},"content":[]}}')
        yield from self._item(item, '"role":"assistant","content":[]')
        place = f'"response_id":"{response}","item_id":"{item}","output_index":0,"content_index":0'
        empty = '"part":{"type":"audio","transcript":""}'
        yield self._server("response.content_part.added", f"{place},{empty}")
        received_ms = 0
        for number, word in enumerate(words):
            yield self._delta("response.output_audio_transcript.delta", place, f" {word}")
            ms = self._random.choice((60, 80, 100))
            n_bytes = ms * _BYTES_PER_MS
            span = f'{{"track":"output","offset":{self.output_bytes},"bytes":{n_bytes}}}'
            self.output_bytes += n_bytes
            yield self._server(
                "response.output_audio.delta", f'{place},"delta":{{"$audio":{span}}}', after_s=0.02
            )
            if number == 0:
                yield self._local(
                    "local.playback.started",
                    f'"item_id":"{item}","content_index":0,"heard_at":{self._now + 0.031:.6f},'
                    '"device_ms":21.3',
                )
            received_ms += ms
            yield from self._until(self._now + 0.01)
        text = json.dumps(" ".join(words), ensure_ascii=False)
        status = "cancelled" if is_cut_off else "completed"
        if is_cut_off:
            yield from self._cut_off(item, received_ms)
        yield self._server("response.output_audio.done", place)
        yield self._server("response.output_audio_transcript.done", f'{place},"transcript":{text}')
        part = f'"part":{{"type":"audio","transcript":{text}}}'
        yield self._server("response.content_part.done", f"{place},{part}")
        whole = (
            f'{{"id":"{item}","type":"message","status":"{status}","role":"assistant",'
            f'"content":[{{"type":"output_audio","transcript":{text}}}]}}'
        )
        place = f'"response_id":"{response}","output_index":0'
        yield self._server("response.output_item.done", f'{place},"item":{whole}')
        yield from self._done(response, status, whole)
        if not is_cut_off:
            yield from self._until(self._now + received_ms / 5000)
            played = f'"item_id":"{item}","content_index":0,"played_ms":{received_ms:.1f}'
            yield self._local("local.playback.finished", played)

    def _cut_off(self, item: str, received_ms: int) -> Iterator[tuple[float, str, str]]:
        played_ms = received_ms * 0.6
        yield self._local(
            "local.playback.flushed",
            f'"item_id":"{item}","content_index":0,"played_ms":{played_ms:.1f},'
            f'"received_ms":{received_ms:.1f},"reason":"barge-in"',
        )
        place = f'"item_id":"{item}","content_index":0,"audio_end_ms":{int(played_ms)}'
        yield self._now, "client", f'{{"type":"conversation.item.truncate",{place}}}'
        yield self._server("conversation.item.truncated", place, after_s=0.04)

    def _tool_round(self) -> Iterator[tuple[float, str, str]]:
        response, item, call = self._id("resp"), self._id("item"), self._id("call")
        yield self._server(
            "response.created", self._response(response, "in_progress", "[]", "null")
        )
        named = f'"type":"function_call","name":"get_weather","call_id":"{call}"'
        output = f'"response_id":"{response}","output_index":0'
        begun = f'{{"id":"{item}","status":"in_progress",{named},"arguments":""}}'
        yield self._server("response.output_item.added", f'{output},"item":{begun}')
        self._last_item = f'"{item}"'
        place = f'{output},"item_id":"{item}","call_id":"{call}"'
        for piece in ("{", '"', "city", '":"', "London", '"}'):
            yield self._delta("response.function_call_arguments.delta", place, piece)
        arguments = json.dumps('{"city":"London"}')
        yield self._server(
            "response.function_call_arguments.done",
            f'{place},"name":"get_weather","arguments":{arguments}',
        )
        whole = f'{{"id":"{item}","status":"completed",{named},"arguments":{arguments}}}'
        yield self._server("response.output_item.done", f'{output},"item":{whole}')
        yield from self._done(response, "completed", whole)
        answer = json.dumps('{"condition":"foggy","temperature":12}')
        yield self._local("local.tool_output", f'"call_id":"{call}","output":{answer}')
        yield (
            self._now,
            "client",
            '{"type":"conversation.item.create","item":{"type":"function_call_output",'
            f'"call_id":"{call}","output":{answer}}}}}',
        )
        yield self._now, "client", '{"type":"response.create"}'

    def _done(self, response: str, status: str, item: str) -> Iterator[tuple[float, str, str]]:
        usage = (
            '{"total_tokens":540,"input_tokens":412,"output_tokens":128,"input_token_details":'
            '{"text_tokens":119,"audio_tokens":293,"image_tokens":0,"cached_tokens":384,'
            '"cached_tokens_details":{"text_tokens":64,"audio_tokens":320,"image_tokens":0}},'
            '"output_token_details":{"text_tokens":30,"audio_tokens":98}}'
        )
        yield self._server("response.done", self._response(response, status, f"[{item}]", usage))
        limit = '{"name":"tokens","limit":40000,"remaining":39460,"reset_seconds":0.81}'
        yield self._server("rate_limits.updated", f'"rate_limits":[{limit}]')

    def _item(self, item: str, fields: str) -> Iterator[tuple[float, str, str]]:
        whole = f'{{"id":"{item}","type":"message","status":"completed",{fields}}}'
        for kind in ("conversation.item.added", "conversation.item.done"):
            place = f'"previous_item_id":{self._last_item},"item":{whole}'
            yield self._server(kind, place, after_s=0.001)
        self._last_item = f'"{item}"'

    def _response(self, response: str, status: str, output: str, usage: str) -> str:
        return (
            f'"response":{{"object":"realtime.response","id":"{response}","status":"{status}",'
            f'"status_details":null,"output":{output},"conversation_id":"conv_E6U0tQE9YCxDzNHVI8JC",'
            '"output_modalities":["audio"],"max_output_tokens":"inf","audio":{"output":{"format":'
            f'{{"type":"audio/pcm","rate":24000}},"voice":"marin"}}}},"usage":{usage},'
            '"metadata":null}'
        )

    def _until(self, end: float) -> Iterator[tuple[float, str, str]]:
        """Microphone blocks while time goes by."""
        n_bytes = BLOCK_MS * _BYTES_PER_MS
        while self._next_block < end:
            self._now = max(self._now, self._next_block)
            span = f'{{"track":"input","offset":{self.input_bytes},"bytes":{n_bytes}}}'
            frame = f'{{"type":"input_audio_buffer.append","audio":{{"$audio":{span}}}}}'
            self.input_bytes += n_bytes
            yield self._now, "client", frame
            self._next_block += BLOCK_MS / 1000 + self._random.uniform(-1e-4, 1e-4)
        self._now = max(self._now, end)

    def _delta(self, kind: str, place: str, text: str) -> tuple[float, str, str]:
        piece = json.dumps(text, ensure_ascii=False)
        padding = self._letters(16 - len(text) % 16)
        return self._server(
            kind, f'{place},"delta":{piece},"obfuscation":"{padding}"', after_s=0.01
        )

    def _server(self, kind: str, fields: str, after_s: float = 0.004) -> tuple[float, str, str]:
        self._now += after_s * self._random.random()
        return self._now, "server", self._frame(kind, fields)

    def _local(self, kind: str, fields: str) -> tuple[float, str, str]:
        return self._now, "local", f'{{{fields},"type":"{kind}"}}'

    def _frame(self, kind: str, fields: str) -> str:
        return f'{{"type":"{kind}","event_id":"{self._id("event")}",{fields}}}'

    def _id(self, kind: str) -> str:
        return f"{kind}_{self._letters(21)}"

    def _letters(self, length: int) -> str:
        bits = self._random.getrandbits(6 * length)
        return "".join([_ID_LETTERS[(bits >> 6 * place & 63) % 62] for place in range(length)])


def make_session(folder: Path, events: int = DEFAULT_EVENTS, seed: int = 1) -> int:
    """Write a session of so many events; returns the bytes of its log."""
    folder.mkdir(parents=True, exist_ok=True)
    header = Header(
        started_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
        provider="openai",
        model="gpt-realtime",
        url="wss://api.openai.com/v1/realtime?model=gpt-realtime",
        studio="bench",
    )
    talk = _Talk(seed)
    told = chain(islice(talk.events(), max(0, events - 2)), talk.closing())
    log = folder / "session.jsonl"
    with log.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{header.to_line()}\n")
        file.writelines(
            f'{{"seq":{seq},"at":{at!r},"origin":"{origin}","event":{frame}}}\n'
            for seq, (at, origin, frame) in enumerate(told, start=1)
        )
    _track(folder / "input.wav", talk.input_bytes)
    _track(folder / "output.wav", talk.output_bytes)
    return log.stat().st_size


def _track(path: Path, n_bytes: int) -> None:
    header = track_header(AudioFormat.PCM16, n_bytes)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + n_bytes)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make a session folder of any size.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--events", type=int, default=DEFAULT_EVENTS)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    begun = time.perf_counter()
    size = make_session(chosen.folder, chosen.events, chosen.seed)
    print(f"{chosen.events:,} events, {size / 1e6:.1f} MB in {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
