"""R04: a relay permutes what somebody says, which changes what it means."""

import pytest

from doorless_client.core.order import Order
from doorless_client.core.voices import Heard, Voices
from doorless_lab.simulation.chance import Chance
from doorless_lab.world import World
from doorless_protocol.content import Content

MESSAGES = 200


def takes_what_comes_for_what_was_said(
    self: Voices, content: Content, digest: bytes, device: bytes, place: int
) -> Heard:
    return Heard()


@pytest.mark.attack(
    "R04",
    "200 messages in any order are shown in the order of saying, and those that were late say so",
    weaken={"doorless_client.core.voices.Voices.hear": takes_what_comes_for_what_was_said},
)
def test_permuted_messages_are_shown_as_they_were_said() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        said = [f"{number}" for number in range(MESSAGES)]
        for text in said:
            alice.says("bob", text)
            alice.live()
        bob.online = True
        waiting = []
        while more := bob.mail():  # 64 at a time
            waiting += more
            bob.acknowledge([one.envelope_id for one in more])
        permuted = Chance(4, "R04").shuffled(waiting)
        came = []
        for at, one in enumerate(permuted):
            bob.engine.receive([one])
            if at % 20 == 19:
                came.append(bob.messages("alice"))
        shown = [message for message in came[-1] if message.text != "hello"]
        assert [message.text for message in shown] == said
        assert len({message.received for message in shown}) == 1  # no clock had a part in it
        late = overtaken([waiting.index(one) for one in permuted])
        assert {message.text for message in shown if message.late} == {said[at] for at in late}
        assert all("arrived late" in message.note for message in shown if message.late)
        assert {message.gap for message in shown} == {0}
        for view in came:  # and never, at any moment, was it otherwise
            numbers = [int(message.text) for message in view if message.text != "hello"]
            assert numbers == sorted(numbers)


def overtaken(order: list[int]) -> list[int]:
    """Those that came after a later one."""
    return [number for at, number in enumerate(order) if max(order[: at + 1]) > number]


@pytest.mark.attack(
    "R04",
    "an answer and the question that a relay held back stand in the order in which they were said",
    weaken={
        "doorless_client.core.conversations.order_of": lambda *_: Order([]),
        "doorless_client.core.history.order_of": lambda *_: Order([]),
    },
)
def test_what_others_said_meanwhile_stays_in_its_order() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.goes(online=False)
        for text in ("shall we go?", "no, wait", "pizza?", "or rather a crime?"):
            alice.says("bob", text)
        world.settle()
        bob.online = True
        go, wait, pizza, crime = bob.mail()
        for one in (go, crime):
            bob.engine.receive([one])
        bob.says("alice", "yes!")
        for one in (pizza, wait):
            bob.engine.receive([one])
        assert [(message.text, message.late) for message in bob.messages("alice")[1:]] == [
            ("shall we go?", False),
            ("no, wait", True),
            ("pizza?", True),
            ("or rather a crime?", False),
            ("yes!", False),
        ]
        positions = [message.position for message in bob.messages("alice")]
        assert positions == list(range(len(positions)))
