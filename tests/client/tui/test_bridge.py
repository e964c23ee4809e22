"""Thousands of events at once never stop the keys for long."""

import asyncio
from time import thread_time

from doorless_client.core.views import State
from doorless_client.tui.bridge import Batch
from doorless_lab.fake_engine import FakeEngine

LONGEST_STALL = 0.25
"""Seconds of this thread's processor time: other programs, which run beside, count for nothing.
benchmarks/tui.py measures the real bound."""


async def test_a_burst_is_shown_completely_and_without_a_long_stall(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        worst = 0.0
        for number in range(5000):
            people.engine.arrive(people.ada if number % 2 else people.grace, f"burst {number}")
        waited = 0.0
        while "burst 4999" not in text_of(pilot) and waited < 20:
            start = thread_time()
            await asyncio.sleep(0.005)
            worst = max(worst, thread_time() - start)
            waited += 0.005
        assert "burst 4999" in text_of(pilot)
        assert worst < LONGEST_STALL


def test_a_batch_keeps_the_last_of_what_changed_twice() -> None:
    heard: list[object] = []
    engine = FakeEngine(0)
    engine.listen(heard.append)
    bob = engine.person("Bob")
    message = engine.arrive(bob, "hi", mine=True)
    engine.progress(message, State.DELIVERED)
    engine.progress(message, State.READ)
    batch = Batch()
    for event in heard:
        batch.take(event)
    assert batch.added == {bob: 1}
    assert [one.state for one in batch.changes_in(bob)] == [State.READ]
    assert batch.chats[bob].preview == "hi"
