"""Somebody who was away comes back: real programs, the relay's window and the network in between.

What benchmarks.catching_up measures is the engine alone, with all that waits at hand. Here a relay
pushes it, and a messenger reads, stores and acknowledges it, until the last of it can be shown.
"""

import asyncio
import secrets
import time
from time import perf_counter

from doorless_client.core.views import Standing, State
from doorless_lab.person import Person
from doorless_lab.stage import Stage, until

WAITING = 900
"""Messages: a mailbox takes some more than these (docs/spec/07-relay.md §8)."""

WITHIN = 120.0
LOOK = 0.002
"""Seconds between two looks at how much came."""


async def _friends(stage: Stage) -> tuple[Person, Person]:
    alice = await stage.enrol("alice", "Alice", "Alice")
    bob = await stage.enrol("bob", "Bob", "Bob")
    await alice.messenger.add(bob.messenger.me.address)
    await _say(alice, bob, "hello")
    await until(lambda: bob.chat(alice) is not None, WITHIN, "a request")
    chat = bob.chat(alice)
    assert chat is not None
    assert chat.standing is Standing.REQUEST
    await bob.messenger.accept(chat.conversation)
    # Without his token the relay takes few of her envelopes: those of a stranger.
    await until(lambda: any(c.token for c in alice.store.contacts.find()), WITHIN, "his token")
    return alice, bob


async def _say(by: Person, to: Person, text: str) -> None:
    chat = by.chat(to)
    assert chat is not None
    await by.messenger.send(chat.conversation, text)


async def _rate(text: str, rounds: int) -> list[float]:
    rates = []
    async with Stage(now=time.time, random=secrets.token_bytes) as stage:
        alice, bob = await _friends(stage)
        for _ in range(rounds):
            before = len(bob.messages(alice))
            bob.cut()
            for _ in range(WAITING):
                await _say(alice, bob, text)
            await until(lambda: not _waits(alice, bob), WITHIN, "all of it at the relay")
            bob.restore()
            rates.append(await _coming(bob, alice, before))
    return rates


def _waits(by: Person, to: Person) -> bool:
    """Whether something that was said has not come to the relay."""
    return any(message.state is State.WAITING for message in by.messages(to))


async def _coming(bob: Person, alice: Person, before: int) -> float:
    """Messages a second, from the first that he can see to the last."""
    chat = bob.chat(alice)
    assert chat is not None
    history, first, start = bob.messenger.history(chat.conversation), 0, 0.0
    while (there := len(history) - before) < WAITING:
        if there and not first:
            first, start = there, perf_counter()
        await asyncio.sleep(LOOK)
    return (WAITING - first) / (perf_counter() - start)


def coming_back(text: str, rounds: int) -> list[float]:
    return asyncio.run(_rate(text, rounds))
