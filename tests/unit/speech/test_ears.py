from __future__ import annotations

import asyncio
import sys

import numpy as np
import pytest

from studio.speech.ears import windows


async def test_without_the_extra_the_ears_say_what_to_install() -> None:
    start = (
        "import sys; sys.modules['ctranslate2'] = None\n"
        "from studio.speech.ears import Ears\n"
        "from studio.core.errors import StudioError\n"
        "try: Ears()\n"
        "except StudioError as error: print(error.hint)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", start, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert b"realtime-studio[local]" in output


@pytest.mark.parametrize("seconds", [1, 22, 23, 50])
def test_long_sounds_are_cut_where_it_is_quiet(seconds: int) -> None:
    sound = np.ones(seconds * 16_000, np.float32)
    sound[18 * 16_000 : 18 * 16_000 + 8_000] = 0  # the only pause, at 18 s
    pieces = windows(sound)
    assert np.array_equal(np.concatenate(pieces), sound)
    assert all(piece.size <= 22 * 16_000 for piece in pieces)
    if seconds > 22:
        assert 18 <= pieces[0].size / 16_000 <= 18.5
