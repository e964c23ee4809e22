"""C04: reactions, edits and deletions of messages that are not there."""

from typing import Any

import pytest

from acting import does, said
from doorless_client.core import waiting_acts
from doorless_client.core.hearing import Hearing
from doorless_lab.world import World
from doorless_protocol.content import Delete, Edit, React

hear_as_it_is = Hearing._hear_act


def answers_whatever_is_named(self: Hearing, *heard: Any) -> bool:
    hear_as_it_is(self, *heard)
    return True


@pytest.mark.attack(
    "C04",
    "what names a message that is not there shows nothing, and nothing answers it",
    weaken={"doorless_client.core.hearing.Hearing._hear_act": answers_whatever_is_named},
)
@pytest.mark.parametrize("kind", ["react", "edit", "delete"])
def test_an_unknown_id_is_answered_by_silence(kind: str) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(60)
        before, sent = len(bob.messages("alice")), len(world.submitted)
        for number in range(4):
            id = bytes([number]) * 16
            acts = {
                "react": React(bob.engine.me.account, id, "☕"),
                "edit": Edit(id, "words"),
                "delete": Delete(id),
            }
            does(world, alice, "bob", acts[kind])
        world.advance(300)
        assert len(bob.messages("alice")) == before
        assert len(world.submitted) == sent
        assert bob.store.receipts_due.find() == []


def test_what_overtook_its_message_is_done_when_that_comes_and_answered_then() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        text = alice.says("bob", "first words")
        alice.engine.messages.react(said(alice, "bob", "first words"), "☕")
        world.settle()
        late = bob.store.messages.with_id(
            bob.chat("alice").conversation, text.id, alice.engine.me.account
        )
        assert late is not None
        assert [one.emoji for one in said(bob, "alice", "first words").reactions] == ["☕"]


def test_no_more_of_them_wait_than_may_and_none_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_acts, "MAX_WAITING", 3)
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for number in range(5):
            does(world, alice, "bob", Edit(number.to_bytes(16, "big"), "words"))
        assert len(bob.store.waiting_acts.find()) == 3
        world.advance(15 * 86_400)
        assert bob.store.waiting_acts.find() == []
