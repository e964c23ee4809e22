"""Keys of messages that are still on their way.

Kept under the key that sealed their header and their number in that chain: no old chain and
no old epoch stays, and a count and an age are the only bounds. Blocks of 32 keep the copy
that a change costs small, and are what a store writes. Spec: docs/spec/04-ratchet.md §8.
"""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

from doorless_protocol.primitives import HeaderKey

MAX_HELD = 2000
"""Late keys of one session; the oldest make room. Signal's bound, too."""

MAX_CHAINS = 100
"""Chains that late keys of one session may be of; the oldest make room.

Each has a header key that every envelope is tried on which no session opens: 0.14 ms for 100,
3 ms for 2,000 chains of one key, which a hostile contact can bring about in as many turns.
"""

MAX_AGE = 14 * 86400
"""Seconds. A message later than this is given up: its key must not lie about for longer."""

BLOCK_BITS = 5

K = TypeVar("K")
V = TypeVar("V")


class LateKey(Struct, frozen=True, array_like=True, gc=False):
    """The hybrid key of one message, the label it must carry, and since when it is missed."""

    label: int
    prk: bytes
    since: int

    def __repr__(self) -> str:
        return f"LateKey(label={self.label}, since={self.since})"


Block = dict[int, LateKey]  # number -> key; all numbers have the same `number >> BLOCK_BITS`


class LateChain(Struct, frozen=True):
    """One chain of theirs. `serial` counts chains in the order in which they came."""

    serial: int
    header_key: HeaderKey
    blocks: dict[int, Block]  # number >> BLOCK_BITS -> block; oldest first

    def size(self) -> int:
        return sum(map(len, self.blocks.values()))


class Late(Struct, frozen=True):
    """All late keys of a session; chains stand under their header key's bytes, oldest first."""

    chains: dict[bytes, LateChain] = {}
    count: int = 0
    next_serial: int = 0

    def __repr__(self) -> str:
        return f"Late(count={self.count})"

    def get(self, header_key: bytes, number: int) -> LateKey | None:
        chain = self.chains.get(header_key)
        block = chain.blocks.get(number >> BLOCK_BITS) if chain else None
        return block.get(number) if block else None

    def take(self, header_key: bytes, number: int) -> "Late":
        """Without the key of this message, which is held."""
        chain, at = self.chains[header_key], number >> BLOCK_BITS
        block = {other: key for other, key in chain.blocks[at].items() if other != number}
        blocks = _replaced(chain.blocks, at, block)
        chains = _replaced(self.chains, header_key, _with(chain, blocks) if blocks else None)
        return Late(chains, self.count - 1, self.next_serial)

    def keep(self, missed: Iterable[tuple[HeaderKey, int, LateKey]]) -> "Late":
        """With these keys. Numbers rise within a chain, and the newest chain comes last."""
        chains, serial, count = dict(self.chains), self.next_serial, self.count
        copied: dict[bytes, set[int]] = {}  # blocks that are ours to write into
        for header_key, number, key in missed:
            raw, at = header_key.raw, number >> BLOCK_BITS
            if raw not in copied:
                held = chains.get(raw)
                if held is None:
                    chains[raw] = LateChain(serial, header_key, {})
                    serial += 1
                else:
                    chains[raw] = _with(held, dict(held.blocks))
                copied[raw] = set()
            blocks = chains[raw].blocks
            if at not in copied[raw]:
                blocks[at] = dict(blocks.get(at, ()))
                copied[raw].add(at)
            blocks[at][number] = key
            count += 1
        while len(chains) > MAX_CHAINS:
            count -= chains.pop(next(iter(chains))).size()
        surplus = count - MAX_HELD
        if surplus > 0:
            chains, count = _without_oldest(chains, surplus), MAX_HELD
        return Late(chains, count, serial)

    def forget(self, now: float) -> "Late":
        """Without the keys older than MAX_AGE; this very object when there are none."""
        oldest = now - MAX_AGE
        chains: dict[bytes, LateChain] = {}
        for raw, chain in self.chains.items():
            blocks = {
                at: block
                if all(key.since >= oldest for key in block.values())
                else {number: key for number, key in block.items() if key.since >= oldest}
                for at, block in chain.blocks.items()
            }
            blocks = {at: block for at, block in blocks.items() if block}
            if blocks:
                chains[raw] = _with(chain, blocks)
        count = sum(chain.size() for chain in chains.values())
        return self if count == self.count else Late(chains, count, self.next_serial)


def _with(chain: LateChain, blocks: dict[int, Block]) -> LateChain:
    return LateChain(chain.serial, chain.header_key, blocks)


def _replaced(held: dict[K, V], key: K, value: V | None) -> dict[K, V]:
    """A copy with this value in its old place, or without it where it is empty."""
    if value:
        return {**held, key: value}
    return {other: kept for other, kept in held.items() if other != key}


def _without_oldest(chains: dict[bytes, LateChain], surplus: int) -> dict[bytes, LateChain]:
    left: dict[bytes, LateChain] = {}
    for raw, chain in chains.items():
        if not surplus:
            left[raw] = chain
            continue
        blocks: dict[int, Block] = {}
        for at, block in chain.blocks.items():
            gone = min(surplus, len(block))
            surplus -= gone
            if gone < len(block):
                blocks[at] = dict(list(block.items())[gone:]) if gone else block
        if blocks:
            left[raw] = _with(chain, blocks)
    return left
