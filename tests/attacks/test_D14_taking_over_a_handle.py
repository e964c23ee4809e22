"""D14: a handle is registered again without the key of the account that had it."""

from collections.abc import Callable
from typing import Any

import pytest

from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.views import KeyChanged, State, Trust
from doorless_lab.world import World, showing
from doorless_protocol.frames import Answered, Found, Lookup
from doorless_protocol.manifest import SIGNED_HEAD_SIZE, Manifest

MORE_THAN_TEN_MINUTES = 700


def keeps_quiet(_self: Any, contact: Any, _why: str, *, offered: bytes) -> Any:
    del offered
    return contact


@pytest.mark.attack(
    "D14",
    "contacts of a handle that was registered anew see changed keys, and send nothing",
    weaken={"doorless_client.core.trust.TrustKeeper.contradict": keeps_quiet},
)
def test_a_handle_with_another_account_is_a_hard_key_change() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        conversation = alice.chat("bob").conversation
        alice.engine.verify(conversation, alice.engine.safety_number(conversation).digits)
        thief = world.person("thief")  # the relay gives it Bob's handle
        alice.change_answer = showing(thief.engine.state.manifest)
        world.advance(MORE_THAN_TEN_MINUTES)
        waiting = alice.says("bob", "for Bob's eyes")
        world.advance(MORE_THAN_TEN_MINUTES)
        assert alice.chat("bob").trust is Trust.CHANGED
        assert any(isinstance(event, KeyChanged) for event in alice.shown)
        assert alice.messages("bob")[waiting.position].state is State.WAITING
        assert thief.engine.chats() == []
        assert alice.engine.details(conversation).account == bob.engine.me.account


def showing_bytes(manifest: bytes) -> Callable[[Ask, Answered], Answered]:
    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, Anonymously) and isinstance(ask.request, Lookup):
            return Found(manifest, (), None)
        return answered

    return change


@pytest.mark.attack(
    "D14",
    "an account's list of devices is not continued without its key",
    weaken={"doorless_protocol.manifest.check_signature": lambda _: None},
)
def test_a_thief_without_the_key_adds_no_device_of_his() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        state = bob.engine.state
        (thiefs,) = world.person("thief").engine.state.manifest.entries
        entries = [*state.manifest.entries, thiefs]
        wanted = Manifest.sign(state.signing, entries, int(world.now), after=state.manifest.head)
        unsigned = bytearray(wanted.encode())
        unsigned[SIGNED_HEAD_SIZE - 1] ^= 1
        alice.change_answer = showing_bytes(bytes(unsigned))
        world.advance(MORE_THAN_TEN_MINUTES)
        waiting = alice.says("bob", "for Bob's eyes")
        world.settle()
        assert alice.engine.details(alice.chat("bob").conversation).devices == 1
        assert alice.messages("bob")[waiting.position].state is State.WAITING
