"""What a session is to be: everything that the worker needs in order to begin one.

Not the key: the worker looks that up in its own environment, so that no secret crosses the pipe.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from studio.audio.cleaning import Cleaning
from studio.protocol.dialect import Dialect
from studio.protocol.settings import SessionSettings


class ConnectPlan(BaseModel):
    """One session's peer, settings, sound and place on disk.

    Attributes:
        provider: the provider's name, such as `local`, `openai`, `azure`.
        url: the WebSocket address, with or without a `model` in its query.
        model: the model asked for.
        dialect: the dialect to speak.
        key_env: the environment variable that holds the key; empty: the provider's usual one.
        settings: what is asked of the server once it greets.
        microphone: `auto`, `silence`, `device`, `device:NAME` or `device:INDEX`, `demo`,
            `say:WORDS // MORE WORDS`, or the path of a sound file.
        speaker: `auto`, `silent`, `device`, `device:NAME` or `device:INDEX`.
        cleaning: what is done to a card's sound before it is sent.
        sessions_dir: where the session's folder is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    url: str
    model: str
    dialect: Dialect = Dialect.GA
    key_env: str = ""
    settings: SessionSettings
    microphone: str = "auto"
    speaker: str = "auto"
    cleaning: Cleaning = Cleaning()
    sessions_dir: Path
