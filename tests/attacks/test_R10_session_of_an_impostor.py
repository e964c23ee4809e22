"""R10: who stole a prekey begins a session that outranks all that the real device begins."""

import pytest

from doorless_client.core.resync import AT_MOST_EVERY
from doorless_lab.world import World
from impostor import Impostor

AHEAD = 86_000  # seconds: as far as a number may be ahead, nearly


@pytest.mark.attack(
    "R10",
    "a session of an impostor gives way as soon as the real device speaks, after ten minutes",
    weaken={"doorless_client.core.resync.is_doubted": lambda *_: False},
)
def test_what_is_typed_comes_back_to_the_device_that_is_confirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(10)
        with monkeypatch.context() as ahead:
            ahead.setattr(
                "doorless_protocol.first_contact.next_number",
                lambda _, now: int((now + AHEAD) * 1000),
            )
            impostor = Impostor(world, alice, bob)
        world.advance(5)
        alice.says("bob", "typed, and marked")
        world.advance(AT_MOST_EVERY)
        assert impostor.reads() == ["Control", "typed, and marked"]
        assert not alice.engine.details(alice.chat("bob").conversation).confirmed
        bob.says("alice", "are you there?")
        world.advance(10)
        alice.says("bob", "for Bob alone")
        world.advance(10)
        assert bob.texts("alice")[-2:] == ["typed, and marked", "for Bob alone"]
        assert impostor.reads() == []
        assert alice.engine.details(alice.chat("bob").conversation).confirmed
