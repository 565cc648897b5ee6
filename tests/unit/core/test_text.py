from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.core.text import one_line, printable, without_secrets


@given(st.text())
def test_nothing_printable_controls_a_terminal(text: str) -> None:
    shown = printable(text)
    assert "\x1b" not in shown
    assert all(char in "\n\t" or ord(char) >= 0x20 for char in shown)
    assert not any(0x7F <= ord(char) <= 0x9F or 0x202A <= ord(char) <= 0x202E for char in shown)
    shown.encode("utf-8")


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_one_line_keeps_to_one_line_and_its_limit(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert "\n" not in shown
    assert len(shown) <= limit


def test_secrets_are_cut_out() -> None:
    said = "Bearer abcdefgh12345 and sk-proj-abcdefgh12345678 and ek_abcdefgh1234 and hunter2"
    shown = without_secrets(said, "hunter2", "")
    for secret in ("abcdefgh12345", "hunter2"):
        assert secret not in shown
    assert shown.count("[secret]") == 4
