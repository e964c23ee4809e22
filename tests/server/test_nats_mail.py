"""What the clustered store promises of mail beyond the contract of all stores (test_stores.py)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from time import monotonic
from typing import Any

import pytest

from doorless_server.limits import Bounds
from doorless_server.store.base import Arriving, Fate, Listing, Position, Seat, UnavailableError
from doorless_server.store.nats import checks, mailboxes, reading
from doorless_server.store.nats import connection as nats_connection
from doorless_server.store.nats import mail as nats_mail
from doorless_server.store.nats import store as store_module
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.errors import ApiError, ClusterError, WrongLastError
from doorless_server.store.nats.names import MailNames
from doorless_server.store.nats.news import NewsDesk
from doorless_server.store.nats.reading import Reader
from doorless_server.store.nats.store import NatsStore
from doorless_server.store.nats.streams import Stream, keep

TOKEN = b"t" * 32
BOX = b"box of phone"

Open = Callable[..., Awaitable[NatsStore]]


@pytest.fixture
async def opened(nats_node: Any) -> AsyncIterator[Open]:
    """Opens a node over one server, whose mailbox BOX is there."""
    stores: list[NatsStore] = []

    async def open_one(bounds: Bounds | None = None, **options: Any) -> NatsStore:
        store = await NatsStore.open(nats_node.urls, bounds, replicas=1, partitions=2, **options)
        stores.append(store)
        if len(stores) == 1:
            seats = (Seat(b"alice", b"phone", BOX, b"key"),)
            listing = Listing(1, b"1" * 32, b"0" * 32, b"head", b"manifest", seats, ())
            await store.create("alice", listing, TOKEN, 1)
        return store

    yield open_one
    for store in stores:
        await store.close()


def mail(number: int, *, token: bytes = TOKEN, size: int = 2048) -> Arriving:
    return Arriving(BOX, number.to_bytes(16, "big"), number.to_bytes(4, "big") * (size // 4), token)


async def waiting(store: NatsStore, after: int = 0, count: int = 10_000) -> list[int]:
    mails = await store.waiting(BOX, Position(after), count, 1 << 30)
    return [int.from_bytes(each.id, "big") for each in mails]


def drop(store: NatsStore, *numbers: int) -> Awaitable[None]:
    return store.drop([(BOX, mail(number).id) for number in numbers], 0)


async def test_one_id_at_two_nodes_in_one_moment_is_stored_once(opened: Open) -> None:
    nodes = [await opened() for _ in range(2)]
    for number in range(50):
        fates = await asyncio.gather(*[node.put([mail(number)], 0, 0) for node in nodes])
        kept = [fate for (fate,) in fates if not isinstance(fate, Fate)]
        assert len(kept) == 1
        # Whoever was told LATER asks once more.
        assert [await node.put([mail(number)], 0, 0) for node in nodes] == [[Fate.KNOWN]] * 2
    assert await waiting(nodes[0]) == await waiting(nodes[1]) == list(range(50))


async def test_what_one_node_gave_out_another_knows(opened: Open) -> None:
    here, there = await opened(), await opened()
    await here.put([mail(1), mail(2)], 0, 0)
    await drop(there, 1)
    assert await waiting(here) == [2]
    assert await here.put([mail(1)], 0, 0) == [Fate.KNOWN]
    assert await (await opened()).put([mail(1), mail(3)], 0, 0) != [Fate.KNOWN, Fate.KNOWN]
    assert await waiting(there) == [2, 3]


async def test_a_receipt_is_forgotten_by_the_servers_clock(opened: Open) -> None:
    store = await opened(receipt_seconds=2)
    await store.put([mail(1)], 0, 0)
    await drop(store, 1)
    assert await store.put([mail(1)], 0, 0) == [Fate.KNOWN]
    async with asyncio.timeout(10):
        while await store.put([mail(1)], 0, 0) == [Fate.KNOWN]:  # noqa: ASYNC110  (a server's clock)
            await asyncio.sleep(0.1)
    assert await waiting(store) == [1]


async def test_receipts_of_a_busy_day_are_passed_over_once(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    for first in range(0, 60, 20):
        numbers = range(first, first + 20)
        await store.put([mail(number) for number in numbers], 0, 0)
        await drop(store, *numbers[:-1])
    another = await opened()
    assert await waiting(another) == await waiting(another) == [19, 39, 59]
    assert await waiting(store, count=2) == [19, 39]
    await another.put([mail(60)], 0, 0)
    assert await waiting(another) == [19, 39, 59, 60]
    passed = []
    really = Reader.read

    async def counted(self: Reader, mailbox: bytes, after: int, *wanted: int) -> Any:
        async for found in really(self, mailbox, after, *wanted):
            passed.append(found.is_receipt)
            yield found

    monkeypatch.setattr(Reader, "read", counted)
    await drop(another, 19, 39, 59, 60)
    assert await waiting(another) == []
    assert passed == [True] * 4
    await another.put([mail(61)], 0, 0)
    assert await waiting(another) == [61]
    assert passed == [True] * 4 + [False]


async def test_a_mailbox_is_full_at_every_node(opened: Open) -> None:
    bounds = Bounds(waiting=3, requests=2)
    here, there = await opened(bounds), await opened(bounds)
    for node, number in ((here, 1), (there, 2), (here, 3)):
        assert await node.put([mail(number)], 0, 0) != [Fate.FULL]
    await told(here, there)
    assert await here.put([mail(4)], 0, 0) == await there.put([mail(5)], 0, 0) == [Fate.FULL]
    assert await there.put([mail(1)], 0, 0) == [Fate.KNOWN]
    await drop(there, 2)
    await told(here, there)
    assert await here.put([mail(4)], 0, 0) != [Fate.FULL]
    strangers = [mail(number, token=b"") for number in (6, 7, 8)]
    assert (await there.put(strangers, 0, 0))[-1] is Fate.NO_ROOM


async def told(*nodes: NatsStore) -> None:
    """Everything that was told until now was heard: servers keep the order of what is said."""
    for node in nodes:
        await node.connection.flush()
    for _ in range(20):  # what came is handed on by a task of its own
        await asyncio.sleep(0)


async def test_pages_are_read_to_their_end_and_size_counts_envelopes(opened: Open) -> None:
    store = await opened()
    sizes = [2048, 65536] * 40
    mails = [mail(number, size=size) for number, size in enumerate(sizes)]
    await store.put(mails, 0, 0)
    read = await store.waiting(BOX, Position(0), 10_000, 1 << 30)
    assert [(each.id, each.envelope) for each in read] == [(m.id, m.envelope) for m in mails]
    some = await store.waiting(BOX, Position(0), 10_000, 70_000)
    assert [len(each.envelope) for each in some] == [2048, 65536, 2048]


def deaf(monkeypatch: pytest.MonkeyPatch, *, heard: int) -> None:
    """The server that is asked for the first page dies, after so many messages of it."""
    really = Connection.gather
    asked = 0

    async def dying(
        self: Connection, subject: str, payload: bytes, called: Any, *, patience: float
    ) -> None:
        nonlocal asked
        came, asked = 0, asked + 1

        def until_it_died(reply: Any) -> bool:
            nonlocal came
            came += 1
            return came <= heard and called(reply)

        await really(
            self, subject, payload, until_it_died if asked == 1 else called, patience=patience
        )

    monkeypatch.setattr(Connection, "gather", dying)


@pytest.mark.parametrize("heard", [0, 3])
async def test_a_page_is_asked_for_again_when_who_was_asked_died(
    opened: Open, monkeypatch: pytest.MonkeyPatch, heard: int
) -> None:
    store = await opened()
    await store.put([mail(number) for number in range(9)], 0, 0)
    deaf(monkeypatch, heard=heard)
    began = monotonic()
    assert await waiting(store) == list(range(9))
    assert reading.PAGE_SECONDS <= monotonic() - began < reading.PAGE_SECONDS + 2


async def test_a_lost_answer_is_no_yes_and_the_same_once_more_decides(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stored it, and the node never heard so."""
    store = await opened()
    await store.put([mail(0)], 0, 0)
    really = Connection.store_all

    async def unheard(self: Connection, stream: str, messages: Any) -> list[UnavailableError]:
        stored = await really(self, stream, messages)
        return [UnavailableError("no answer in time")] * len(stored)

    monkeypatch.setattr(Connection, "store_all", unheard)
    assert await store.put([mail(1)], 0, 0) == [Fate.LATER]
    monkeypatch.undo()
    assert await store.put([mail(1)], 0, 0) == [Fate.KNOWN]
    assert await waiting(store) == [0, 1]


@pytest.mark.parametrize(
    "refused", [ApiError(503, 10077, "full"), WrongLastError(400, 1, "", None)]
)
async def test_what_a_stream_refuses_is_not_stored_and_not_counted(
    opened: Open, refused: UnavailableError, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(Bounds(waiting=1))

    async def refuse(_self: Connection, _stream: str, messages: Any) -> list[UnavailableError]:
        return [refused] * len(messages)

    monkeypatch.setattr(Connection, "store_all", refuse)
    assert await store.put([mail(1), mail(1)], 0, 0) == [Fate.LATER] * 2
    monkeypatch.undo()
    assert await waiting(store) == []
    assert not isinstance((await store.put([mail(2)], 0, 0))[0], Fate)


async def test_an_acknowledgement_that_nobody_confirmed_is_asked_again(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    await store.put([mail(1)], 0, 0)

    async def lost(_self: Connection, _stream: str, messages: Any) -> list[UnavailableError]:
        return [UnavailableError("lost")] * len(messages)

    monkeypatch.setattr(Connection, "store_all", lost)
    with pytest.raises(UnavailableError):
        await drop(store, 1)
    monkeypatch.undo()
    assert await waiting(store) == [1]
    await drop(store, 1)
    await drop(store, 1)
    assert await waiting(store) == []


async def test_nobody_to_answer_is_unavailable_at_once(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened()
    await store.put([mail(1)], 0, 0)
    monkeypatch.setattr(nats_mail, "READ_PATIENCE", 0.1)
    for partition in range(2):
        await store.connection.ask(f"STREAM.DELETE.{MailNames().stream(partition)}", {})
    assert await store.put([mail(2)], 0, 0) == [Fate.LATER]
    with pytest.raises(UnavailableError):
        await waiting(store)
    with pytest.raises(UnavailableError):
        await drop(store, 1)


async def test_a_stream_of_the_same_name_that_promises_less_is_refused(nats_node: Any) -> None:
    connection = await Connection.open(nats_node.urls)
    names = MailNames()
    subjects = (names.all_of(0),)
    await keep(connection, Stream(names.stream(0), subjects, {"max_msgs_per_subject": 7}), 1)
    await connection.close()
    with pytest.raises(ClusterError, match="max_msgs_per_subject"):
        await NatsStore.open(nats_node.urls, replicas=1)


async def test_nobody_there_is_said_and_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    from doorless_server.store.nats import connection

    monkeypatch.setattr(connection, "FIRST_PATIENCE", 0.2)
    with pytest.raises(ClusterError, match="no NATS server answers"):
        await NatsStore.open(["nats://127.0.0.1:1"])


def test_partitions_share_mailboxes_evenly() -> None:
    names, random = MailNames(), Random(1)
    shares = [0] * names.partitions
    for _ in range(8_000):
        shares[names.partition(random.randbytes(16))] += 1
    assert min(shares) > 850


async def test_who_is_refused_learns_nothing_from_how_much_was_asked(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many questions about a mailbox that there is not as about one that is full."""
    monkeypatch.setattr(nats_connection, "SILENCE", 30.0)  # who is slow is not asked how he is
    store = await opened(Bounds(requests=0))
    asked: list[str] = []
    really = Connection._publish

    async def counted(self: Connection, subject: str, *rest: Any) -> None:
        asked.append(subject)
        await really(self, subject, *rest)

    questions = []
    for mailbox in (BOX, b"of nobody"):
        refused = [Arriving(mailbox, bytes([number]) * 16, bytes(2048), b"") for number in range(4)]
        assert await store.put(refused[:1], 0, 0) == [Fate.NO_ROOM]
        tries = []
        for one in refused[1:]:  # one of them may ask more: of the account, which was just made
            asked.clear()
            with monkeypatch.context() as watching:
                watching.setattr(Connection, "_publish", counted)
                assert await store.put([one], 0, 0) == [Fate.NO_ROOM]
            tries.append([each.rpartition(".")[0] for each in asked])
        questions.append(min(tries, key=len))
    assert questions == [["$JS.API.STREAM.MSG.GET"]] * 2


async def test_what_nobody_told_of_is_found_when_it_is_read_for_again(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The news of another node are lost; then its sender repeats, or a second goes by."""
    here, there = await opened(), await opened()
    await here.put([mail(1)], 0, 0)
    assert await waiting(here) == [1]

    async def lost(_self: NewsDesk, **_news: Any) -> None:
        """Nobody hears it."""

    monkeypatch.setattr(NewsDesk, "tell", lost)
    (position,) = await there.put([mail(2)], 0, 0)
    monkeypatch.undo()
    assert await there.put([mail(2)], 0, 0) == [Fate.KNOWN]
    await told(there, here)
    assert await waiting(here, after=1) == [2]

    monkeypatch.setattr(NewsDesk, "tell", lost)
    await there.put([mail(3)], 0, 0)
    monkeypatch.undo()
    monkeypatch.setattr(mailboxes, "LEVEL_SECONDS", 0.0)
    assert isinstance(position, int)
    assert await waiting(here, after=position) == [3]


async def test_a_server_that_was_started_anew_without_syncing_stops_the_node(
    nats_node: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(store_module, "LOOK_AGAIN", 0.0)
    really = checks.read

    def unsynced(payload: bytes) -> checks.Fit:
        return really(payload)._replace(synced=not begun)

    begun = False
    monkeypatch.setattr(checks, "read", unsynced)
    store = await NatsStore.open(
        nats_node.urls, broken=stopped.set_result, replicas=1, partitions=2
    )
    begun = True
    async with asyncio.timeout(5):
        assert "sync_interval: always" in str(await stopped)
    await store.close()
