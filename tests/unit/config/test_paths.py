from __future__ import annotations

from pathlib import Path

from studio.config.paths import studio_paths


def test_everything_lies_under_the_studio_home(tmp_path: Path) -> None:
    paths = studio_paths({"STUDIO_HOME": str(tmp_path)})
    for path in (paths.config_file, paths.themes_dir, paths.sessions_dir, paths.log_dir):
        assert path.is_relative_to(tmp_path)
        assert not path.exists()


def test_without_a_home_the_platform_decides() -> None:
    paths = studio_paths({})
    assert "realtime-studio" in str(paths.sessions_dir)
