"""Alice at one relay, Bob at another one, each with a key log of its own."""

from collections.abc import Callable, Iterator

import pytest

from doorless_client.core.api import LogProofError
from doorless_client.core.effects import Ask
from doorless_client.core.views import Compared, Trust
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Answered, Found
from doorless_protocol.log.gossip import Gossip, log_id
from logged import alarm, alarms, checks, pin, view
from two_relays import BOB, THERE, TwoRelays


@pytest.fixture
def two() -> Iterator[TwoRelays]:
    with TwoRelays() as made:
        yield made


def said_to(person: Person, whom: str) -> Gossip:
    """What a text that is sealed now says of the log."""
    return Gossip.decode(person.engine._conversations.gossip(person._contact(whom)))


def by_link(two: TwoRelays) -> str:
    return two.bob.engine.invite()


def by_address(_: TwoRelays) -> str:
    return BOB


@pytest.mark.parametrize("named", [by_link, by_address])
def test_they_meet_and_are_proven_by_the_log_of_the_other_ones_relay(
    two: TwoRelays, named: Callable[[TwoRelays], str]
) -> None:
    checks(two.alice, two.bob)
    two.alice.add(named(two))
    two.alice.says("bob", "hello")
    two.advance(10)
    assert two.bob._contact("alice").claim == f"alice@{RELAY}"
    two.bob.accepts("alice")
    two.advance(60)
    two.bob.says("alice", "hello yourself")
    two.advance(60)
    assert two.alice.texts("bob") == ["hello yourself"]
    for person, whom, relay in ((two.alice, "bob", THERE), (two.bob, "alice", RELAY)):
        details = person.engine.details(person.chat(whom).conversation)
        assert details.checked
        assert details.confirmed
        assert pin(person, whom, relay).standing.account == person._contact(whom).account
        assert person.store.log_own.last().label == person.handle


def test_the_first_text_names_the_entry_that_it_is_sealed_to(two: TwoRelays) -> None:
    checks(two.alice, two.bob)
    two.alice.add(BOB)
    said = said_to(two.alice, "bob")
    assert (said.my_version, said.your_version) == (1, 1)
    assert said.log == log_id(view(two.bob, THERE).config)


def test_days_go_by_and_nobody_is_alarmed(two: TwoRelays) -> None:
    two.talk()
    for _ in range(3):
        two.days_pass()
        two.alice.says("bob", "good morning")
        two.bob.says("alice", "good morning")
    two.days_pass(2)
    assert alarms(two.alice) == alarms(two.bob) == []
    for person, whom, relay in ((two.alice, "bob", THERE), (two.bob, "alice", RELAY)):
        assert pin(person, whom, relay).settled
        said = said_to(person, whom)
        newest = view(person, relay).newest_anchor
        assert newest is not None
        assert (said.log, said.anchor_hash) == (log_id(view(person, relay).config), newest.hash)
        assert (said.my_version, said.your_version) == (1, 1)
    assert not any(row.heard for row in two.bob.store.log_gossip.find())


def test_keys_that_its_log_does_not_hold_are_told_of_the_relay_that_showed_them(
    two: TwoRelays,
) -> None:
    two.talk()
    mallory = two.there.person("mallory").engine.state.manifest

    def swap(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, Found) and ask.request.handle == "bob":
            return Found(mallory.encode(), (), answered.proof)
        return answered

    two.alice.change_answer = swap
    two.advance(700)
    before = len(two.there.submitted)
    two.alice.says("bob", "to whom?")
    two.advance(1)
    assert len(two.there.submitted) == before
    assert alarm(two.alice, "stranger").relay == THERE
    with pytest.raises(LogProofError):
        two.alice.add(BOB)


def test_codes_are_compared_and_show_a_split_of_either_relay(two: TwoRelays) -> None:
    two.talk()
    two.days_pass(2)
    for one, whom, other, other_whom in (
        (two.alice, "bob", two.bob, "alice"),
        (two.bob, "alice", two.alice, "bob"),
    ):
        code = other.engine.safety_number(other.chat(other_whom).conversation).qr
        conversation = one.chat(whom).conversation
        assert one.engine.compare(conversation, code) is Compared.SAME
        one.engine.verify(conversation, code)
        assert one.chat(whom).trust is Trust.VERIFIED
    assert alarms(two.alice) == alarms(two.bob) == []
    two.lies(two.alice)
    two.days_pass(2)
    two.alice.says("bob", "looked up anew")
    two.days_pass(2)
    code = two.alice.engine.safety_number(two.alice.chat("bob").conversation).qr
    two.bob.engine.verify(two.bob.chat("alice").conversation, code)
    assert {one.relay for one in two.bob.engine.alarms()} == {THERE}
