"""Copies of a message, timers that stay, acts that are repeated: what shows on a close look."""

import msgspec
import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.settings import Settings
from doorless_client.core.views import Kind, Message, State, Trust
from doorless_lab.linking import link
from doorless_lab.world import Person, World, showing


def said(person: Person, whom: str, text: str) -> Message:
    return next(one for one in person.messages(whom) if one.text == text)


def test_there_are_as_many_copies_as_devices_and_what_the_relay_had_of_each_is_told() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        tablet, laptop = link(bob, "tablet"), link(alice, "laptop")
        world.advance(700)
        alice.says("bob", "to all begins a session")
        world.advance(700)
        alice.goes(online=False)
        waiting = alice.says("bob", "to all")
        doing = alice.engine.messages
        assert [(one.size, one.sent, one.own) for one in doing.sealings(waiting)] == [
            *((0, False, False), (0, False, False), (0, False, True)),
        ]
        alice.goes(online=True)
        world.advance(60)
        sealings = doing.sealings(said(alice, "bob", "to all"))
        mailboxes = {bytes(one.engine.state.keys.mailbox) for one in (bob, tablet, laptop)}
        assert {one.mailbox for one in sealings} == mailboxes
        assert all(one.sent and one.size == 2048 and one.at for one in sealings)
        assert [one.name for one in sealings] == ["", "", "laptop"]
        assert doing.sealings(said(alice, "bob", "to all")) != ()
        assert bob.engine.messages.sealings(said(bob, "alice", "to all")) == ()


def test_an_act_is_kept_until_it_was_heard_and_said_again_once() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "at nine")
        world.advance(30)
        bob.goes(online=False)
        alice.engine.messages.edit(said(alice, "bob", "at nine"), "at ten")
        alice.engine.messages.react(said(alice, "bob", "at ten"), "☕")
        world.settle()
        assert len(alice.store.unacknowledged.find()) == 2
        with bob.store.transaction():
            bob.store.session_parts.clear()
        bob.reopen()
        bob.goes(online=True)
        world.advance(700)
        edited = said(bob, "alice", "at ten")
        assert (edited.edited, [one.emoji for one in edited.reactions]) == (1, ["☕"])
        assert all(one.gap == 0 for one in bob.messages("alice"))
        world.advance(60)
        assert alice.store.unacknowledged.find() == []


def test_edits_and_deletions_wait_for_keys_that_are_accepted_and_are_refused_meanwhile() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mallory = world.person("mallory")
        alice.engine.messages.set_timer(alice.chat("bob").conversation, 7 * 86_400)
        world.advance(30)
        bob.goes(online=False)
        alice.says("bob", "at nine")
        alice.says("bob", "never mind")
        world.settle()
        alice.engine.messages.edit(said(alice, "bob", "at nine"), "at ten")
        alice.change_answer = showing(mallory.engine.state.manifest)
        world.now += 700
        alice.says("bob", "and this")
        world.advance(30)
        assert alice.chat("bob").trust is Trust.CHANGED
        doing = alice.engine.messages
        for refused in (
            lambda: doing.react(said(alice, "bob", "at ten"), "☕"),
            lambda: doing.edit(said(alice, "bob", "at ten"), "at eleven"),
            lambda: doing.delete(said(alice, "bob", "at ten"), everyone=True),
            lambda: doing.set_timer(alice.chat("bob").conversation, 0),
        ):
            with pytest.raises(KeyChangedError):
                refused()
        alice.accepts("bob")
        world.advance(60)
        mallory.accepts("alice")
        world.advance(60)
        assert mallory.texts("alice") == ["at ten", "never mind", "and this"]
        assert mallory.chat("alice").lasts == alice.chat("bob").lasts == 7 * 86_400


def test_a_chosen_timer_begins_with_a_chat_and_is_told_when_it_can_be() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.engine.change_settings(msgspec.structs.replace(Settings(), lasts=3600))
        alice.add("bob")
        alice.says("bob", "for an hour")
        world.settle()
        assert alice.chat("bob").lasts == said(bob, "alice", "for an hour").lasts == 3600
        assert bob.chat("alice").lasts == 0
        bob.accepts("alice")
        world.advance(60)
        assert bob.chat("alice").lasts == 3600
        assert all(one.gap == 0 for one in bob.messages("alice"))
        assert any("disappear 1 hour" in line for line in bob.notes("alice"))


def test_a_message_that_is_in_doubt_is_not_cancelled_but_deleted() -> None:
    """It was sealed, and nobody knows whether the relay has it."""
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "in doubt")
        state = alice.engine.state
        contact = alice._contact("bob")
        with state.change():
            alice.engine.upkeep._outbox.seal(contact.account)
        doubted = said(alice, "bob", "in doubt")
        assert doubted.state is State.WAITING
        with pytest.raises(RefusedError, match="may have it"):
            alice.engine.messages.cancel(doubted)
        alice.engine.messages.delete(doubted, everyone=True)
        world.advance(30)
        assert said(alice, "bob", "message deleted").deleted
        assert "in doubt" not in bob.texts("alice")
        alice.says("bob", "and on")
        world.advance(30)
        assert bob.texts("alice")[-1] == "and on"


def test_what_nobody_answers_is_refused_in_words() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "hello")
        world.settle()
        request = said(bob, "alice", "hello")
        doing = bob.engine.messages
        for refused in (
            lambda: doing.react(request, "☕"),
            lambda: doing.set_timer(request.conversation, 60),
        ):
            with pytest.raises(RefusedError, match="accept the request"):
                refused()
        doing.delete(request, everyone=False)
        with pytest.raises(RefusedError, match="not there"):
            doing.pin(request, True)
        alice.engine.messages.delete(said(alice, "bob", "hello"), everyone=True)
        with pytest.raises(RefusedError, match="deleted"):
            alice.engine.messages.react(said(alice, "bob", "message deleted"), "☕")
        lines = [one for one in alice.messages("bob") if one.kind is Kind.NOTE]
        for line in lines:
            with pytest.raises(RefusedError, match="no message"):
                alice.engine.messages.react(line, "☕")


def test_a_command_waits_for_what_can_leave_and_for_nothing_else() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        hello = alice.says("bob", "hello")
        world.settle()
        alice.engine.messages.react(hello, "☕")
        world.settle()
        assert alice.engine.unsettled() == 0  # nobody confirmed the session yet
        bob.accepts("alice")
        world.advance(30)
        assert [one.emoji for one in said(bob, "alice", "hello").reactions] == ["☕"]
        alice.goes(online=False)
        alice.engine.messages.react(said(alice, "bob", "hello"), "")
        assert alice.engine.unsettled() == 1
        alice.goes(online=True)
        world.settle()
        assert alice.engine.unsettled() == 0
