"""The commands as a person types them, each in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.audio.formats import AudioFormat
from studio.audio.resample import resample_offline
from studio.audio.wav import WAV_HEADER_BYTES, read_audio
from studio.vad.detector import ProbabilityStream, SileroDetector
from studio.vad.segmenter import SegmenterSettings
from studio.vad.whole import segments


def studio(
    home: Path, *arguments: str, expected_status: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "studio", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"STUDIO_HOME": str(home)},
        check=False,
    )
    assert done.returncode == expected_status, done.stdout + done.stderr
    return done


def talk(home: Path, *arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(studio(home, "talk", "--json", *arguments).stdout)
    return told


@pytest.mark.speech
def test_a_turn_without_a_screen_and_its_words_in_the_sound(tmp_path: Path) -> None:
    from studio.speech.ears import Ears

    out = tmp_path / "out"
    told = talk(tmp_path, "--mic", "say:What time is it?", "--turns", "1", "--out", str(out))
    (turn,) = told["turns"]
    assert "time" in turn["user"].lower()
    parts = dict(turn["latency_ms"])
    total_ms = parts.pop("total")
    assert total_ms > parts["silence"] > 400
    assert sum(ms or 0 for ms in parts.values()) == pytest.approx(total_ms, abs=5)
    assert told["latency_summary"]["ms"]["total"]["p50"] == total_ms
    session = Path(told["session"])
    assert session.parent == out
    samples, rate_hz = read_audio(session / "output.wav")
    heard = Ears().transcribe(resample_offline(samples, rate_hz, 16_000)).text
    said = _words(turn["assistant"])
    assert said[:2] == ["it", "is"]
    # The recogniser writes the hour in digits, so only the words around it can be compared.
    assert _words(heard)[:2] == said[:2]
    assert _words(heard)[-3:] == said[-3:]

    listed = json.loads(studio(tmp_path, "sessions", "--sessions-dir", str(out), "--json").stdout)
    assert [each["name"] for each in listed] == [session.name]
    transcript = studio(tmp_path, "export", "last", "--sessions-dir", str(out)).stdout
    assert turn["user"].rstrip("?") in transcript
    frames = studio(tmp_path, "export", str(session), "--to", "jsonl").stdout.splitlines()
    sent = [json.loads(frame)["event"] for frame in frames]
    appended = sum(len(event["audio"]) for event in sent if event["type"].endswith("append"))
    assert appended * 3 / 4 >= (session / "input.wav").stat().st_size - 100


@pytest.mark.speech
def test_another_silence_moves_the_end_of_the_turn_as_the_arithmetic_says(tmp_path: Path) -> None:
    clip = tmp_path / "question.wav"
    _speak(clip, "What time is it?")
    ends = {}
    for silence_duration_ms in (200, 500, 900):
        setting = f"turn_detection.silence_duration_ms={silence_duration_ms}"
        told = talk(tmp_path, "--mic", str(clip), "--set", setting, "--turns", "1")
        ends[silence_duration_ms] = told["turns"][0]["audio_end_ms"]
        sent = (Path(told["session"]) / "input.wav").read_bytes()
        assert ends[silence_duration_ms] == _predicted_end_ms(sent, silence_duration_ms)
    assert ends[200] < ends[500] < ends[900]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("talk", "--provider", "opnai"), "Did you mean openai?"),
        (("talk", "--provider", "openai"), "OPENAI_API_KEY"),
        (("talk", "--base-url", "nonsense"), "scheme"),
        (("talk", "--base-url", "ws://127.0.0.1:9", "--mic", "silence"), "127.0.0.1"),
        (("talk", "--set", "turn_detection.threshold=7"), "threshold"),
        (("talk", "--set", "voice"), "has no '='"),
        (("talk", "--model", "m\udcff"), "not valid text"),
        (("talk", "--mic", "/nowhere/at-all.wav"), "at-all.wav"),
        (("talk", "--mic", "silence", "--input-device", "USB"), "--mic device:USB"),
        (("talk", "--speaker", "silent", "--output-device", "3"), "--speaker device:3"),
        (("export", "no-such-session"), "no-such-session"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = studio(tmp_path, *arguments, "--max-seconds", "20", expected_status=1) if (
        arguments[0] == "talk"
    ) else studio(tmp_path, *arguments, expected_status=1)  # fmt: skip
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said_in_words(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = studio(tmp_path, "serve", "--port", port, expected_status=1)
    assert port in done.stderr
    assert "--port 0" in done.stderr


def test_the_doctor_sees_a_broken_settings_file(tmp_path: Path) -> None:
    studio(tmp_path, "doctor")
    settings = tmp_path / "config" / "settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("provider = [")
    told = studio(tmp_path, "doctor", expected_status=1).stdout
    assert "settings.toml" in told
    assert settings.read_text() == "provider = ["


@pytest.mark.parametrize(
    "command", [(), ("talk",), ("serve",), ("sessions",), ("events",), ("export",), ("doctor",)]
)
def test_every_command_explains_itself(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = studio(tmp_path, *command, "--help").stdout
    assert "Usage" in told
    assert "--help" in told


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()


def _speak(path: Path, text: str) -> None:
    import numpy as np
    import soundfile

    from studio.speech.voices import Voices

    said = np.concatenate([*Voices().synthesize(text, "cedar")])
    silence = np.zeros(24_000, np.int16)
    soundfile.write(path, np.concatenate([silence, said, silence]), 24_000)


def _predicted_end_ms(track: bytes, silence_duration_ms: int) -> int | None:
    """The end of the first turn in the audio that was really sent, by the lab's segmenter."""
    sent = track[WAV_HEADER_BYTES[AudioFormat.PCM16] :]
    frames = ProbabilityStream(SileroDetector(), AudioFormat.PCM16).push(sent)
    settings = SegmenterSettings(silence_duration_ms=silence_duration_ms)
    found = segments([probability for _, probability in frames], settings)
    return found[0].audio_end_ms if found else None


@pytest.mark.parametrize(("option", "name"), [("--dialect", "alpha"), ("--echo", "loud")])
def test_a_name_that_there_is_not_is_refused(tmp_path: Path, option: str, name: str) -> None:
    done = studio(tmp_path, "talk", option, name, expected_status=2)
    assert name in done.stderr


def test_a_home_that_cannot_be_had_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = studio(tmp_path / "file", "talk", "--mic", "silence", expected_status=1)
    assert "STUDIO_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_disk_that_fills_up_is_said_and_the_session_so_far_is_kept(tmp_path: Path) -> None:
    most_bytes = 30_000

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    talking = [sys.executable, "-m", "studio", "talk", "--mic", "silence", "--max-seconds", "2"]
    done = subprocess.run(
        talking,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"STUDIO_HOME": str(tmp_path)},
        preexec_fn=little_room,
        check=False,
    )
    assert done.returncode == 1
    assert "Free some disk space" in done.stderr
    exported = studio(tmp_path, "export", "last")
    assert "Provider: local" in exported.stdout
    assert "was not closed" in exported.stderr


def test_an_export_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    studio(tmp_path, "talk", "--mic", "silence", "--max-seconds", "1")
    target = tmp_path / "report.md"
    (target / "in the way").mkdir(parents=True)
    missing = tmp_path / "no such folder" / "report.md"
    studio(tmp_path, "export", "last", "-o", str(missing), expected_status=1)
    assert not missing.parent.exists()
    studio(tmp_path, "export", "last", "-o", str(target))
    assert [each.suffix for each in target.iterdir() if each.is_file()] == [".md"]


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_talk_that_is_asked_to_end_closes_its_session(
    tmp_path: Path, asked: signal.Signals
) -> None:
    if signal.getsignal(asked) is signal.SIG_IGN:
        pytest.skip("whoever runs the tests wants it ignored, and so does the child then")
    talking = subprocess.Popen(
        [sys.executable, "-m", "studio", "talk", "--mic", "silence"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"STUDIO_HOME": str(tmp_path)},
    )
    assert talking.stderr is not None
    for line in talking.stderr:
        if line.startswith("local"):
            break
    talking.send_signal(asked)
    _, told = talking.communicate(timeout=20)
    assert talking.returncode == 0, told
    assert "session:" in told
    (log,) = tmp_path.glob("data/sessions/*/session.jsonl")
    assert '"local.end"' in log.read_text().splitlines()[-1]


@pytest.mark.parametrize(
    ("detection", "words"), [("null", "turn detection is off"), ("server_vad", "noticed no turn")]
)
def test_a_talk_without_a_turn_says_why(tmp_path: Path, detection: str, words: str) -> None:
    setting = "turn_detection=null" if detection == "null" else f"turn_detection.type={detection}"
    arguments = ("talk", "--mic", "silence", "--set", setting, "--max-seconds", "1")
    assert words in studio(tmp_path, *arguments).stderr
