"""Who came back from the words is written to again, however busy their relay's key log is."""

import pytest

from doorless_client.cli_output import chat_row
from doorless_client.contact_facts import REPLACED, what_is_known
from doorless_client.core.api import RefusedError
from doorless_client.core.prekeys import UnknownHereError
from doorless_client.core.views import Chat
from doorless_lab.keylog.scene import DAY, Scene, stage
from doorless_lab.recovering import recover
from doorless_lab.world_person import Person
from logged import alarms

OFTEN = DAY // 12


def comes_back(scene: Scene) -> Person:
    (own,) = scene.alice.store.own.find()
    again = recover(scene.alice, own.unshown_seed)
    for _ in range(5):
        scene.world.advance(60)
    return again


def hours_pass(scene: Scene) -> None:
    """Two of them; no head that anybody asks for is an anchor, since others change as well."""
    scene.publish(after=OFTEN - 20)
    scene.publish(after=20)
    scene.world.settle()


def days_until_written_to(scene: Scene, at_most: int) -> float:
    """Bob stays online, and tries again and again."""
    again, began = comes_back(scene), scene.now
    scene.bob.says("alice", "are you back?")
    while not again.engine.chats() and scene.now < began + at_most * DAY:
        hours_pass(scene)
    assert alarms(scene.bob) == alarms(again) == []
    return (scene.now - began) / DAY


def test_the_primary_that_was_lost_learns_that_it_was_removed_and_stops() -> None:
    """It is warned, too: whoever has the words can do that."""
    scene = stage()
    lost = scene.alice
    comes_back(scene)
    lost.goes(online=False)
    with pytest.raises(UnknownHereError):
        lost.goes(online=True)
    assert lost.engine.fleet.removal.is_certain
    with pytest.raises(RefusedError, match="was removed from your account"):
        lost.says("bob", "anybody there?")
    for _ in range(40):
        hours_pass(scene)
    assert alarms(lost) == ["E7"]


def test_what_is_said_to_them_leaves_when_they_stood_for_a_window() -> None:
    assert 1 < days_until_written_to(stage(), at_most=4) < 2


def test_if_each_attempt_moved_the_wait_on_it_would_never_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("doorless_protocol.log.lookup.is_waiting_still", lambda *_: False)
    assert days_until_written_to(stage(), at_most=4) >= 4


def test_who_is_added_by_a_link_meanwhile_is_shown_as_replaced_lately() -> None:
    scene = stage()
    dave, again = scene.person("dave"), comes_back(scene)
    conversation = dave.add(again.engine.invite()).conversation

    def shown() -> tuple[bool, bool, bool]:
        chat: Chat = dave.chat("alice")
        details = dave.engine.details(conversation)
        facts = " ".join(value for _, value in what_is_known(details, str))
        assert (REPLACED in chat_row(chat)[-1]) == (REPLACED in facts) == chat.replaced
        return chat.replaced, details.replaced, details.checked

    assert shown() == (True, True, False)
    number = dave.engine.safety_number(conversation).digits
    before = dave._contact("alice")
    dave.engine.verify(conversation, number)
    assert shown() == (False, False, False)  # who compared them knows better than the log
    with dave.engine.state.change():
        dave.store.contacts.put(before)
    for _ in range(30):
        hours_pass(scene)
    assert shown() == (False, False, True)
