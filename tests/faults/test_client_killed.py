"""A client that is killed at any call of its disk: nothing lost, nothing twice, no nonce again.

The client is a process of its own over SQLCipher; before its N-th write, sync, or change of a
name it is gone. The relay and the other person live in the test. Attack R15, the client's part.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from disk.watched import Disk, needs_watched_disk
from doorless_client.core.views import Kind
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger, open_messenger
from doorless_client.network import RelayNetwork
from doorless_client.registering import register
from doorless_client.store.memory import MemoryStore
from doorless_client.store.sqlcipher import open_store
from doorless_protocol.frames import Submit
from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore as RelayStore
from looked_again import until

KEY = bytes(32)
EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
CALLS = [*range(1, 181)] * 3 if EVERY_POINT else [7, 40, 90]
"""Calls before which the client is killed, one run after the other, each on what the last left."""

AT_LEAST = 500 if EVERY_POINT else 2

CLIENT = """
import asyncio, os, sys, time
from pathlib import Path
from doorless_client.core.views import State
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import open_messenger
from doorless_client.network import RelayNetwork
from doorless_client.registering import register
from doorless_client.store.sqlcipher import open_store

async def main(path, url, texts, expected):
    store = open_store(Path(path), bytes(32))
    network = RelayNetwork(Endpoint.parse(url), os.urandom)
    async with open_messenger(store, network, now=time.time, random=os.urandom) as messenger:
        chat = messenger.find("bob")
        history = messenger.history(chat.conversation)
        said = {message.text for message in history.slice(0, len(history))}
        for text in texts:
            if text not in said:
                await messenger.send(chat.conversation, text)
        changed = asyncio.Event()
        messenger.listen(lambda _: changed.set())
        async with asyncio.timeout(60):
            while True:
                changed.clear()
                messages = history.slice(0, len(history))
                waiting = [m for m in messages if m.mine and m.state is State.WAITING]
                heard = {m.text for m in messages if not m.mine}
                if not waiting and expected <= heard:
                    break
                await changed.wait()
    store.close()

path, url, texts, expected = sys.argv[1:]
asyncio.run(main(path, url, texts.split(), set(expected.split())))
"""

pytestmark = [needs_watched_disk, pytest.mark.timeout(2 * 3600)]


class WatchedRelay(Relay):
    """Remembers every envelope that it was handed."""

    submitted: list[Submit]

    async def submit(self, asked, now):  # type: ignore[no-untyped-def]
        self.submitted.extend(asked)
        return await super().submit(asked, now)


@dataclass
class Scene:
    url: str
    relay: WatchedRelay
    bob: Messenger
    path: Path  # of Alice's store


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Alice, who knows Bob and closed her client; Bob, who is there; a relay."""
    relay = WatchedRelay(RelayStore(), Identity("relay.test"), random=os.urandom)
    relay.submitted = []
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: int(time.time()))
    endpoint = Endpoint.parse(server.url)
    path = tmp_path / "alice" / "store.db"
    path.parent.mkdir()
    alices, bobs = open_store(path, KEY, create=True), MemoryStore()
    for store, handle in ((alices, "alice"), (bobs, "bob")):
        await register(
            store,
            RelayNetwork(endpoint, os.urandom),
            handle=handle,
            relay=endpoint.name,
            seed=os.urandom(32),
            now=time.time,
            random=os.urandom,
        )

    def messenger(store) -> Messenger:  # type: ignore[no-untyped-def]
        network = RelayNetwork(endpoint, os.urandom)
        return open_messenger(store, network, now=time.time, random=os.urandom)

    async with messenger(bobs) as bob:
        async with messenger(alices) as alice:
            await bob.online(60)
            await alice.online(60)
            await bob.add(alice.invite())
            chat = await alice.add(bob.invite())
            await alice.send(chat.conversation, "hello")
            await until(alice, lambda: alice.chats()[0].confirmed)
            await until(bob, lambda: bool(bob.chats()) and bob.chats()[0].confirmed)
        alices.close()
        yield Scene(server.url, relay, bob, path)
    await server.close()


async def test_a_client_killed_at_any_call_loses_and_repeats_nothing(
    scene: Scene, record: Callable[..., None]
) -> None:
    killed, said, answered = 0, ["hello"], []
    conversation = scene.bob.chats()[0].conversation
    for run, call in enumerate((*CALLS, 0)):
        answer = f"b{run}"
        await scene.bob.send(conversation, answer)
        answered.append(answer)
        said += [f"a{run}-{number}" for number in range(2)]
        killed += await run_client(scene, said, answered, call) == -9
    await until(scene.bob, lambda: len(heard(scene.bob, conversation)) >= len(said))
    assert killed >= AT_LEAST, "too few calls were reached"
    assert heard(scene.bob, conversation) == said
    assert heard_by_alice(scene.path) == answered
    assert_no_nonce_twice(scene.relay.submitted)
    record("X01", "calls at which a client was killed", killed, "", f">= {AT_LEAST}")


async def run_client(scene: Scene, texts: list[str], expected: list[str], call: int) -> int:
    """Let Alice's client say what it has not said; killed before its `call`-th call, 0: never."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CLIENT,
        str(scene.path),
        scene.url,
        " ".join(texts),
        " ".join(expected),
        env=Disk(scene.path.parent, kill=call).environment(),
    )
    code = await process.wait()
    assert code in (0, -9), f"the client ended by itself, with {code}"
    assert call or code == 0
    return code


def heard(messenger: Messenger, conversation: bytes) -> list[str]:
    history = messenger.history(conversation)
    return [m.text for m in history.slice(0, len(history)) if not m.mine and m.kind is Kind.TEXT]


def heard_by_alice(path: Path) -> list[str]:
    store = open_store(path, KEY)
    try:
        return [row.text for row in store.messages.find() if not row.mine and row.kind == "text"]
    finally:
        store.close()


def assert_no_nonce_twice(submitted: list[Submit]) -> None:
    """One envelope id is one sequence of bytes; no two envelopes share their nonce."""
    by_id: dict[bytes, set[bytes]] = {}
    for submit in submitted:
        by_id.setdefault(submit.envelope_id, set()).add(submit.envelope)
    assert {len(envelopes) for envelopes in by_id.values()} == {1}
    steady = {submit.envelope for submit in submitted if len(submit.envelope) < 32_768}
    assert len({envelope[:12] for envelope in steady}) == len(steady)
