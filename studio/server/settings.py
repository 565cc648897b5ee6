"""How a local server is to run."""

from __future__ import annotations

from dataclasses import dataclass

from studio.vad.profile import OPENAI, Profile


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Everything `serve` can be told.

    Attributes:
        host: where to listen.
        port: 0 takes a free one.
        api_key: what clients must present; none needed where empty.
        strict: refuse the beta dialect and a missing model as OpenAI does.
        llm_base_url: an OpenAI-compatible endpoint (".../v1") that thinks; the host where empty.
        llm_model: its model's name.
        llm_api_key: its key.
        longest_session_s: sessions are ended after so long.
        most_sessions: how many are served at once.
        pace: how many times faster than it plays a voice is sent at most.
        profile: whose turn detection is imitated.
        watch_stdin: end when standard input does, so that no server outlives its parent.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    api_key: str = ""
    strict: bool = False
    llm_base_url: str = ""
    llm_model: str = ""
    llm_api_key: str = ""
    longest_session_s: float = 3600.0
    most_sessions: int = 16
    pace: float = 12.0
    profile: Profile = OPENAI
    watch_stdin: bool = False
