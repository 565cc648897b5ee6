"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A law holds or does not; how long an example takes on a busy machine says nothing about it.
settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")
