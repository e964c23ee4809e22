"""R05: a relay withholds some of what somebody says, and says nothing."""

import pytest

from doorless_client.cli_output import message_line
from doorless_client.core.voices import Heard, Voices
from doorless_client.tui.bubbles import Bubbles
from doorless_client.tui.glyphs import UNICODE
from doorless_lab.simulation.chance import Chance
from doorless_lab.world import Person, World
from doorless_protocol.content import Content
from doorless_protocol.frames import Deliver

SAID, DROPPED = 40, 12

hear = Voices.hear


def counts_nothing(
    self: Voices, content: Content, digest: bytes, device: bytes, place: int
) -> Heard:
    heard = hear(self, content, digest, device, place)
    return Heard(late_for=heard.late_for)


def forgets_who_showed_the_gap(
    self: Voices, content: Content, digest: bytes, device: bytes, place: int
) -> Heard:
    heard = hear(self, content, digest, device, place)
    return Heard(gap=heard.gap)


@pytest.mark.attack(
    "R05",
    "of 12 messages that a relay drops, 12 are shown as missing when the next one arrives",
    weaken={"doorless_client.core.voices.Voices.hear": counts_nothing},
)
def test_what_was_dropped_is_counted() -> None:
    with World() as world:
        bob, delivered, dropped = withheld(world)
        for number, one in enumerate(delivered):
            bob.engine.receive([one])
            if number == len(delivered) - 1:
                assert sum(gaps(bob)) == len(dropped)
        shown = [message for message in bob.messages("alice") if message.gap]
        layout = Bubbles(80, UNICODE, lambda: int(world.now))
        for message in shown:
            words = "1 message is" if message.gap == 1 else f"{message.gap} messages are"
            drawn = ["".join(part for part, *_ in row) for row in layout.rows(message, None)]
            assert any(f"{words} missing here" in row for row in drawn)
            line = message_line(message, bob.chat("alice"))
            assert f"{message.gap} missing before" in line


@pytest.mark.attack(
    "R05",
    "a notice of missing messages counts down as they arrive, and goes with the last",
    weaken={"doorless_client.core.voices.Voices.hear": forgets_who_showed_the_gap},
)
def test_what_arrives_late_is_missing_no_more() -> None:
    with World() as world:
        bob, delivered, dropped = withheld(world)
        bob.engine.receive(delivered)
        left = []
        for one in Chance(5, "R05").shuffled(dropped):
            bob.engine.receive([one])
            left.append(sum(gaps(bob)))
        assert left == list(range(DROPPED - 1, -1, -1))
        assert bob.texts("alice") == ["hello", *(f"{number}" for number in range(SAID))]


def withheld(world: World) -> tuple[Person, list[Deliver], list[Deliver]]:
    """Bob, what a relay delivers to him of Alice's messages, and what it keeps."""
    alice, bob = world.friends("alice", "bob")
    bob.goes(online=False)
    for number in range(SAID):
        alice.says("bob", f"{number}")
    world.settle()
    bob.online = True
    waiting = bob.mail()
    dropped = Chance(5, "dropped").shuffled(waiting[:-1])[:DROPPED]  # the last one shows the gap
    return bob, [one for one in waiting if one not in dropped], dropped


def gaps(bob: Person) -> list[int]:
    return [message.gap for message in bob.messages("alice")]
