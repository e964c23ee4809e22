"""N01: nothing that only two people may know reaches their relay, in whatever disguise."""

import asyncio
import os
import time

import pytest

from doorless_client.core.views import State
from doorless_lab.leak_watch import MEMORY, LeakWatch, Look
from doorless_lab.leakscan import Marker, draw_marker
from doorless_lab.person import Person
from doorless_lab.secrets_of import other_keys_of, secrets_of
from doorless_lab.stage import Stage, until

WITHIN = 60.0


def seal_nothing(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    return plain + bytes(16)


def open_nothing(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    return sealed[:-16]


@pytest.mark.attack(
    "N01",
    "files, log, memory of a relay and all it received hold no text, name, passphrase or key",
    weaken={
        "doorless_protocol.ratchet.triple.aead_seal": seal_nothing,
        "doorless_protocol.ratchet.triple.aead_open": open_nothing,
    },
)
async def test_the_relay_never_sees_what_people_say_or_who_they_say_they_are() -> None:
    texts = [draw_marker(f"text {number}", os.urandom) for number in range(4)]
    names = [draw_marker(f"name {number}", os.urandom) for number in range(2)]
    async with Stage(now=time.time, random=os.urandom) as stage:
        alice = await stage.enrol("alice", "Alice", names[0].text)
        bob = await stage.enrol("bob", "Bob", names[1].text)
        watch = LeakWatch(stage)
        watch.add([*texts, *names])
        for person in (alice, bob):
            watch.add([*secrets_of(person), *other_keys_of(person)])
        await talk(alice, bob, texts)
        look = await asyncio.to_thread(watch.look)
    assert len(alice.passphrase.value) == 26
    assert_control_works(look)
    assert leaks(look) == {}


async def talk(alice: Person, bob: Person, texts: list[Marker]) -> None:
    """Both ways, online and offline; the display names travel too."""
    await alice.messenger.add(bob.messenger.me.address)
    await say(alice, bob, texts[0])
    await until(lambda: bob.chat(alice) is not None, WITHIN, "the request")
    request = bob.chat(alice)
    assert request is not None
    await bob.messenger.accept(request.conversation)
    await say(bob, alice, texts[1])
    await until(lambda: texts[1].text in heard(alice, bob), WITHIN, "the answer")
    bob.cut()
    await say(alice, bob, texts[2])
    bob.restore()
    await until(lambda: texts[2].text in heard(bob, alice), WITHIN, "the late message")
    await say(bob, alice, texts[3])
    await until(lambda: arrived(bob, alice, texts[3]), WITHIN, "its receipt")
    assert heard(alice, bob) == heard(bob, alice) == [text.text for text in texts]
    await until(lambda: knows_the_name(alice, bob), WITHIN, "Bob's name")


async def say(sender: Person, other: Person, text: Marker) -> None:
    chat = sender.chat(other)
    assert chat is not None
    await sender.messenger.send(chat.conversation, text.text)


def heard(person: Person, other: Person) -> list[str]:
    return [message.text for message in person.messages(other)]


def arrived(sender: Person, other: Person, text: Marker) -> bool:
    states = [one.state for one in sender.messages(other) if one.text == text.text]
    return states == [State.DELIVERED]


def knows_the_name(person: Person, other: Person) -> bool:
    chat = person.chat(other)
    return chat is not None and chat.name == other.display_name


def assert_control_works(look: Look) -> None:
    """What was planted in each place has to be found there; only memory may be unreadable."""
    for place in look.places:
        if place.unreadable:
            assert place.name == MEMORY
        elif not place.control:
            pytest.fail(f"what was planted in {place.name} was not found")


def leaks(look: Look) -> dict[str, list[str]]:
    """Which secrets were found, by place."""
    return {
        place.name: sorted({f"{one.marker} as {one.disguise}" for one in place.findings})
        for place in look.places
        if place.findings
    }
