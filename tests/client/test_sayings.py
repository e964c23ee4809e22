"""What a person does with messages, on both ends."""

import pytest

from acting import met
from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.outbox import Outbox
from doorless_client.core.views import Kind, MessagesGone, State
from doorless_lab.linking import link
from doorless_lab.world import World


def last(person, whom: str):
    return person.messages(whom)[-1]


def test_a_quote_shows_what_was_said_and_where() -> None:
    with World() as world:
        alice, bob = met(world)
        quoted = last(alice, "bob")
        alice.engine.send(quoted.conversation, "yes?", quoting=quoted)
        world.settle()
        quote = last(bob, "alice").quote
        assert quote is not None
        assert (quote.text, quote.mine, quote.known, quote.differs) == (
            "hello to you",
            True,
            True,
            False,
        )
        assert bob.messages("alice")[quote.position or 0].text == "hello to you"


def test_one_reaction_of_each_and_the_last_one_counts() -> None:
    with World() as world:
        alice, bob = met(world)
        hello = last(alice, "bob")
        alice.engine.messages.react(hello, "\N{THUMBS UP SIGN}")
        alice.engine.messages.react(hello, "☕")
        bob.engine.messages.react(last(bob, "alice"), "☕")
        world.settle()
        for person, other in ((alice, "bob"), (bob, "alice")):
            shown = {(one.emoji, one.mine) for one in last(person, other).reactions}
            assert shown == {("☕", True), ("☕", False)}
        alice.engine.messages.react(last(alice, "bob"), "")
        world.settle()
        assert [one.mine for one in last(bob, "alice").reactions] == [True]


@pytest.mark.parametrize("words", ["x", "no", "1", "\x1b", "\N{THUMBS UP SIGN}" * 9])
def test_words_are_no_reaction(words: str) -> None:
    with World() as world:
        alice, _ = met(world)
        with pytest.raises(BadInputError, match="one emoji"):
            alice.engine.messages.react(last(alice, "bob"), words)


def test_an_edit_keeps_what_was_said_before() -> None:
    with World() as world:
        alice, bob = met(world)
        said = alice.says("bob", "at nine")
        world.settle()
        alice.engine.messages.edit(said, "at ten")
        alice.engine.messages.edit(said, "at eleven")
        world.settle()
        for person, other in ((alice, "bob"), (bob, "alice")):
            shown = last(person, other)
            assert (shown.text, shown.edited) == ("at eleven", 2)
            assert [one.text for one in person.engine.messages.versions(shown)] == [
                "at nine",
                "at ten",
            ]
        assert len(bob.messages("alice")) == 3


def test_what_waits_leaves_with_its_new_words_or_not_at_all() -> None:
    with World() as world:
        alice, bob = met(world)
        alice.goes(online=False)
        first, second, _ = (alice.says("bob", words) for words in ("one", "two", "three"))
        alice.engine.messages.edit(second, "2")
        alice.engine.messages.cancel(first)
        assert [one.text for one in alice.messages("bob")][-3:] == ["one", "2", "three"]
        assert alice.messages("bob")[-3].state is State.FAILED
        alice.goes(online=True)
        world.settle()
        heard = bob.messages("alice")[2:]
        assert [(one.text, one.gap, one.edited, one.note) for one in heard] == [
            ("2", 0, 0, ""),
            ("three", 0, 0, ""),
        ]
        again = alice.engine.messages.retry(alice.messages("bob")[-3])
        world.settle()
        assert last(bob, "alice").text == again.text == "one"
        assert [one.text for one in alice.messages("bob")][-3:] == ["2", "three", "one"]


def test_a_deletion_leaves_a_line_on_both_sides_and_nothing_else() -> None:
    with World() as world:
        alice, bob = met(world)
        said = alice.says("bob", "oh no")
        world.settle()
        bob.engine.messages.react(last(bob, "alice"), "☕")
        bob.engine.send(said.conversation, "what?", quoting=last(bob, "alice"))
        world.settle()
        alice.engine.messages.delete(alice.messages("bob")[2], everyone=True)
        world.settle()
        for person, other in ((alice, "bob"), (bob, "alice")):
            deleted, answer = person.messages(other)[2:]
            assert (deleted.deleted, deleted.text, deleted.reactions) == (
                True,
                "message deleted",
                (),
            )
            assert answer.quote is not None
            assert answer.quote.text == "message deleted"
            assert person.engine.wire([deleted]) == [None]


def test_deleted_for_ourselves_it_is_gone_here_alone() -> None:
    with World() as world:
        alice, bob = met(world)
        alice.engine.messages.delete(alice.messages("bob")[0], everyone=False)
        world.settle()
        assert [one.text for one in alice.messages("bob")] == ["hello to you"]
        assert alice.messages("bob")[0].position == 0
        assert len(bob.messages("alice")) == 2
        assert any(isinstance(event, MessagesGone) for event in alice.shown)


@pytest.mark.parametrize("everyone", [True, False])
def test_an_answer_that_waits_repeats_no_word_of_what_was_deleted(everyone: bool) -> None:
    with World() as world:
        alice, bob = met(world)
        said = alice.says("bob", "the code is 1234")
        world.settle()
        alice.goes(online=False)
        alice.says("bob", "before")
        alice.engine.send(said.conversation, "it was wrong", quoting=last(alice, "bob"))
        alice.engine.send(said.conversation, "the code was wrong", quoting=said)
        alice.says("bob", "after")
        alice.engine.messages.delete(alice.messages("bob")[2], everyone=everyone)
        waiting = [item.content for item in alice.store.outbox.find()]
        assert any(b"before" in content for content in waiting)
        assert not any(b"1234" in content for content in waiting)
        alice.goes(online=True)
        world.settle()
        heard = {one.text: one for one in bob.messages("alice")}
        assert heard["it was wrong"].quote.text == "before"
        assert heard["the code was wrong"].quote.text == (
            "message deleted" if everyone else "the code is 1234"  # his own copy of it
        )
        assert [one.gap for one in bob.messages("alice")] == [0] * len(bob.messages("alice"))


def test_an_answer_that_waits_forgets_the_words_that_the_other_one_deletes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World() as world:
        alice, bob = met(world)
        said = bob.says("alice", "the code is 1234")
        world.settle()
        holds_back = alice.engine.state
        monkeypatch.setattr(Outbox, "_is_stopped", lambda self, _: self._state is holds_back)
        alice.engine.send(alice.chat("bob").conversation, "which?", quoting=last(alice, "bob"))
        waiting = [item.content for item in alice.store.outbox.find()]
        assert any(b"1234" in content for content in waiting)
        bob.engine.messages.delete(said, everyone=True)
        world.settle()
        waiting = [item.content for item in alice.store.outbox.find()]
        assert waiting
        assert not any(b"1234" in content for content in waiting)


def test_an_answer_that_comes_after_a_deletion_brings_no_word_back() -> None:
    with World() as world:
        alice, bob = met(world)
        said = alice.says("bob", "the code is 1234")
        world.settle()
        alice.goes(online=False)
        bob.engine.send(bob.chat("alice").conversation, "which?", quoting=last(bob, "alice"))
        world.settle()
        alice.engine.messages.delete(said, everyone=True)
        alice.goes(online=True)
        world.settle()
        for person, other in ((alice, "bob"), (bob, "alice")):
            assert last(person, other).quote.text == "message deleted"
            assert not any(b"1234" in extra.quote for extra in person.store.extras.find())


def test_what_lasts_is_gone_after_it_was_seen_on_both_sides() -> None:
    with World() as world:
        alice, bob = met(world)
        alice.engine.messages.set_timer(alice.chat("bob").conversation, 60)
        world.settle()
        assert bob.chat("alice").lasts == alice.chat("bob").lasts == 60
        assert [last(alice, "bob").kind, last(bob, "alice").kind] == [Kind.NOTE] * 2
        bob.says("alice", "soon gone")
        world.settle()
        world.now += 59
        world.settle()
        assert alice.texts("bob")[-1] == "soon gone"
        alice.engine.mark_read(alice.chat("bob").conversation)
        world.now += 2
        world.settle()
        assert "soon gone" not in [one.text for one in bob.messages("alice")]
        assert alice.texts("bob")[-1] == "soon gone"
        world.now += 60
        world.settle()
        assert "soon gone" not in alice.texts("bob")


def test_crossing_choices_of_a_timer_end_the_same() -> None:
    with World() as world:
        alice, bob = met(world)
        alice.engine.messages.set_timer(alice.chat("bob").conversation, 60)
        bob.engine.messages.set_timer(bob.chat("alice").conversation, 3600)
        world.settle()
        assert alice.chat("bob").lasts == bob.chat("alice").lasts


def test_a_forwarded_message_says_so_and_a_pinned_one_is_listed() -> None:
    with World() as world:
        alice, _ = met(world)
        carol = world.person("carol")
        alice.add("carol")
        alice.engine.messages.forward(last(alice, "bob"), alice.chat("carol").conversation)
        alice.engine.messages.pin(last(alice, "bob"), True)
        world.settle()
        assert last(carol, "alice").forwarded
        assert [
            one.text for one in alice.engine.messages.pinned(alice.chat("bob").conversation)
        ] == ["hello to you"]


def test_what_may_not_be_done_changes_nothing() -> None:
    with World() as world:
        alice, bob = met(world)
        theirs, ours = last(alice, "bob"), alice.messages("bob")[0]
        doing = alice.engine.messages
        for refused in (
            lambda: doing.edit(theirs, "mine now"),
            lambda: doing.delete(theirs, everyone=True),
            lambda: doing.edit(ours, "  "),
            lambda: doing.react(ours, "x" * 40),
            lambda: doing.cancel(ours),
            lambda: doing.retry(ours),
            lambda: doing.set_timer(ours.conversation, 4),
        ):
            with pytest.raises(RefusedError):
                refused()
        world.now += 24 * 3600 + 60
        with pytest.raises(RefusedError, match="24 hours"):
            doing.edit(ours, "too late")
        alice.engine.block(ours.conversation)
        with pytest.raises(RefusedError):
            doing.react(ours, "☕")
        world.settle()
        assert last(bob, "alice").text == "hello to you"


def test_lengths_are_of_what_is_left() -> None:
    with World() as world:
        alice, _ = met(world)
        talk = alice.chat("bob").conversation
        for number in range(40):
            alice.says("bob", "x" * (number + 1))
        for at in (5, 5, 5, 20):
            alice.engine.messages.delete(alice.messages("bob")[at], everyone=False)
        history = alice.engine.history(talk)
        lengths = history.lengths(8)
        shown = history.slice(0, len(history))
        assert len(history) == len(shown) == 38
        assert len(lengths) == 5
        assert sum(lengths) == sum(len(one.text) for one in shown)
        for _ in range(38):
            alice.engine.messages.delete(alice.messages("bob")[0], everyone=False)
        assert (len(history), list(history.lengths(8)), history.first_unread()) == (0, [], None)


def test_notes_to_oneself_can_do_all_that_messages_can() -> None:
    with World() as world:
        alice, _ = met(world)
        laptop = link(alice)
        for _ in range(3):
            world.advance(31)
        note = alice.engine.shelf.note_to_self()
        world.advance(40)
        doing = alice.engine.messages
        milk = alice.engine.send(note.conversation, "buy milk")
        gone = alice.engine.send(note.conversation, "buy a horse")
        world.advance(40)
        doing.react(milk, "☕")
        doing.edit(milk, "buy oat milk")
        doing.delete(gone, everyone=True)
        world.advance(40)
        history = laptop.engine.history(note.conversation)
        first, second = history.slice(0, len(history))
        assert (first.text, first.edited, first.mine) == ("buy oat milk", 1, True)
        assert [one.emoji for one in first.reactions] == ["☕"]
        assert second.deleted
