"""D01: an alarm is used up beforehand, so that the real one is silent."""

import msgspec
import pytest

from doorless_client.core.views import Trust
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import Text
from doorless_protocol.log.gossip import Gossip, log_id
from logged import alarms, checks, view


def says_to_have_seen(peer: Person, head: bytes) -> None:
    """The peer's changed program names an entry of Alice that is none of hers."""
    log = view(peer)
    anchor = log.newest_anchor
    assert anchor is not None
    lie = Gossip(log_id(log.config), anchor.anchor_no, anchor.hash, 0, bytes(16), 1, head)
    content = msgspec.structs.replace(
        peer.next_content("alice", Text("I was shown another one")), gossip=lie.encode()
    )
    peer.says_bytes("alice", content.encode())
    peer.world.settle()


@pytest.mark.attack(
    "D01",
    "who was told of one ghost, and decided, is told of the next, and nothing is sent",
    weaken={"doorless_client.core.log_alarms.digest": lambda *_: bytes(32)},
)
def test_a_ghost_is_not_silenced_by_one_before_it() -> None:
    with World(log=True) as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(86_400)
        checks(alice, bob)
        for head in (b"\1" * 16, b"\2" * 16):
            says_to_have_seen(bob, head)
            says_to_have_seen(bob, head)
            assert alice.chat("bob").trust is Trust.CHANGED
            for alarm in alice.engine.alarms():
                alice.engine.read_alarm(alarm.number)
            alice.accepts("bob")
            says_to_have_seen(bob, head)  # the same after she decided
            assert alice.chat("bob").trust is not Trust.CHANGED
        assert alarms(alice) == ["ghost", "ghost"]
