"""A device that was away for longer than the log keeps its maps goes past those, and no others."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from doorless_client.core import log_follow
from doorless_client.core.api import LogProofError, RefusedError
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.log_follow import read_anchors
from doorless_client.core.views import Notice
from doorless_client.store.log_records import Log
from doorless_lab.world import KeyLog, World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Answered, Refusal, Refused
from doorless_protocol.log.config import LogKeys, origin_of
from doorless_protocol.log.proofs import AnchorList
from doorless_protocol.log_frames import LogAnchors, LogAtAnchor, LogProof
from doorless_server.directory.inline import InlineDirectory
from logged import DAY, Asked, alarms, checks, own, view

KEPT = 3  # days
AWAY = 8
GONE = AWAY - KEPT - 1  # anchors of those days that are older


class ForgetfulWorld(World):
    """A world whose relay keeps the maps of anchors for three days alone."""

    def _key_log(self) -> KeyLog:
        keys = LogKeys.from_seed(origin_of(RELAY), self.random(96))
        config = keys.config(retention=KEPT * DAY)
        return InlineDirectory.in_memory(keys, config, random=self.random, now=int(self.now))


@pytest.fixture
def world() -> Iterator[World]:
    with ForgetfulWorld(log=True) as made:
        yield made


@pytest.fixture
def alice(world: World) -> Person:
    person = world.person("alice")
    checks(person)
    return person


def is_away(world: World, person: Person, days: int) -> None:
    """While the log goes on."""
    person.online = False
    for _ in range(days):
        world.advance(DAY)
        world.directory.turn(int(world.now))
    person.online = True


def notices(person: Person) -> list[str]:
    return [str(event.text) for event in person.shown if isinstance(event, Notice)]


def numbers(asked: Asked) -> list[int]:
    return [ask.request.anchor for ask in asked.anonymous(LogAtAnchor)]


def test_it_goes_past_what_is_forgotten_checks_the_rest_and_is_told(
    world: World, alice: Person
) -> None:
    first = own(alice).checked.anchor_no
    is_away(world, alice, AWAY)
    asked = Asked(alice)
    checks(alice)
    newest = view(alice).newest_anchor
    assert newest is not None
    assert own(alice).checked == newest
    assert numbers(asked) == list(range(first + GONE + 1, newest.anchor_no + 1))
    (told,) = [text for text in notices(alice) if "daily states" in text]
    assert f"in {GONE} daily states" in told
    assert alarms(alice) == []
    checks(alice)
    assert len([text for text in notices(alice) if "daily states" in text]) == 1


def test_who_was_away_for_less_goes_past_nothing_and_asks_for_no_leaves(
    world: World, alice: Person
) -> None:
    first = own(alice).checked.anchor_no
    is_away(world, alice, KEPT - 1)
    asked = Asked(alice)
    checks(alice)
    assert numbers(asked) == [first + 1, first + 2]
    assert len(asked.anonymous(LogAnchors)) == 1
    assert not [text for text in notices(alice) if "daily states" in text]


def test_a_relay_that_calls_forgotten_what_it_has_to_keep_is_not_believed(
    world: World, alice: Person
) -> None:
    def refuses(ask: Ask, answered: Answered) -> Answered:
        is_asked = isinstance(ask, Anonymously) and isinstance(ask.request, LogAtAnchor)
        return Refused(Refusal.NOT_ALLOWED, 0) if is_asked else answered

    is_away(world, alice, AWAY)
    before = own(alice)
    alice.change_answer = refuses
    with pytest.raises(RefusedError):
        checks(alice)
    assert own(alice) == before
    assert notices(alice) == []


@pytest.mark.parametrize("change", ["older", "fewer"])
def test_leaves_that_the_relay_made_older_or_left_out_are_refused(
    world: World, alice: Person, change: str
) -> None:
    is_away(world, alice, AWAY)
    before, held = own(alice), view(alice)
    lists = iter((False, True))  # the first answer is the one that the view follows

    def lies(ask: Ask, answered: Answered) -> Answered:
        is_asked = isinstance(ask, Anonymously) and isinstance(ask.request, LogAnchors)
        if not is_asked or not isinstance(answered, LogProof) or not next(lists):
            return answered
        head, listed = read_anchors(answered.proof)
        *leaves, last = listed.leaves
        if change == "older":
            leaves[-1] = replace(leaves[-1], time_ms=leaves[-1].time_ms - KEPT * DAY * 1000)
        else:
            del leaves[2]
        made = AnchorList((*leaves, last, last), listed.inclusion)
        return LogProof(made.encode() + head.encode())

    alice.change_answer = lies
    with pytest.raises(LogProofError):
        checks(alice)
    assert (own(alice), view(alice)) == (before, held)


def two_at_a_time(ask: Ask, answered: Answered) -> Answered:
    """As the list of a longer absence comes, in several answers."""
    is_asked = isinstance(ask, Anonymously) and isinstance(ask.request, LogAnchors)
    if not is_asked or not isinstance(answered, LogProof) or ask.request.after > 2 + AWAY - KEPT:
        return answered
    head, listed = read_anchors(answered.proof)
    return LogProof(AnchorList(listed.leaves[:2], listed.inclusion).encode() + head.encode())


def test_leaves_may_come_in_several_answers(
    world: World, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_away(world, alice, AWAY)
    with alice.engine.state.change():  # as if it had followed the log, and was kept from its entry
        alice.store.logs.put(followed(alice))
    alice.change_answer = two_at_a_time
    before = own(alice)
    with monkeypatch.context() as few:
        few.setattr(log_follow, "MAX_ROUNDS", 1)
        with pytest.raises(LogProofError, match="more anchors than days"):
            checks(alice)
    assert own(alice) == before
    checks(alice)
    assert own(alice).checked == view(alice).newest_anchor


def followed(alice: Person) -> Log:
    """What this device would hold of the log, had it followed every anchor until now."""
    looks = alice.engine.monitor._looks
    held = alice.run(looks._follow(looks._place(RELAY)))
    return Log(RELAY, held.encode())
