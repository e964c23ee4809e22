"""A stream without a leader holds up nobody but who asks for it, and only until it has one."""

import asyncio

import pytest

from doorless_server.store.base import UnavailableError
from doorless_server.store.nats import leaders
from doorless_server.store.nats.leaders import Leaders


class Stream:
    """One that answers a probe when it is told to."""

    def __init__(self) -> None:
        self.probes, self.answers = 0, False

    async def probe(self, _stream: str, _patience: float) -> None:
        self.probes += 1
        if not self.answers:
            raise UnavailableError("no answer in time")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaders, "PROBE", 0.0)


async def test_a_silent_stream_fails_at_once_until_a_probe_is_answered() -> None:
    stream = Stream()
    known = Leaders(stream.probe)
    known.check("one")
    known.doubt("one")
    known.doubt("one")
    with pytest.raises(UnavailableError):
        known.check("one")
    known.check("another")
    while stream.probes < 3:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert known.is_doubted("one")
    stream.answers = True
    await known.settled("one", 5)
    known.check("one")


async def test_who_waits_for_a_leader_waits_only_so_long() -> None:
    known = Leaders(Stream().probe)
    await known.settled("one", 0)
    known.doubt("one")
    with pytest.raises(UnavailableError):
        await known.settled("one", 0.01)
    await known.close()
    assert not known.is_doubted("one")
