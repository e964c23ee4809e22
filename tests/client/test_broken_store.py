"""A messenger whose store breaks under it: it says so once, leaves the relay, and does no more."""

import asyncio
import resource
from pathlib import Path

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Event, Notice
from doorless_client.messenger import Messenger
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World

KEY = bytes(32)


class QuietNetwork:
    """Connected to nothing; knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def start(self, login: object, **_: object) -> None:
        pass

    async def close(self) -> None:
        self.closed.set()


async def test_a_messenger_ends_its_work_once_the_disk_failed(tmp_path: Path) -> None:
    with World() as world:
        store = open_store(tmp_path / "store.db", KEY, create=True)
        alice, _ = world.person("alice", store), world.person("bob")
        alice.add("bob")
        network, heard = QuietNetwork(), list[Event]()
        messenger = Messenger(store, network, now=lambda: world.now, random=world.random)
        messenger.listen(heard.append)
        await messenger.start()
        conversation = messenger.find("bob").conversation
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(RefusedError, match="nothing changed"):
                await messenger.send(conversation, "hello")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        async with asyncio.timeout(60):
            await network.closed.wait()
        with pytest.raises(RefusedError, match="start doorless again"):
            await messenger.send(conversation, "hello")  # the disk is well again, they say
        notices = [one for one in heard if isinstance(one, Notice)]
        assert [one.halts for one in notices] == [True]
        assert "nothing is sent or received" in notices[0].text
        await messenger.close()
