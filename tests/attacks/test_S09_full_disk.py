"""S09: the relay's disk is full for a while.

DOORLESS_EVERY_POINT=1 has it begin at many more of the writes.
"""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol.frames import Done, Refusal, Refused
from doorless_server.store import writer
from failing_relay import TOTAL, brings, failing, kind_of, registered, waiting_in

FULL = range(4, 60, 2) if os.environ.get("DOORLESS_EVERY_POINT") else (20,)

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: no failure at a chosen call"
)


def is_busy(answered: object) -> bool:
    return isinstance(answered, Refused) and answered.reason == Refusal.BUSY


@pytest.mark.attack(
    "S09",
    "a full disk takes no mail and loses none; with room again the relay goes on by itself",
    weaken={"doorless_server.store.writer.is_passing": lambda _error: False},
)
@pytest.mark.parametrize("at", FULL)
@pytest.mark.claim("P8", "a full disk takes no mail and loses none")
async def test_a_full_disk_passes(at: int, tmp_path: Path, record: Any) -> None:
    data = await registered(tmp_path / "data")
    kind = kind_of(writer.is_passing)
    with failing(data, kind, "pwrite64", "ENOSPC", f"{at}..{at + 9}") as served:
        taken, answers = await brings(served.url, tries=200)
        refused = [each for each in answers if each != Done()]
        assert refused
        assert all(map(is_busy, refused))
        assert taken == list(range(1, TOTAL + 1))
        served.process.send_signal(signal.SIGTERM)
    assert waiting_in(data) == taken
    lost = len(set(taken) - set(waiting_in(data)))
    record("S09", "acknowledged envelopes lost", lost, f"of {len(taken)}", "== 0")
