from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.app.choices import Choices
from studio.app.presets import presets_of
from studio.app.trials import Asked, print_trial
from studio.app.trials_kept import keep_result, keep_winner, print_trials
from studio.config.paths import studio_paths
from studio.config.presets import Provenance
from studio.core.errors import StudioError
from studio.lab.trial_result import TrialResult, result_of
from studio.lab.trial_words import trial_lines
from studio.lab.trials import Trial
from studio.protocol.settings import SessionSettings
from tests.fakes.recorded import TWIN
from tests.fakes.world import plan_for
from tests.unit.lab.test_trials import HESITATES, SHORT, EngineRunner, arms, held


class Trials:
    """A home in which trials are kept, and what is said of them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"STUDIO_HOME": str(home)}
        self.paths = studio_paths(self.environ)
        self.plan = plan_for(home / "sessions")
        self.warned: list[str] = []

    async def result(self, *silences_ms: int) -> TrialResult:
        trial = Trial((HESITATES, SHORT), arms(*silences_ms))
        return result_of(trial, await held(trial, EngineRunner(self.home)), TWIN)

    def told(self, name: str = "", *, as_json: bool = False) -> list[str]:
        said: list[str] = []
        print_trials(
            self.environ, name=name, as_json=as_json, say=said.append, warn=self.warned.append
        )
        return said

    def file(self, name: str, content: object) -> None:
        file = self.paths.lab_dir / "trials" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))


@pytest.fixture
def trials(tmp_path: Path) -> Trials:
    return Trials(tmp_path)


async def test_the_winner_is_kept_with_where_it_comes_from(trials: Trials) -> None:
    result = await trials.result(200, 480)
    assert keep_winner(result, trials.plan, trials.environ, "For the phone", trials.warned.append)
    assert trials.warned == ["Kept as For the phone: silence=480."]
    kept = presets_of(trials.environ).named("For the phone")
    assert kept.stated == (
        ("turn_detection.type", "server_vad"), ("turn_detection.silence_duration_ms", 480),
    )  # fmt: skip
    assert kept.provenance.source == "trial"
    assert kept.provenance.words == (
        "A trial with local studio-host, best of 2 settings; it loses 0 of 2 turns, and ends the "
        "others after 512 ms. Held once: what tells them apart may be chance."
    )
    assert kept.provenance.takes == ("hesitates", "short")


async def test_a_trial_of_one_setting_has_no_winner(trials: Trials) -> None:
    result = await trials.result(200)
    assert not keep_winner(result, trials.plan, trials.environ, "One", trials.warned.append)
    assert not presets_of(trials.environ).entries
    assert "two settings or more" in trials.warned[0]


def test_a_name_that_is_taken_is_refused_before_anything_is_held(trials: Trials) -> None:
    presets_of(trials.environ).save("Mine", SessionSettings(voice="ash"), Provenance())
    with pytest.raises(StudioError, match="There is a preset Mine already"):
        print_trial(
            Choices(),
            trials.environ,
            Asked(("none",), ("silence=200",), save_as="mine"),
            as_json=False,
            say=trials.warned.append,
            warn=trials.warned.append,
            confirm=lambda _question: True,
        )
    assert not trials.warned


async def test_a_result_reads_the_same_again(trials: Trials) -> None:
    assert trials.told()[0].startswith("No trial was held yet.")
    result = await trials.result(200, 480)
    keep_result(result, trials.plan, trials.paths, trials.warned.append)
    (name,) = (json.loads(line)[0]["name"] for line in trials.told(as_json=True))
    assert trials.warned[0].endswith(f"again: studio lab trials {name}")
    assert trials.told(name) == trials.told("last") == trials.told("sess") == [*trial_lines(result)]
    whole = json.loads(trials.told(name, as_json=True)[0])
    assert whole["provider"] == "local"
    assert whole["best"]["settings"] == "silence=480"
    assert "lines" not in whole
    assert trials.told() == [
        f"{name}  local studio-host  takes 2, settings 2, times 1  best: silence=480"
    ]


def test_what_is_no_trial_is_named_and_the_others_are_listed(trials: Trials) -> None:
    arm = {"name": "A", "settings": "silence=1\x1b[2J"}
    trials.file("a", {"arms": [arm], "comparison": ["No difference."]})
    trials.file("b", "{")
    trials.file("ab", [])
    trials.file("c", {"arms": [1]})
    assert [line.split()[0] for line in trials.told()] == ["a"]
    assert len(trials.warned) == 3
    assert trials.told("a") == ["A  silence=1␛[2J", "No difference.", "All of it: --json."]


@pytest.mark.parametrize("name", ["x", "2"])
def test_a_name_has_to_mean_one(trials: Trials, name: str) -> None:
    for each in ("20", "21"):
        trials.file(each, {"arms": []})
    with pytest.raises(StudioError) as told:
        trials.told(name)
    assert told.value.title == "Which trial?"
