"""R13: who stole a prekey uses up the counters of the real device, whose words then seem heard."""

import pytest

from doorless_lab.world import World
from doorless_protocol.content import Text
from impostor import Impostor

SAID = ["first of Bob", "second of Bob"]


@pytest.mark.attack(
    "R13",
    "what somebody said in a device's name is never listed as heard of it",
    weaken={"doorless_client.core.resync.is_unproven": lambda _: False},
)
def test_what_an_impostor_said_hides_nothing_that_the_device_said() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(10)
        alice.goes(online=False)
        counters = []
        for words in SAID:
            counters.append(bob.next_content("alice", Text(words)).counter)
            bob.says("alice", words)
        world.settle()
        alice.acknowledge([one.envelope_id for one in alice.mail()])  # the relay loses them
        alice.goes(online=True)
        impostor = Impostor(world, alice, bob)
        for counter in counters:
            impostor.says(Text("false"), counter)
        world.advance(10)
        assert alice.texts("bob")[-2:] == ["false", "false"]
        with alice.engine.state.change():  # she keeps this copy of her profile, or lost the keys
            alice.engine._resyncs.start_over()
        world.advance(30)
        assert alice.texts("bob")[-2:] == SAID
