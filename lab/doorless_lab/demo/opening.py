"""How it begins, at a pace that can be followed: two accounts, a request, an answer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Standing
from doorless_lab.demo.person_pane import PersonPane
from doorless_lab.person import Person
from doorless_lab.stage import Stage, until

PACE = 1.2
"""Seconds between two steps: long enough to see what changed."""

WITHIN = 60.0
"""Seconds for anything that the other one is to see."""

HELLO = "Hello Bob! I just found you at the relay. Does it read this?"
ANSWER = "It only carries it. Look between us: noise. Now you: write as either of us."

Seat = Callable[[PersonPane, Person], Awaitable[None]]


class Opening:
    """Plays on a stage whose relay runs, and tells the panes what happens."""

    def __init__(
        self,
        stage: Stage,
        panes: Mapping[str, PersonPane],
        seat: Seat,
        pace: float,
    ) -> None:
        """`pace`: seconds between two steps."""
        self._stage, self._panes, self._seat, self._pace = stage, panes, seat, pace

    async def play(self) -> None:
        """To its end, or as far as whoever sits there lets it: networks can be cut meanwhile."""
        with contextlib.suppress(TimeoutError, RefusedError):
            await self._play()

    async def _play(self) -> None:
        alice = await self._enrol("alice", "Alice", "Alice Meadows")
        bob = await self._enrol("bob", "Bob", "Bob Rivers")
        await asyncio.sleep(self._pace)
        chat = await alice.messenger.add(bob.messenger.me.address)
        await alice.messenger.send(chat.conversation, HELLO)
        await until(lambda: bob.chat(alice) is not None, WITHIN, "Alice's request")
        await asyncio.sleep(self._pace)
        request = bob.chat(alice)
        if request is None:
            return
        if request.standing is Standing.REQUEST:
            await bob.messenger.accept(request.conversation)
        await asyncio.sleep(self._pace)
        await bob.messenger.send(request.conversation, ANSWER)

    async def _enrol(self, handle: str, name: str, display_name: str) -> Person:
        pane = self._panes[handle]
        pane.tell(f"{name} makes a profile: encrypted, under a passphrase.")
        pane.tell("Registering: the relay gets public keys and the handle, nothing else.")
        person = await self._stage.enrol(handle, name, display_name)
        words = person.words.split()
        pane.tell(f"Recovery words, shown once: {' '.join(words[:3])} … ({len(words)} of them)")
        pane.tell(f"{name} is {person.messenger.me.address} now.")
        await self._seat(pane, person)
        return person
