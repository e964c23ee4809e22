"""Work in a thread is never left alone with files that are about to go."""

import asyncio
from threading import Event

import pytest

from doorless_lab.threads import in_thread


async def test_the_result_comes_back() -> None:
    assert await in_thread(lambda: 7) == 7


async def test_a_failure_comes_back() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_thread(fail)


async def test_who_is_cancelled_stops_the_work_and_waits_for_its_end() -> None:
    begun, stopped, allowed, ended = Event(), Event(), Event(), Event()

    def work() -> None:
        begun.set()
        stopped.wait(10)
        allowed.wait(10)
        ended.set()

    task = asyncio.ensure_future(in_thread(work, stop=stopped.set))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.to_thread(stopped.wait, 10)
    task.cancel()  # twice: an impatient second Ctrl+C
    allowed.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
