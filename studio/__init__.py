"""Realtime Studio: a terminal studio for voice agents on the Realtime API."""

__version__ = "0.1.0"
