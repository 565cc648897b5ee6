from __future__ import annotations

from studio.app.finding import Finding, report


def test_the_report_is_grouped_and_harmless() -> None:
    findings = [
        Finding("Sound", "ok", "card \x1b[31m", detail="24000 Hz \x1b[31m"),
        Finding("Sound", "note", "none", "Plug one in."),
        Finding("Keys", "fault", "bad"),
    ]
    lines = list(report(findings))
    assert [line for line in lines if line and not line.startswith(" ")] == ["Sound", "Keys"]
    assert "\x1b" not in "".join(lines)
    assert any(line.endswith("Plug one in.") for line in lines)
    assert any("24000 Hz" in line for line in lines)


def test_the_same_next_step_is_told_once() -> None:
    findings = [Finding("Sound", "note", f"card {at} is silent", "Unmute it.") for at in (1, 2)]
    assert [line.strip() for line in report(findings)].count("Unmute it.") == 1
