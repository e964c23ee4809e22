"""C01: a sender's clock says anything at all: nothing is moved by it, and nothing breaks."""

import msgspec
import pytest

from doorless_client.store.memory import MemoryMessages
from doorless_client.store.records import Entry
from doorless_lab.world import World
from doorless_protocol.content import Text

TIMES = (0, 2**53 - 1, 1, 4_102_444_800_000)
"""Unix milliseconds: the ends of what a content can say, and long after today."""

read = MemoryMessages.slice


def by_the_senders_clock(
    self: MemoryMessages, conversation: bytes, start: int, stop: int
) -> list[Entry]:
    return sorted(read(self, conversation, 0, 2**53), key=lambda row: row.at)[start:stop]


@pytest.mark.attack(
    "C01",
    "messages stand in the order in which they were said, whatever time they claim",
    weaken={"doorless_client.store.memory.MemoryMessages.slice": by_the_senders_clock},
)
def test_a_claimed_time_moves_no_message() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        before = len(bob.texts("alice"))
        for number, time in enumerate(TIMES):
            content = alice.next_content("bob", Text(f"{number}"))
            voice = alice.engine.fleet.sync._conversations._voices
            content = msgspec.structs.replace(content, time=time)
            with alice.engine.state.change():
                voice.say(content, alice.engine.me.device)
            alice.says_bytes("bob", content.encode())
            world.settle()
        bob.says("alice", "and now?")
        world.settle()
        shown = bob.messages("alice")
        assert bob.texts("alice")[before:] == ["0", "1", "2", "3"]
        assert [one.at for one in shown if not one.mine][before:] == list(TIMES)
        assert all(abs(one.received - world.now) < 60 for one in shown[-5:])


@pytest.mark.parametrize("time", [-1, 2**53, 2**64 - 1])
def test_a_time_that_none_can_be_is_malformed(time: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        before = len(bob.messages("alice"))
        fields = msgspec.msgpack.decode(alice.next_content("bob", Text("x")).encode())
        fields[6] = time
        alice.says_bytes("bob", msgspec.msgpack.encode(fields))
        world.settle()
        assert len(bob.messages("alice")) == before
        alice.says("bob", "still here")
        world.settle()
        assert bob.texts("alice")[-1] == "still here"
