from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from studio.app.choices import Choices
from studio.app.doctor import examine


def told(home: Path, choices: Choices, environ: dict[str, str] | None = None) -> tuple[int, Any]:
    said: list[str] = []
    status = examine(
        choices, {"STUDIO_HOME": str(home), **(environ or {})}, as_json=True, say=said.append
    )
    (text,) = said
    return status, json.loads(text)["findings"]


def test_a_key_is_seen_and_never_shown(tmp_path: Path) -> None:
    status, findings = told(tmp_path, Choices(), {"OPENAI_API_KEY": "sk-very-secret-12345678"})
    (openai,) = [each for each in findings if each["message"].startswith("openai")]
    assert openai["verdict"] == "ok"
    assert "very-secret" not in json.dumps(findings)
    assert status == 0


def test_a_server_that_answers_and_one_that_does_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"ws://127.0.0.1:{listening.getsockname()[1]}"
        status, findings = told(tmp_path, Choices(base_url=address))
        assert (status, findings[-1]["verdict"]) == (0, "ok")
    status, findings = told(tmp_path, Choices(base_url=address))
    assert (status, findings[-1]["verdict"]) == (1, "fault")
    assert findings[-1]["hint"]


def test_a_folder_that_cannot_be_had_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, findings = told(tmp_path, Choices(sessions_dir=tmp_path / "file" / "sessions"))
    assert status == 1
    assert any("--sessions-dir" in each["hint"] for each in findings)


def test_a_stored_session_setting_that_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    settings = tmp_path / "config" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text('[session]\n"turn_detection.threshold" = "loud"\n')
    status, findings = told(tmp_path, Choices())
    assert status == 1
    assert any("turn_detection.threshold" in each["message"] for each in findings)
