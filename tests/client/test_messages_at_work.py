"""What can be done with messages is asked of a messenger as screens and commands ask it."""

from typing import Any

import pytest

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Message
from doorless_client.messages_at_work import uptime
from doorless_client.messenger import Messenger
from doorless_client.store.base import DiskError
from doorless_lab.world import Person, World


class Nowhere:
    """A network that nothing is asked of: the messenger is not started."""

    async def close(self) -> None:
        """It has nothing."""


def messenger(person: Person, network: Any = None) -> Messenger:
    world = person.world
    return Messenger(person.store, network or Nowhere(), now=lambda: world.now, random=world.random)


def newest(engine: Engine) -> Message:
    history = engine.history(engine.chats()[0].conversation)
    return history.slice(0, len(history))[-1]


async def test_all_of_it_is_done_and_leaves_with_the_rest() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        carol = world.person("carol")
        alice.add("carol")
        alice.says("carol", "hello")
        bob.says("alice", "shall we?")
        world.settle()
        world.now += 5
        bob.says("alice", "or not")
        world.settle()
        at_work = messenger(alice)
        doing, talk = at_work.messages, alice.chat("bob").conversation
        theirs = newest(at_work)
        answer = await at_work.send(talk, "we shall", quoting=theirs)
        await doing.edit(answer, "we will")
        await doing.react(theirs, "☕")
        await doing.pin(theirs, True)
        await doing.set_timer(talk, 3600)
        await doing.forward(theirs, alice.chat("carol").conversation)
        slip = await at_work.send(talk, "slip of the tongue")
        await doing.cancel(slip)
        again = await doing.retry(alice.messages("bob")[-1])
        await doing.delete(again, everyone=True)
        assert [one.text for one in doing.pinned(talk)] == ["or not"]
        assert doing.versions(newest(at_work)) == []
        assert doing.sealings(answer)[0].size == 0
        await at_work.close()
        alice.reopen()
        world.advance(60)
        assert bob.texts("alice")[-1] == "we will"
        quote = next(one.quote for one in bob.messages("alice") if one.text == "we will")
        assert quote is not None
        assert quote.text == "or not"
        assert bob.chat("alice").lasts == 3600
        assert carol.texts("alice")[-1] == "or not"
        (liked,) = [one for one in bob.messages("alice") if one.text == "or not"]
        assert [one.emoji for one in liked.reactions] == ["☕"]


async def test_what_the_disk_refuses_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        alice.says("bob", "hello")
        at_work = messenger(alice)
        message = newest(at_work)

        def full(*_: object) -> None:
            raise DiskError("the disk is full: make room")

        monkeypatch.setattr(alice.store.reactions, "put", full)
        with pytest.raises(RefusedError, match="make room"):
            await at_work.messages.react(message, "☕")
        assert newest(at_work).reactions == ()
        await at_work.close()


def test_seconds_go_on() -> None:
    before = uptime()
    assert before <= uptime()


async def test_what_comes_while_it_closes_begins_nothing() -> None:
    """A step that is put off holds the whole messenger, and would find its store closed."""
    with World() as world:
        alice, _ = world.friends("alice", "bob")

        class Last(Nowhere):
            async def close(self) -> None:
                await at_work.send(alice.chat("bob").conversation, "said as it closes")

        at_work = messenger(alice, Last())
        at_work.shelf.begin(at_work.listen)
        assert at_work.shelf._next is not None
        await at_work.close()
        assert at_work.shelf._next is None
        assert alice.messages("bob")[-1].text == "said as it closes"
