"""Whose keys a number stands for, in each of its forms, and what is marked after it."""

from collections.abc import Iterator, Sequence

import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.views import Compared, SafetyNumber, Trust
from doorless_client.store.records import Contact
from doorless_lab.world import Person, World, showing
from doorless_protocol.verification import LogAnchor

MORE_THAN_TEN_MINUTES = 700


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def seen_by(person: Person, whom: str) -> SafetyNumber:
    return person.engine.safety_number(person.chat(whom).conversation)


def forms(number: SafetyNumber) -> list[str]:
    """Every way in which the other screen can be told."""
    words = " ".join(number.words)
    return [number.digits, number.digits.replace(" ", ""), number.qr, words, f"  {words.upper()}\n"]


def test_each_form_of_the_number_is_the_same_number(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    for form in forms(seen_by(bob, "alice")):
        assert alice.engine.compare(conversation, form) is Compared.SAME
    assert alice.chat("bob").trust is Trust.FIRST_SEEN
    alice.engine.verify(conversation, " ".join(seen_by(bob, "alice").words))
    assert alice.chat("bob").trust is Trust.VERIFIED


def test_both_screens_show_the_same_words(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    assert seen_by(alice, "bob").words == seen_by(bob, "alice").words
    assert len(seen_by(alice, "bob").words) == 20


def test_a_misheard_word_is_no_mismatch(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    *most, _ = seen_by(bob, "alice").words
    conversation = alice.chat("bob").conversation
    with pytest.raises(RefusedError, match="word 20 is not in the list") as refused:
        alice.engine.verify(conversation, " ".join([*most, "hamburgr"]))
    assert not isinstance(refused.value, KeyChangedError)
    with pytest.raises(RefusedError, match="19 words"):
        alice.engine.verify(conversation, " ".join(most))
    assert alice.chat("bob").trust is Trust.FIRST_SEEN


def test_the_number_of_somebody_else_marks_nothing(world: World) -> None:
    alice, _, eve = world.people("alice", "bob", "eve")
    alice.add("bob")
    eve.add("alice")
    for form in forms(seen_by(eve, "alice")):
        with pytest.raises(KeyChangedError):
            alice.engine.verify(alice.chat("bob").conversation, form)
    assert alice.chat("bob").trust is Trust.FIRST_SEEN


def test_comparing_the_keys_that_were_known_ends_the_alarm_under_them(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    known = seen_by(bob, "alice")
    mallory = world.person("mallory")
    alice.change_answer = showing(mallory.engine.state.manifest)
    world.now += MORE_THAN_TEN_MINUTES
    alice.says("bob", "still you?")
    world.settle()
    assert alice.chat("bob").trust is Trust.CHANGED
    alice.change_answer = lambda ask, answered: answered
    alice.engine.verify(alice.chat("bob").conversation, known.qr)
    world.settle()
    assert alice.chat("bob").trust is Trust.VERIFIED
    details = alice.engine.details(alice.chat("bob").conversation)
    assert details.account == bob.engine.me.account
    assert bob.texts("alice")[-1] == "still you?"


class Anchors:
    """Holds one anchor, and what it was told of others."""

    def __init__(self, *ours: LogAnchor) -> None:
        self.ours, self.told = ours, list[LogAnchor]()

    def to_show(self, contact: Contact) -> Sequence[LogAnchor]:
        return self.ours

    def compared(self, contact: Contact, theirs: Sequence[LogAnchor]) -> None:
        self.told += theirs


def test_a_code_that_matches_tells_which_anchors_its_screen_holds(world: World) -> None:
    alice, bob, eve = world.people("alice", "bob", "eve")
    alice.add("bob")
    bob.add("alice")
    eve.add("alice")
    anchor = LogAnchor(b"test", 7, b"a" * 32)
    alice.engine.comparing.anchors = told = Anchors()
    bob.engine.comparing.anchors = eve.engine.comparing.anchors = Anchors(anchor)
    with pytest.raises(KeyChangedError):
        alice.engine.verify(alice.chat("bob").conversation, seen_by(eve, "alice").qr)
    assert told.told == []
    alice.engine.verify(alice.chat("bob").conversation, seen_by(bob, "alice").digits)
    assert told.told == []
    alice.engine.verify(alice.chat("bob").conversation, seen_by(bob, "alice").qr)
    assert told.told == [anchor]
