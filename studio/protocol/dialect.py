"""The two dialects of the Realtime wire."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """Which words a peer speaks; GA is the vocabulary inside."""

    GA = "ga"
    BETA = "beta"
