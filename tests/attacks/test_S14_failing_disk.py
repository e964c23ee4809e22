"""S14: the relay's disk fails once, to write or to sync; what it says after that is worth nothing.

DOORLESS_EVERY_POINT=1 has it fail at many more of the calls.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol.frames import Done
from doorless_server.store import writer
from failing_relay import TOTAL, brings, failing, kind_of, registered, waiting_in
from served import relay

FAILURES = [("fdatasync", 6)]
if os.environ.get("DOORLESS_EVERY_POINT"):
    FAILURES += [("fdatasync", at) for at in range(2, 20)]
    FAILURES += [("pwrite64", at) for at in range(4, 60, 3)]

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: no failure at a chosen call"
)


@pytest.mark.attack(
    "S14",
    "after the disk failed once nothing more is acknowledged, the relay ends with an error, and "
    "what it had acknowledged is there at the next start",
    weaken={"doorless_server.store.writer.is_passing": lambda _error: True},
)
@pytest.mark.parametrize(("call", "at"), FAILURES)
async def test_a_disk_that_failed_is_not_believed_again(
    call: str, at: int, tmp_path: Path, record: Any
) -> None:
    data = await registered(tmp_path / "data")
    with failing(data, kind_of(writer.is_passing), call, "EIO", str(at)) as served:
        taken, answers = await brings(served.url, tries=TOTAL + 10)
        assert len(taken) < TOTAL, "it went on"
        assert answers[: len(taken)] == [Done()] * len(taken)
        assert served.process.wait(timeout=60) == 1
    assert set(waiting_in(data)) >= set(taken)
    lost = len(set(taken) - set(waiting_in(data)))
    record("S14", "acknowledged envelopes lost", lost, f"of {len(taken)}", "== 0")
    with relay(data) as served:
        assert (await brings(served.url, tries=TOTAL))[0] == list(range(1, TOTAL + 1))
    assert waiting_in(data) == list(range(1, TOTAL + 1))
