"""S15: a clock that is put ahead ends no order of silence."""

from pathlib import Path
from random import Random

import pytest

from doorless_protocol.frames import FetchNotices
from doorless_protocol.notice_frames import Notice
from doorless_server.demands.notice_desk import FOLDER, NoticeDesk
from doorless_server.demands.notices import Notices
from doorless_server.limits import DAY
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from relay_person import NOW, Person

NOTICE = Notice(
    *("2026-1", "court", "US", "District Court of Example", "1:26", "US_WARRANT", ("basic",)),
    *("complied_partial", (), NOW // DAY, NOW // DAY, True, True),
)


@pytest.mark.attack(
    "S15",
    "a clock that is put ahead while a relay runs tells nobody what an order still forbids",
    weaken={"doorless_server.clock.is_jump": lambda _seconds: False},
)
async def test_a_clock_put_ahead_ends_no_order(tmp_path: Path) -> None:
    passed = 0.0
    desk, alice = NoticeDesk(tmp_path), Person("alice", 1)
    relay = Relay(
        MemoryStore(),
        Identity("relay.test"),
        random=Random(1).randbytes,
        elapsed=lambda: passed,
        notices=desk,
    )
    greeted = relay.greet(NOW, bytes(32))
    peer = (await relay.handle(greeted, alice.sign_in(greeted), NOW)).peer
    peer = (await relay.handle(peer, alice.register(), NOW)).peer
    await relay.sweep(NOW)  # as it does once a minute: it learns what time it is
    command = Notices.open(tmp_path / FOLDER)
    try:
        command.put(alice.account, NOTICE, NOW + 90 * DAY)

        async def told(now: int) -> int:
            held = (await relay.handle(peer, FetchNotices(), now)).answered
            return len(held.notices)

        assert await told(NOW + 91 * DAY) == 0
        passed = 91.0 * DAY
        assert await told(NOW + 91 * DAY) == 1
    finally:
        command.close()
        desk.close()
