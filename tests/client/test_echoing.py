"""The messenger with Echo in it: offline from the first start, and to a relay as if it were not."""

import os
import time
from collections.abc import AsyncIterator

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Chat, ChatChanged, Event, MessageAdded
from doorless_client.echoing import MessengerWithEcho
from doorless_client.endpoint import Endpoint
from doorless_client.network import RelayNetwork
from doorless_client.store.records import ROWS
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World
from doorless_lab.world_person import copy_store


class Silence(RelayNetwork):
    """Counts what is asked of any relay; nobody answers."""

    def __init__(self) -> None:
        super().__init__(Endpoint.parse("ws://127.0.0.1:1"), os.urandom)
        self.asked: list[object] = []

    async def start(self, *arguments: object, **more: object) -> None:
        """There is no network."""

    async def signed_in(self, request: object) -> object:
        self.asked.append(request)
        raise AssertionError("asked our relay")

    async def anonymous(self, relay: str, request: object, **_: object) -> object:
        self.asked.append((relay, request))
        raise AssertionError("asked a relay")


@pytest.fixture
def silence() -> Silence:
    return Silence()


@pytest.fixture
async def messenger(silence: Silence) -> AsyncIterator[MessengerWithEcho]:
    with World() as world:
        (alice, bob) = world.people("alice", "bob")
        alice.add("bob")
        messenger = MessengerWithEcho(
            copy_store(alice.store), silence, now=time.time, random=os.urandom
        )
        messenger.welcome()
        async with messenger:
            yield messenger
        del bob


@pytest.fixture
def echo(messenger: MessengerWithEcho) -> Chat:
    return next(chat for chat in messenger.chats() if chat.echo)


async def test_it_is_there_without_a_network(messenger, echo, silence) -> None:
    heard: list[Event] = []
    messenger.listen(heard.append)
    await messenger.send(echo.conversation, "hello")
    said = messenger.history(echo.conversation)
    assert [one.text for one in said.slice(1, 3)] == ["hello", "hello"]
    assert sum(isinstance(event, MessageAdded) for event in heard) == 3
    assert any(isinstance(event, ChatChanged) and event.chat.echo for event in heard)
    assert not silence.asked


async def test_all_that_can_be_done_with_it_asks_no_relay(messenger, echo, silence) -> None:
    key = echo.conversation
    await messenger.send(key, "help")
    await messenger.save_draft(key, "not yet")
    await messenger.set_typing(key, active=True)
    await messenger.mark_read(key)
    await messenger.verify(key, messenger.safety_number(key).digits)
    messenger.compare(key, messenger.safety_number(key).qr)
    assert messenger.wire_size(key, "") == messenger.wire_size(key, "a few words")
    assert messenger.details(key).devices == 1
    assert not messenger.is_beginning_anew(key)
    (wire,) = messenger.wire(messenger.history(key).slice(0, 1))
    assert wire is not None
    assert wire.stays
    assert messenger.chats()[0].draft == "not yet"
    await messenger.forget(key)
    assert await messenger.answered(0)
    assert not silence.asked
    assert messenger.connection.waiting == 0


async def test_a_person_is_treated_as_ever(messenger, echo) -> None:
    bob = messenger.find("bob")
    await messenger.send(bob.conversation, "hello")
    (said,) = (one for one in messenger.history(bob.conversation).slice(0, 9) if one.mine)
    assert messenger.wire([said]) == [None]
    assert messenger.connection.waiting == 1 or messenger._engine.waiting == 1
    assert not bob.echo
    del echo


async def test_it_is_found_by_its_name(messenger, echo) -> None:
    assert messenger.find("Echo").conversation == echo.conversation
    with pytest.raises(RefusedError):
        messenger.find("nobody")


async def test_forgotten_its_conversation_is_nobodys(messenger, echo) -> None:
    await messenger.forget(echo.conversation)
    messenger.welcome()
    assert not any(chat.echo for chat in messenger.chats())
    with pytest.raises(RefusedError):
        await messenger.send(echo.conversation, "are you there?")
    with pytest.raises(RefusedError):
        messenger.find("echo")


async def test_what_cannot_be_done_with_it_is_refused_in_words(messenger, echo) -> None:
    with pytest.raises(RefusedError, match="delete it"):
        await messenger.block(echo.conversation)
    with pytest.raises(RefusedError):
        await messenger.accept(echo.conversation)
    with pytest.raises(RefusedError):
        await messenger.send(echo.conversation, "   ")


async def test_with_its_messages_is_done_what_is_no_pretence(messenger, echo, silence) -> None:
    key = echo.conversation
    sent = await messenger.send(key, "hello", quoting=messenger.history(key).slice(0, 1)[0])
    await messenger.messages.react(sent, "\N{THUMBS UP SIGN}")
    assert messenger.history(key).slice(1, 2)[0].reactions
    assert len(messenger.messages.sealings(sent)) == 1
    assert messenger.messages.versions(sent) == ()
    assert messenger.messages.pinned(key) == ()
    assert not silence.asked


async def test_the_rest_is_refused_in_words(messenger, echo) -> None:
    bob = messenger.find("bob").conversation
    sent, actions = await messenger.send(echo.conversation, "hello"), messenger.messages
    said = await messenger.send(bob, "hello")
    for refused in (
        actions.edit(sent, "hullo"),
        actions.delete(sent, everyone=False),
        actions.forward(sent, bob),
        actions.forward(said, echo.conversation),
        actions.pin(sent, pinned=True),
        actions.retry(sent),
        actions.cancel(sent),
        actions.set_timer(echo.conversation, 3600),
    ):
        with pytest.raises(RefusedError, match="try that with a person"):
            await refused


async def test_with_a_persons_messages_everything_is_as_ever(messenger, echo) -> None:
    del echo
    bob = messenger.find("bob").conversation
    said = await messenger.send(bob, "hello")
    await messenger.messages.react(said, "\N{THUMBS UP SIGN}")
    await messenger.messages.pin(said, pinned=True)
    (shown,) = messenger.messages.pinned(bob)
    assert shown.id == said.id
    assert [one.emoji for one in shown.reactions] == ["\N{THUMBS UP SIGN}"]
    assert messenger.messages.versions(said) == []


async def test_it_lives_in_an_encrypted_profile(tmp_path, silence) -> None:
    """The same over the store of a real profile, opened again in between."""
    path, key = tmp_path / "store.db", bytes(32)
    store = open_store(path, key, create=True)
    with World() as world:
        (alice,) = world.people("alice")
        with store.transaction():
            for kind in ROWS:
                for row in getattr(alice.store, kind.table).find():
                    getattr(store, kind.table).put(row)
    for turn in range(2):
        messenger = MessengerWithEcho(store, silence, now=time.time, random=os.urandom)
        messenger.welcome()
        (echo,) = messenger.chats()
        sent = await messenger.send(echo.conversation, f"said at turn {turn}")
        await messenger.messages.react(sent, "\N{THUMBS UP SIGN}")
        (wire,) = messenger.wire([sent])
        assert wire is not None
        assert {one.kind for one in wire.beside} == {"receipt", "reaction"}
        store.close()
        assert b"said at turn" not in path.read_bytes()
        store = open_store(path, key)
    store.close()
