"""D04: a screen that calls a part of the number the number, or keeps "verified" for other keys."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.views import SafetyNumber, Trust
from doorless_lab.world import Person, World, showing
from doorless_protocol import verification

MORE_THAN_TEN_MINUTES = 700


def agrees_in_part(number: verification.SafetyNumber, shown: str) -> bool:
    """What is left of the number in what was shown."""
    said = shown.split()
    if said[0].isdecimal():
        return number.digits.startswith("".join(said)[:55])
    if len(said) > 1:
        return True
    return number.code()[:60] == shown[:60]


def seen_by(person: Person, whom: str) -> SafetyNumber:
    return person.engine.safety_number(person.chat(whom).conversation)


def nearly(number: SafetyNumber) -> Iterator[str]:
    """All that agrees with it, but for a little."""
    digits, words = number.digits.replace(" ", ""), number.words
    yield digits[:-1]
    yield digits[:30]
    yield digits[:-1] + str((int(digits[-1]) + 1) % 10)
    yield " ".join(words[:-1])
    yield " ".join(words[:10])
    yield " ".join([*words[:-1], words[0]])
    yield number.qr[:-1]
    yield number.qr[:70]
    yield number.qr.split("&")[0]


@pytest.mark.attack(
    "D04",
    "a number, words or a code that agree in part verify nothing",
    weaken={"doorless_client.core.comparing.matches": agrees_in_part},
)
def test_what_agrees_in_part_is_not_verified() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for shown in nearly(seen_by(bob, "alice")):
            with pytest.raises(RefusedError):
                alice.engine.verify(alice.chat("bob").conversation, shown)
            assert alice.chat("bob").trust is Trust.FIRST_SEEN


@pytest.mark.attack(
    "D04",
    "verified is said of the keys that were compared, and of no others",
    weaken={"doorless_client.core.trust.trust_in": lambda *, verified: Trust.VERIFIED},
)
def test_verified_ends_with_the_keys() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        conversation = alice.chat("bob").conversation
        alice.engine.verify(conversation, seen_by(bob, "alice").digits)
        assert alice.chat("bob").trust is Trust.VERIFIED
        mallory = world.person("mallory")
        alice.change_answer = showing(mallory.engine.state.manifest)
        world.advance(MORE_THAN_TEN_MINUTES)
        alice.says("bob", "are you still you?")
        world.settle()
        assert alice.chat("bob").trust is Trust.CHANGED
        alice.engine.accept(conversation)
        assert alice.chat("bob").trust is Trust.FIRST_SEEN
