"""X15: a client is told to end, by a key or a signal, wherever it waits for anything."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Anonymously, Effect, SignedIn
from doorless_client.core.network import OnDeliver
from doorless_client.core.sessions import Sessions
from doorless_client.core.state import State
from doorless_client.core.views import Link
from doorless_client.messenger import Messenger
from doorless_lab.world import Person, World
from doorless_protocol.frames import (
    Acknowledge,
    AnonymousRequest,
    Answered,
    SignedInRequest,
)
from doorless_protocol.session import Session

MORE_THAN_ALL_AWAITS = 200
MORE_THAN_ALL_TURNS = 2000
"""Of a loop in which the messenger has its turn each time, however slow the computer is."""


class WorldNetwork:
    """A messenger's network, in a world without sockets; every await in it may be the last one.

    A point lies before a request leaves, and after it was answered (nobody reads the answer).
    """

    def __init__(self, person: Person, until: int) -> None:
        self._person, self._left = person, until
        self._tasks: list[asyncio.Task[None]] = []
        self.ended = asyncio.Event()
        self.points = 0

    async def _point(self) -> None:
        self.points += 1
        self._left -= 1
        if self._left == 0:
            self.ended.set()
            await asyncio.Event().wait()  # until cancelled, as an await at that moment is
        await asyncio.sleep(0)

    async def start(
        self,
        login: object,
        *,
        on_signed_in: Callable[[], Awaitable[None]],
        on_deliver: OnDeliver,
        on_link: Callable[[Link, float, float | None], None],
    ) -> None:
        async def live() -> None:
            await self._point()
            on_link(Link.ONLINE, 0.0, 0.0)
            await on_signed_in()
            while True:
                waiting = self._person.mail()
                if waiting:
                    await self._point()
                    await on_deliver(waiting, ())
                await asyncio.sleep(0.001)

        self._tasks.append(asyncio.create_task(live()))

    async def signed_in(self, request: SignedInRequest) -> Answered:
        return await self._ask(SignedIn(request))

    async def tell(self, request: SignedInRequest) -> None:
        await self._point()
        assert isinstance(request, Acknowledge)
        self._person.acknowledge(request.ids)
        await self._point()

    async def anonymous(
        self, relay: str, request: AnonymousRequest, *, apart: bytes = b"", pin: bytes = b""
    ) -> Answered:
        return await self._ask(Anonymously(relay, pin, request, apart))

    async def _ask(self, ask: SignedIn | Anonymously) -> Answered:
        await self._point()
        answered = self._person.ask(ask)
        await self._point()
        return answered

    async def online(self, seconds: float) -> bool:
        return True

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, UnreachableError):
                await task


async def talk(world: World, alice: Person, text: str, until: int) -> tuple[bool, int]:
    """Say something and take in what waits. Whether it came to its end, and how many awaits."""
    network = WorldNetwork(alice, until)
    messenger = Messenger(alice.store, network, now=lambda: world.now, random=world.random)

    async def use() -> None:
        chat = messenger.find("bob")
        if text:
            await messenger.send(chat.conversation, text)
        for _ in range(MORE_THAN_ALL_TURNS):
            if await messenger.settle(0) and not alice.mail():
                break
            await asyncio.sleep(0.001)

    await messenger.start()
    using = asyncio.create_task(use())
    ended = asyncio.create_task(network.ended.wait())
    await asyncio.wait((using, ended), return_when=asyncio.FIRST_COMPLETED)
    whole = using.done()
    for task in (using, ended):
        task.cancel()
    await asyncio.gather(using, ended, return_exceptions=True)
    await messenger.close()
    return whole, network.points


def lets_effects_out_at_once(self: State, effect: Effect) -> None:
    self._emit(effect)


keep = Sessions.keep


def remembers_only_in_memory(self: Sessions, session: Session) -> None:
    keep(self, session)
    self._unwritten.clear()


@pytest.mark.attack(
    "X15",
    "wherever a client is cancelled, what it said and what it heard is there once, in order",
    weaken={"doorless_client.core.sessions.Sessions.keep": remembers_only_in_memory},
)
def test_wherever_a_client_is_cancelled_nothing_is_lost_or_doubled(record: Any) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.everybody.remove(alice)
        said, heard = ["hello"], alice.texts("bob")
        for await_ in range(1, MORE_THAN_ALL_AWAITS):
            bob.says("alice", f"b{await_}")
            bob.live()
            world.now += 700
            whole, points = asyncio.run(talk(world, alice, f"a{await_}", await_))
            said.append(f"a{await_}")
            heard.append(f"b{await_}")
            if whole:
                break
        else:
            pytest.fail("there are more awaits than were tried")
        assert points > 8
        record("X15", "awaits at which a client was cancelled", points)
        asyncio.run(talk(world, alice, "", 0))
        bob.live()
        alice.reopen()
        assert bob.texts("alice") == said
        assert alice.texts("bob") == heard
        assert {message.gap for message in bob.messages("alice")} == {0}
        envelopes = {submit.envelope for submit in world.submitted}
        assert len({submit.envelope_id for submit in world.submitted}) == len(envelopes)
