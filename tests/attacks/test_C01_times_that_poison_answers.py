"""C01: somebody claims the last time there is, so that no answer of ours can name a later one."""

import msgspec
import pytest

from acting import said
from doorless_client.core import acts
from doorless_client.store.base import Store
from doorless_client.store.records import Entry
from doorless_lab.world import World
from doorless_protocol.content import Text

LATEST = 2**53 - 1


def after_all_that_anybody_claims(store: Store, row: Entry, ours: bytes, now: int) -> int:
    reaction = store.reactions.get(row.conversation, row.account, row.id, ours)
    return max(now, row.at + 1, reaction.at + 1 if reaction else 0)


@pytest.mark.attack(
    "C01",
    "what somebody claims of the time stops nothing that we say, nor what comes after it",
    weaken={"doorless_client.core.sayings.time_after": after_all_that_anybody_claims},
)
@pytest.mark.parametrize("time", [LATEST, LATEST - 1])
def test_a_reaction_to_a_message_of_the_end_of_time(time: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        content = alice.next_content("bob", Text("from the end of time"))
        alice.says_bytes("bob", msgspec.structs.replace(content, time=time).encode())
        world.settle()
        for emoji in ("☕", "🎉"):
            bob.engine.messages.react(said(bob, "alice", "from the end of time"), emoji)
            world.settle()
        alice.says("bob", "heard?")
        bob.says("alice", "heard")
        world.settle()
        assert bob.texts("alice")[-1] == "heard?"
        assert alice.texts("bob")[-1] == "heard"
        (shown,) = said(bob, "alice", "from the end of time").reactions
        assert shown.emoji == "🎉"


def test_no_time_of_ours_is_above_what_a_content_can_name() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.says("alice", "mine")
        row = next(one for one in bob.store.messages.find(mine=True) if one.text == "mine")
        with bob.store.transaction():
            bob.store.messages.put(msgspec.structs.replace(row, at=LATEST))
        assert alice
        held = bob.store.messages.get(row.conversation, row.place)
        assert held is not None
        assert acts.time_after(bob.store, held, bob.engine.me.account, 0) == LATEST
