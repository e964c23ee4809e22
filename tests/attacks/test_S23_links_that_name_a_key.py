"""S23: a link puts nobody between us and a relay that we know."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.store.base import Store
from doorless_protocol.frames import Answered
from doorless_protocol.invite import InviteLink
from two_relays import BOB, THERE, TwoRelays

EVES = b"\xee" * 32


@pytest.fixture
def world() -> Iterator[TwoRelays]:
    with TwoRelays() as made:
        yield made


def as_the_link_says(_: Store, _relay: str, named: bytes) -> bytes:
    return named


@pytest.mark.attack(
    "S23",
    "a link with another key for a relay that is known adds nobody, and no byte goes there",
    weaken={"doorless_client.core.contacts.check_pin": as_the_link_says},
)
@pytest.mark.parametrize("known", [b"", b"\7" * 32], ids=["vouched", "pinned"])
def test_a_link_changes_no_key(world: TwoRelays, known: bytes) -> None:
    alice, eve = world.alice, world.there.person("eve")
    bobs = replace(InviteLink.parse(world.bob.engine.invite()), tls=known or None)
    alice.add(bobs.encode())
    asked: set[bytes] = set()

    def note(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and ask.relay == THERE:
            asked.add(ask.pin)
        return answered

    alice.change_answer = note
    with pytest.raises(RefusedError):
        alice.add(replace(InviteLink.parse(eve.engine.invite()), tls=EVES).encode())
    alice.says("bob", "is that you?")
    world.advance(60)
    assert asked == {known}
    assert BOB in {chat.address for chat in alice.engine.chats()}
