"""S15: the system's clock is set under a relay process, and back again (libfaketime).

A relay reckons in UTC alone, which has no summer time: that others set their clocks by an hour
is nothing to it, and a clock that was set by one is among these jumps.
"""

from pathlib import Path

import pytest

from disk.story import waits_for
from doorless_lab.stage import until
from doorless_protocol.frames import Done
from doorless_protocol.log_frames import Logged
from doorless_server import clock
from doorless_server.limits import DAY
from relay_person import Person
from served import ask_once
from shifted_relay import BELIEVES, FOUND, HONEST, MISSING, shifted

SET_TO = ("+40d", "+10y", "+1h", "-1h", "-10y", "+0")


@pytest.mark.skipif(not FOUND, reason=MISSING)
@pytest.mark.attack(
    "S15",
    "whatever the clock of the machine is set to under a relay, nothing expires, and mail comes "
    "and goes",
    weaken={"doorless_server.clock.is_jump": lambda _: False},
)
async def test_a_process_whose_clock_is_set_keeps_its_mail(tmp_path: Path) -> None:
    kind = HONEST if clock.is_jump(2 * DAY) else BELIEVES
    alice = Person("alice", 15)
    with shifted(tmp_path, kind) as relay:
        assert isinstance(await ask_once(relay.url, alice.register(), alice), Logged)
        assert await ask_once(relay.url, alice.envelope(1)) == Done()
        for brought, to in enumerate(SET_TO, 2):
            relay.shift(to)
            due = relay.sweeps + 2  # one of them began after the clock was set
            await until(lambda due=due: relay.sweeps >= due, 60, "a sweep")
            assert await ask_once(relay.url, alice.envelope(brought)) == Done()
            assert len(await waits_for(relay.url, alice)) == brought, f"with the clock at {to}"
