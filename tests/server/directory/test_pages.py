"""Who has no account and no client of ours can follow the log with plain GETs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from doorless_protocol import merkle
from doorless_protocol.frames import Hello, RelayInfo
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf, decode_deltas, delta_root
from doorless_protocol.log.note import Note
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tree import verify_consistency
from doorless_server import listener
from doorless_server.directory.auditors import Auditors, token_hash
from doorless_server.directory.inline import InlineDirectory
from doorless_server.limits import LOG_ANSWERS
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

TOKEN = bytes(range(16))


@dataclass
class Site:
    """A relay on the network, and a stranger in front of it."""

    server: listener.Listener
    log: Any
    now: int

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; the connection ends behind it."""
        host, port = self.server.url.removeprefix("ws://").rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert f"content-length: {len(body)}".encode() in head.lower()
        return int(head.split()[1]), body

    async def read(self, path: str) -> bytes:
        status, body = await self.get(path)
        assert status == 200
        return body


@pytest.fixture
async def site(bench: Any) -> AsyncIterator[Site]:
    directory = InlineDirectory(bench.log, Auditors({"ann": token_hash(TOKEN)}))
    relay = Relay(
        MemoryStore(), Identity("relay.test"), random=Random(3).randbytes, directory=directory
    )
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: bench.now)
    yield Site(server, bench, bench.now)
    await server.close()


async def test_a_stranger_recomputes_the_signed_root_from_the_entries(
    site: Site, ada: Any, ben: Any
) -> None:
    for owner in (ada, ben, ada):
        site.log.put(owner)
    config = LogConfig.decode(await site.read("/log/config"))
    checkpoint = verify_log(Note.decode(await site.read("/log/checkpoint")), *config.vkeys)
    bundle = await site.read(f"/log/tile/entries/000.p/{checkpoint.size}")
    leaves = [bundle[at + 2 : at + 174] for at in range(0, len(bundle), 174)]
    assert merkle.root(leaves) == checkpoint.root
    assert [EpochLeaf.decode(leaf).epoch for leaf in leaves] == list(range(checkpoint.size))
    hashes = await site.read(f"/log/tile/0/000.p/{checkpoint.size}")
    assert hashes == b"".join(map(merkle.leaf_hash, leaves))
    path = await site.read(f"/log/consistency/2/{checkpoint.size}")
    verify_consistency(
        2,
        merkle.root(leaves[:2]),
        checkpoint.size,
        checkpoint.root,
        [path[at : at + 32] for at in range(0, len(path), 32)],
    )


async def test_anchors_are_listed(site: Site) -> None:
    for _ in range(3):
        site.log.epoch(86_400)
    leaves = await site.read("/log/anchors/1")
    assert [EpochLeaf.decode(leaves[at : at + 172]).anchor_no for at in (0, 172, 344)] == [2, 3, 4]
    assert await site.read("/log/anchors/4") == b""


async def test_an_auditor_reads_what_changed(site: Site, ada: Any, ben: Any) -> None:
    for owner in (ada, ben):
        site.log.submit(owner)
    site.log.epoch()
    page = f"/log/audit/{TOKEN.hex()}/{site.log.log.size - 1}"
    body = await site.read(page)
    leaf, deltas = EpochLeaf.decode(body[:172]), decode_deltas(body[172:])
    assert (len(deltas), delta_root(deltas)) == (leaf.delta_count, leaf.delta_root)
    assert await site.read(f"{page}?from=1") == body[:172] + body[172 + 64 :]


NOT_HERE = [
    "/",
    "/log",
    "/log/",
    "/log/checkpoint/",
    "/log/checkpoint?x=1",
    "/log/tile/0/000",
    "/log/tile/0/000.p/200",
    "/log/tile/entries/001",
    "/log/tile/0/0",
    "/log/consistency/0/1",
    "/log/consistency/1/99",
    "/log/consistency/1/" + "9" * 30,
    "/log/anchors/-1",
    "/log/anchors/1x",
    f"/log/audit/{TOKEN.hex()}/99",
    f"/log/audit/{'0' * 32}/0",
    f"/log/audit/{TOKEN.hex()}/0?from=x",
    "/log/../relay.db",
    "/log/%2e%2e/relay.db",
]


@pytest.mark.parametrize("path", NOT_HERE)
async def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert await site.get(path) == (404, b"")


async def test_one_address_reads_so_much(site: Site) -> None:
    bucket = site.server._relay._rates._answers.of("127.0.0.1", site.now)
    bucket.take(site.now, LOG_ANSWERS.burst - 1)
    assert (await site.get("/log/checkpoint"))[0] == 200
    assert (await site.get("/log/checkpoint"))[0] == 404


async def test_who_wants_a_websocket_still_gets_one(site: Site) -> None:
    from websockets.asyncio.client import connect

    from doorless_protocol.frames import Answer, Call, decode_from_relay, encode

    async with connect(site.server.url, subprotocols=["doorless.1"], compression=None) as socket:  # type: ignore[list-item]
        await socket.recv()
        await socket.send(encode(Call(1, Hello())))
        data = await socket.recv()
        assert isinstance(data, bytes)
        answer = decode_from_relay(data)
    assert isinstance(answer, Answer)
    assert isinstance(answer.answered, RelayInfo)
    config = LogConfig.decode(answer.answered.config)
    assert (config, config.hash) == (site.log.config, answer.answered.config_hash)
