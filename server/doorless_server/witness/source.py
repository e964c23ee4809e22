"""What an auditor reads of a log, over the network: its pages, and what it gives to auditors.

Nothing of it is believed here: sizes and forms alone are checked.
Spec: docs/spec/12-witness.md §6.1.
"""

import re
from collections.abc import Sequence

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import (
    DELTA_SIZE,
    LEAF_SIZE,
    MAX_DELTAS,
    EpochLeaf,
    decode_deltas,
)
from doorless_protocol.log.replay import Epoch
from doorless_protocol.log.tree import MAX_PATH
from doorless_protocol.merkle import HASH_SIZE
from doorless_server.http_client import UnreachableError, below, check_url, fetch

TIMEOUT = 4.0
"""Seconds for one page: a log that asks for a cosignature waits five."""

MAX_PAGE_BYTES = 1 << 20

_TOKEN = re.compile(r"[0-9a-f]{32}")


class Source:
    """The pages of one log.

    Args:
        url: up to and with what its paths begin with, as `https://relay.example:8443/log`.
        token: what its operator gave to this auditor, 32 hex digits.

    All methods raise UnreachableError: no page, or none of this form.
    """

    def __init__(self, url: str, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise ValueError("a token has 32 hex digits")
        self._url, self._token = check_url(url), token

    async def config(self) -> LogConfig:
        try:
            return LogConfig.decode(await self._page("config"))
        except MalformedError as error:
            raise UnreachableError(f"its configuration: {error}") from None

    async def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        page = await self._page(f"consistency/{old}/{new}")
        if len(page) % HASH_SIZE or len(page) > MAX_PATH * HASH_SIZE:
            raise UnreachableError(f"a proof of {len(page)} bytes")
        return tuple(_pieces(page, HASH_SIZE))

    async def epoch(self, number: int) -> Epoch:
        """The leaf of an epoch, and its deltas."""
        leaf, records = await self._piece(number, 0)
        while len(records) < leaf.delta_count * DELTA_SIZE <= MAX_DELTAS * DELTA_SIZE:
            again, more = await self._piece(number, len(records) // DELTA_SIZE)
            if again != leaf or not more:
                raise UnreachableError(f"the deltas of epoch {number} end early")
            records += more
        try:
            return Epoch(leaf, tuple(decode_deltas(records)))
        except MalformedError as error:
            raise UnreachableError(f"the deltas of epoch {number}: {error}") from None

    async def _piece(self, number: int, place: int) -> tuple[EpochLeaf, bytes]:
        page = await self._page(f"audit/{self._token}/{number}?from={place}")
        try:
            return EpochLeaf.decode(page[:LEAF_SIZE]), page[LEAF_SIZE:]
        except MalformedError as error:
            raise UnreachableError(f"the leaf of epoch {number}: {error}") from None

    async def _page(self, path: str) -> bytes:
        page = below(self._url, path)
        answer = await fetch("GET", page, timeout=TIMEOUT, limit=MAX_PAGE_BYTES)
        if answer.status != 200:
            raise UnreachableError(f"status {answer.status} for {path.partition('/')[0]}")
        return answer.body


def _pieces(data: bytes, size: int) -> Sequence[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
