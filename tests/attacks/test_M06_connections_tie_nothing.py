"""M06: what shares a connection belongs together, for who runs the relay. So nothing does.

A sealed envelope never travels beside a sign-in, nor beside anything for somebody else, and a file
beside nothing at all. What this cannot hide is the address that all of it comes from.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random as Seeded

import pytest

from doorless_client.anonymous import Anonymous
from doorless_client.core.effects import Anonymously, Ask
from doorless_client.core.sign_in import sign_in
from doorless_client.endpoint import Endpoint
from doorless_client.network import RelayNetwork
from doorless_lab.world import World
from doorless_lab.world_files import fetch, offer
from doorless_protocol.blob_frames import BlobDrop, BlobGet, BlobPut, BlobStatus
from doorless_protocol.frames import (
    Answered,
    Challenge,
    Deliver,
    FetchBundle,
    Lookup,
    Request,
    SignIn,
    Submit,
    decode_call,
)
from doorless_protocol.keys import DeviceKeys, SigningKey, account_id
from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from doorless_server.switchboard import Switchboard

NOW = 1_750_000_000
MAILBOXES = [bytes((n,)) * 16 for n in range(4)]


@dataclass
class Books:
    """What a relay could write down: which requests came on which connection."""

    by_connection: dict[int, list[Request]] = field(default_factory=dict)

    def together(self) -> list[list[Request]]:
        return list(self.by_connection.values())


@dataclass
class Wired:
    """A client that is signed in over a socket, and what its relay sees of it."""

    network: RelayNetwork
    home: str
    books: Books

    async def submits(self) -> None:
        """Two envelopes to each mailbox, in turns."""
        random = Seeded(7).randbytes
        for mailbox in MAILBOXES * 2:
            sealed = Submit(mailbox, b"", random(16), random(2048))
            await self.network.anonymous(self.home, sealed, apart=mailbox)


@pytest.fixture
async def wired(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wired]:
    random, books = Seeded(6).randbytes, Books()
    receive = Switchboard.receive

    def write_down(self: Switchboard, connection: object, data: bytes) -> None:
        books.by_connection.setdefault(id(connection), []).append(decode_call(data).request)
        kept.append(connection)  # or its id would be another one's later
        receive(self, connection, data)  # type: ignore[arg-type]

    kept: list[object] = []
    monkeypatch.setattr(Switchboard, "receive", write_down)
    relay = Relay(MemoryStore(), Identity("relay.test"), random=random)
    serving = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: NOW)
    home = Endpoint.parse(serving.url)
    keys, account = DeviceKeys.draw(random), account_id(SigningKey.draw(random).verifying)

    def login(challenge: Challenge, binding: bytes) -> SignIn:
        return sign_in(keys, account, challenge, binding)

    async def nothing(*_: Sequence[Deliver]) -> None: ...

    network = RelayNetwork(home, random)
    await network.start(login, on_signed_in=nothing, on_deliver=nothing, on_link=lambda *_: None)
    assert await network.online(60)
    yield Wired(network, home.name, books)
    await network.close()
    await serving.close()


async def over_the_login(self: RelayNetwork, _: str, request: Request, *, apart: bytes) -> Answered:
    return await self.signed_in(request)  # type: ignore[arg-type]


@pytest.mark.attack(
    "M06",
    "a sealed envelope never travels on the connection that signed in",
    weaken={"doorless_client.network.RelayNetwork.anonymous": over_the_login},
)
async def test_a_submit_and_a_login_share_no_connection(wired: Wired) -> None:
    await wired.submits()
    kinds = [{type(request) for request in asked} for asked in wired.books.together()]
    assert any(SignIn in each for each in kinds)
    assert any(Submit in each for each in kinds)
    assert not any({SignIn, Submit} <= each for each in kinds)


_burst: Callable[..., object] = Anonymous._burst


@pytest.mark.attack(
    "M06",
    "envelopes to two mailboxes never share a connection",
    weaken={
        "doorless_client.anonymous.Anonymous._burst": lambda self, relay, _: _burst(
            self, relay, b""
        )
    },
)
async def test_two_mailboxes_share_no_connection(wired: Wired) -> None:
    await wired.submits()
    seen = [
        {each.mailbox for each in asked if isinstance(each, Submit)}
        for asked in wired.books.together()
    ]
    assert set().union(*seen) == set(MAILBOXES)
    assert all(len(mailboxes) <= 1 for mailboxes in seen)


async def test_the_relay_refuses_a_client_that_mixes_them(wired: Wired) -> None:
    sealed = Submit(MAILBOXES[0], b"", bytes(16), bytes(2048))
    answering: Awaitable[Answered] = wired.network.signed_in(sealed)  # type: ignore[arg-type]
    assert "refused" in repr(await answering).lower()


def about(request: Request) -> bytes:
    """Whom or what an anonymous request is about; nothing where it is about the relay."""
    match request:
        case Submit(mailbox):
            return b"mailbox " + mailbox
        case Lookup(handle):
            return b"handle " + handle.encode()
        case FetchBundle(device):
            return b"device " + device
        case BlobPut(write) | BlobStatus(write) | BlobDrop(write):
            return b"write " + write
        case BlobGet(read):
            return b"read " + read
    return b""


def without_apart(
    relay: str, pin: bytes, request: Request, _: bytes = b"", ahead: tuple[Request, ...] = ()
) -> Anonymously:
    return Anonymously(relay, pin, request, b"", ahead)  # type: ignore[arg-type]


@pytest.mark.attack(
    "M06",
    "a client asks about each account, mailbox and file on a connection of its own",
    weaken={
        "doorless_client.core.delivery.Anonymously": without_apart,
        "doorless_client.core.contacts.Anonymously": without_apart,
        "doorless_client.core.moving.Anonymously": without_apart,
    },
)
def test_a_client_keeps_all_that_it_asks_apart() -> None:
    asked: list[tuple[str, Ask]] = []
    with World() as world:
        alice, bob, carol = world.people("alice", "bob", "carol")
        for person in (alice, bob, carol):
            hear(person, asked)
        for friend in ("bob", "carol"):
            alice.add(friend)
            alice.says(friend, "hello")
            world.advance(30)
        for friend in (bob, carol):
            friend.accepts("alice")
        world.advance(30)
        for friend in (bob, carol):
            offer(alice, friend.handle, bytes(100_000))
            world.advance(30)
            fetch(friend, friend.messages("alice")[-1])
            world.advance(30)
    sharing: dict[tuple[str, bytes], set[bytes]] = {}
    for who, ask in asked:
        if isinstance(ask, Anonymously):
            sharing.setdefault((who, ask.apart), set()).add(about(ask.request))
    ones = [whom - {b""} for whom in sharing.values()]
    assert {type(ask.request) for _, ask in asked} >= {
        Submit,
        Lookup,
        FetchBundle,
        BlobPut,
        BlobGet,
    }
    assert all(len(each) <= 2 for each in ones)
    for each in ones:
        kinds = [one.split(b" ", 1)[0] for one in each]
        assert len(kinds) == len(set(kinds)), "two of one kind on one connection"
        assert not ({b"write", b"read"} & set(kinds) and len(kinds) > 1), "a file beside another"


def hear(person: object, asked: list[tuple[str, Ask]]) -> None:
    def take(ask: Ask, answered: Answered) -> Answered:
        asked.append((person.handle, ask))  # type: ignore[attr-defined]
        return answered

    person.change_answer = take  # type: ignore[attr-defined]
