"""A stranger's tool audits the log from its read-only pages, and sees when they lie."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from doorless_protocol.errors import DoorlessError
from doorless_server import http_server, listener
from doorless_server.directory.answers import Answers
from doorless_server.directory.auditors import Auditors, token_hash
from doorless_server.directory.pages import page
from doorless_server.http_server import Bounds, HttpServer, Request, Response
from stranger import Audit
from stranger import __file__ as tool

TOKEN = bytes(range(16))
AUDITORS = Auditors({"ann": token_hash(TOKEN)})

Twist = Callable[[str, bytes], bytes]


@dataclass
class Site:
    """The pages of a log, as they are or as a test has them."""

    log: Any
    server: HttpServer
    twist: Twist

    def stranger(self, token: str | None = TOKEN.hex()) -> Audit:
        ed25519, mldsa44 = self.log.config.vkeys
        return Audit(self.server.url + "/log", (ed25519, mldsa44), token)

    async def audit(self, audit: Audit) -> int:
        return await asyncio.to_thread(audit.audit)


@pytest.fixture
async def site(bench: Any) -> AsyncIterator[Site]:
    async def handle(request: Request) -> Response:
        found = page(Answers(bench.log), AUDITORS, request.path, request.query)
        if found is None:
            return Response(404)
        return Response(200, made.twist(request.path, found.body))

    bound = listener.bind("127.0.0.1", 0)
    server = await http_server.serve(bound, handle, Bounds(body=0))
    made = Site(bench, server, lambda _, body: body)
    yield made
    await server.close()


def grow(bench: Any, epochs: int, ada: Any, ben: Any) -> None:
    for number in range(epochs):
        if number % 3:
            bench.epoch(7_200)  # two hours: anchors come and go
        else:
            bench.put(ada if number % 2 else ben)


async def test_a_log_that_keeps_its_rules_passes_from_the_first_epoch_on(
    site: Site, bench: Any, ada: Any, ben: Any
) -> None:
    audit = site.stranger()
    for epochs in (0, 5, 30):
        grow(bench, epochs, ada, ben)
        assert await site.audit(audit) == bench.log.published
    assert audit.state.leaf is not None
    assert audit.state.leaf.map_count == 2
    assert sum(leaf.is_anchor for leaf in audit.leaves) > 2


async def test_more_epochs_than_a_tile_holds(site: Site, bench: Any) -> None:
    for _ in range(270):
        bench.epoch()
    audit = site.stranger(token=None)
    assert await site.audit(audit) == 271
    bench.epoch()
    assert await site.audit(audit) == 272


def other_bytes(place: str) -> Twist:
    """The first byte of what a path holds, altered, or of what it says of an epoch's changes."""

    def twist(path: str, body: bytes) -> bytes:
        if place not in path or not body:
            return body
        at = 172 if place == "audit" and len(body) > 172 else len(body) // 2
        return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]

    return twist


PLACES = ["checkpoint", "config", "tile/entries", "tile/0", "anchors", "consistency", "audit"]


@pytest.mark.parametrize("place", PLACES)
async def test_a_page_that_lies_is_seen(
    place: str, site: Site, bench: Any, ada: Any, ben: Any
) -> None:
    audit = site.stranger()
    grow(bench, 2, ada, ben)
    await site.audit(audit)
    grow(bench, 3, ada, ben)
    site.twist = other_bytes(place)
    with pytest.raises(DoorlessError):
        await site.audit(audit)


async def test_a_head_that_was_signed_before_is_no_answer(
    site: Site, bench: Any, ada: Any, ben: Any
) -> None:
    audit = site.stranger()
    old = bench.log.published, Answers(bench.log).checkpoint()
    grow(bench, 4, ada, ben)
    await site.audit(audit)
    site.twist = lambda path, body: old[1] if path.endswith("checkpoint") else body
    with pytest.raises(DoorlessError):
        await site.audit(audit)


async def test_the_tool_says_in_one_line_that_all_is_as_it_signed(
    site: Site, bench: Any, ada: Any, ben: Any
) -> None:
    grow(bench, 2, ada, ben)
    keys = [key.encode() for key in bench.config.vkeys]
    command = [sys.executable, tool, site.server.url + "/log", *keys, TOKEN.hex()]
    ran = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await ran.communicate()
    assert said == b"3 epochs, 1 labels: as it signed\n"
    assert ran.returncode == 0
