"""Documents that are written from the code say what the code says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_the_wire_is_not_stale() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "write_wire.py"))["wire_page"]()
    assert (ROOT / "docs" / "wire.md").read_text(encoding="utf-8") == written


def test_the_readme_names_every_provider_and_only_files_that_are_there() -> None:
    from studio.protocol.providers import PROVIDERS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in PROVIDERS:
        assert f"`{name}`" in readme
    links = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link
