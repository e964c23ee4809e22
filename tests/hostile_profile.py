"""A profile after a changed program of a contact said hostile things of every kind to it.

All that goes over the wire comes by the real protocol; what would take an account each, names and
claims of many people, is put into the store as the engine would have put it.
"""

import contextlib
import io
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from acting import does
from doorless_client import cli, cli_context
from doorless_client.core.api import UnreachableError
from doorless_client.core.views import Link, Standing
from doorless_client.echoing import MessengerWithEcho
from doorless_client.plain import launch
from doorless_client.settings.profile import ProfileSettings
from doorless_client.store.base import Store
from doorless_client.store.log_records import LogAlarm
from doorless_client.store.records import Setting
from doorless_client.store.talk_records import Shelf
from doorless_lab.world import World
from doorless_lab.world_person import Person, copy_store
from doorless_protocol.content import Edit, File, Profile, Quote, React, Text
from hostile import Given
from in_process import redirected, said

NOW = 1_750_000_000.0


def told(given: Given) -> Store:
    """Alice's store, in memory, with all that is `given` in it."""
    with World(b"hostile", NOW) as world:
        device = given("device")
        alice, bob = world.friends("alice", "bob")
        carol = world.person("carol")
        carol.add("alice")
        carol.engine.send(carol.chat("alice").conversation, given("text of a request"))
        world.advance(60)
        does(world, bob, "alice", profile(bob, given("name of a contact", at_most=128)))
        number = 0
        while not given.is_empty:
            _speak(world, bob, given)
            number += 1
            _people(alice, given, number)
        _own(alice, device)
        return copy_store(alice.store)


def _speak(world: World, bob: Person, given: Given) -> None:
    """All that a contact can say, once."""
    account = bytes(bob.engine.me.account)
    for _ in range(3):
        text = does(world, bob, "alice", Text(given("text")))
    does(world, bob, "alice", React(account, text.id, given("no emoji", at_most=32)))
    older = does(world, bob, "alice", Text(given("older version")))
    does(world, bob, "alice", Edit(older.id, given("new version")), time=older.time + 1)
    for _ in range(2):
        file = File(given("file name", at_most=255), 99, *(world.random(32) for _ in range(3)))
        does(world, bob, "alice", Text(given("beside a file"), None, file))
    claimed = given("claimed quote")[:160]
    quote = Quote(account, world.random(16), claimed)
    does(world, bob, "alice", Text(given("answer"), quote, lasts=0, forwarded=True))
    does(world, bob, "alice", Text(given("with a link") + " https://example.org/" + given("link")))
    world.advance(1)


def _people(alice: Person, given: Given, number: int) -> None:
    store = alice.store
    (bob,) = store.contacts.find(handle="bob")
    by_standing: dict[Standing, dict[str, str]] = {
        Standing.CONTACT: {"name": given("name", at_most=128), "handle": f"somebody{number}"},
        Standing.REQUEST: {"name": given("name of a stranger", at_most=128), "handle": ""},
        Standing.BLOCKED: {"name": given("blocked name", at_most=128), "handle": f"no{number}"},
    }
    with store.transaction():
        for standing, fields in by_standing.items():
            key = alice.world.random(32)
            store.contacts.put(
                msgspec.structs.replace(
                    bob, conversation=key, account=key, standing=standing.value, **fields
                )
            )
            if standing is Standing.CONTACT and number % 2:
                store.shelf.put(Shelf(key, own_name=given("own name"), archived=number % 4 == 3))
        if number < 40:
            label = given("label of an alarm")
            store.log_alarms.put(LogAlarm(number, int(NOW), "E4", given("relay"), label, b"", b""))


def _own(alice: Person, device: str) -> None:
    """The names of our own devices, which the primary tells."""
    names = {bytes(alice.engine.me.device): device}
    with alice.store.transaction():
        alice.store.settings.put(Setting("device names", msgspec.msgpack.encode(names)))


def profile(who: Person, name: str) -> Profile:
    return Profile(name, who.world.random(16), b"")


# --- commands on it ------------------------------------------------------------------------------


class Away:
    """A network whose relay is away."""

    async def start(self, login: object, *, on_link: Callable[..., None], **_: object) -> None:
        on_link(Link.OFFLINE, 60.0, None)

    async def online(self, seconds: float) -> bool:
        return False

    async def anonymous(self, *_: object, **__: object) -> None:
        raise UnreachableError("the relay is away")

    signed_in = tell = anonymous

    def retry_now(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class Held:
    """As opening.Opened, around a store in memory."""

    store: Store
    messenger: MessengerWithEcho
    profile: "Held"

    def settings(self) -> ProfileSettings:
        return ProfileSettings()

    async def close(self) -> None:
        await self.messenger.close()


def opened(store: Store) -> Any:
    network: Any = Away()
    messenger = MessengerWithEcho(
        store, network, now=lambda: NOW + 99_999, random=secrets.token_bytes
    )
    held: Any = Held(store, messenger, None)  # type: ignore[arg-type]
    held.profile = held
    return held


def printed(store: Store, *arguments: str, says: str = "") -> str:
    """All that a command, run in this process, prints of this profile."""
    out, err = io.StringIO(), io.StringIO()

    async def open_it(*_: object) -> Any:
        return opened(store)

    with away_from_disk(open_it), redirected(out, err), pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said(says))))
        patch.setenv("DOORLESS_PASSPHRASE", "not asked for")
        with contextlib.suppress(SystemExit):  # a command line that is refused
            cli.run(
                ["--profile", "/nowhere/at/all", *arguments],
                lambda: NOW + 99_999,
                secrets.token_bytes,
            )
    return out.getvalue() + err.getvalue()


@contextlib.contextmanager
def away_from_disk(open_it: Callable[..., Any]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli_context, "_open", open_it)
        patch.setattr(launch, "open_profile", open_it)
        for module in (cli_context, launch):
            patch.setattr(module, "is_profile", lambda _: True)
        patch.setattr("doorless_client.cli_waiting.GRACE", 0.01)
        yield
