"""C02: somebody edits or deletes what he did not say, or in another conversation."""

import msgspec
import pytest

from acting import does, said
from doorless_client.core import acts
from doorless_client.core.acts import Acts
from doorless_client.core.conversations import Conversations
from doorless_client.core.erasing import erase, withdraw
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra
from doorless_lab.world import World
from doorless_protocol.content import Delete, Edit, React, Text

HOURS = 3600 * 1000


def finds_by_the_id_alone(
    self: Conversations, contact: Contact, id: bytes, account: bytes
) -> Entry | None:
    """As a program does that takes an id for a name: whose it is, and where, is not asked."""
    found = self._store.messages.find(id=id)
    return found[0] if found else None


@pytest.mark.attack(
    "C02",
    "nobody edits or deletes but who said it, in the conversation in which it was said",
    weaken={"doorless_client.core.conversations.Conversations.find": finds_by_the_id_alone},
)
@pytest.mark.parametrize("whose", ["bob's", "ours with carol", "carol's"])
def test_what_others_said_stays_as_they_said_it(whose: str) -> None:
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        bob.add("carol")
        carol.add("bob")
        bob.says("alice", "bob's")
        bob.says("carol", "ours with carol")
        world.settle()
        carol.says("bob", "carol's")
        world.settle()
        other = "alice" if whose == "bob's" else "carol"
        target = said(bob, other, whose)
        for one in (Edit(target.id, "forged"), Delete(target.id)):
            does(world, alice, "bob", one)
        kept = said(bob, other, whose)
        assert (kept.edited, kept.deleted) == (0, False)
        assert all(one.text != "forged" for one in bob.messages("alice"))


def takes_every_edit(_row: Entry, _at: int, _now: int) -> bool:
    return True


@pytest.mark.attack(
    "C02",
    "an edit comes within its time, and what was said before can always be looked at",
    weaken={"doorless_client.core.acts.is_in_time": takes_every_edit},
)
@pytest.mark.parametrize("hours", [25, -1])
def test_an_edit_that_claims_to_be_later_or_earlier_changes_nothing(hours: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "I will pay")
        world.settle()
        target = said(bob, "alice", "I will pay")
        does(world, alice, "bob", Edit(target.id, "I will not"), time=target.at + hours * HOURS)
        assert said(bob, "alice", "I will pay").edited == 0


def test_who_lies_about_when_it_was_said_has_two_weeks_and_a_day() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "I will pay")
        world.settle()
        target = said(bob, "alice", "I will pay")
        world.advance(15 * 86_400 + 60)
        does(world, alice, "bob", Edit(target.id, "I will not"), time=target.at + 1)
        assert said(bob, "alice", "I will pay").edited == 0


def forgets_what_it_said(self: Acts, row: Entry, at: int, device: bytes, text: str) -> None:
    """As a program does that keeps the newest words alone."""


@pytest.mark.attack(
    "C02",
    "what an edited message said before is kept, and shown to who asks",
    weaken={"doorless_client.core.acts.Acts._keep": forgets_what_it_said},
)
def test_the_earlier_words_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MAX_EDITS", 3)
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "I will pay")
        world.settle()
        target = said(bob, "alice", "I will pay")
        for number in range(5):
            does(world, alice, "bob", Edit(target.id, f"{number}"), time=target.at + 1 + number)
        shown = said(bob, "alice", "2")
        versions = [one.text for one in bob.engine.messages.versions(shown)]
        assert versions == ["I will pay", *map(str, range(2))]


def test_a_deletion_is_final_and_reactions_to_it_are_passed_over() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "oh")
        world.settle()
        target = said(bob, "alice", "oh")
        does(world, alice, "bob", Delete(target.id))
        does(world, alice, "bob", Edit(target.id, "back"), time=target.at + 5)
        does(world, alice, "bob", React(alice.engine.me.account, target.id, "☕"))
        does(world, alice, "bob", Text("next"))
        deleted = said(bob, "alice", "message deleted")
        assert (deleted.deleted, deleted.edited, deleted.reactions) == (True, 0, ())
        assert deleted.gap == said(bob, "alice", "next").gap == 0


def whoever_said_it(store: Store, row: Entry, extra: Extra) -> tuple[Entry, Extra]:
    withdraw(store, row.conversation, row.id)
    return erase(store, row, extra)


@pytest.mark.attack(
    "C02",
    "who says something under the id of a message of ours, and deletes it, withdraws nothing",
    weaken={"doorless_client.core.acts.erase": whoever_said_it},
)
def test_what_waits_for_others_is_not_withdrawn_by_its_id() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.goes(online=False)
        ours = bob.says("alice", "ours")
        bob.live()
        kept = [row for row in bob.store.unacknowledged.find() if row.id == ours.id]
        same = msgspec.structs.replace(alice.next_content("bob", Text("hers")), id=ours.id)
        alice.says_bytes("bob", same.encode())
        bob.live()
        with alice.engine.state.change():
            alice.engine.fleet.sync._conversations._voices.say(same, alice.engine.me.device)
        alice.says_bytes("bob", alice.next_content("bob", Delete(ours.id)).encode())
        bob.live()
        assert [one.deleted for one in bob.messages("alice") if one.id == ours.id] == [False, True]
        assert kept
        assert [row for row in bob.store.unacknowledged.find() if row.id == ours.id] == kept
