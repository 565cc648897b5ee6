from __future__ import annotations

import base64
import json

import pytest

from studio.protocol.catalog import catalog
from studio.protocol.codec import decode_client
from studio.protocol.dialect import Dialect
from studio.protocol.events import ClientEvent
from studio.protocol.lint import lint
from studio.protocol.templates import templates


@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_client_event_has_one(dialect: Dialect) -> None:
    known = {each.event["type"] for each in templates(dialect)}
    assert known == set(catalog().types("client", dialect))


@pytest.mark.parametrize("dialect", list(Dialect))
def test_each_is_valid_as_it_stands(dialect: Dialect) -> None:
    for each in templates(dialect):
        assert lint(each.event, "client", dialect) == (), each.name
        assert isinstance(decode_client(each.text, dialect), ClientEvent), each.name


@pytest.mark.parametrize("dialect", list(Dialect))
def test_each_has_a_name_of_its_own_and_says_what_it_does(dialect: Dialect) -> None:
    names = [each.name for each in templates(dialect)]
    assert len(set(names)) == len(names)
    assert all(each.help.endswith(".") for each in templates(dialect))


def test_a_template_is_read_as_it_is_written() -> None:
    for each in templates(Dialect.GA):
        assert json.loads(each.text) == each.event
        assert each.text.startswith('{\n  "type": ')


def test_beta_has_flat_settings_and_no_pictures() -> None:
    beta = {each.name: each.event for each in templates(Dialect.BETA)}
    assert "turn_detection" in beta["turns by silence"]["session"]
    assert "a picture" not in beta


def test_the_silence_is_100_ms() -> None:
    silence = next(
        each for each in templates(Dialect.GA) if "silence" in each.name and "ms" in each.name
    )
    assert base64.b64decode(silence.event["audio"]) == bytes(4800)
