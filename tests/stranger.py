"""A stranger's tool: audits a relay's key log from its read-only pages, knowing its two keys.

    python tests/stranger.py https://relay.example:8443/log VKEY VKEY [TOKEN]

It uses nothing of ours but the log's structures, and no client, account or database. Without a
token it holds the log to what it signed: every epoch is in it, follows the rules of time and
anchors, and the head continues an older one. With one it also replays every change.
"""

import sys
import urllib.request
from dataclasses import dataclass, field

from doorless_protocol.errors import ProofError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import LEAF_SIZE, EpochLeaf, check_step, decode_deltas
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import Node
from doorless_protocol.log.note import Note, Vkey
from doorless_protocol.log.replay import Epoch, Link, State, follow
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tiles import WIDTH, Tile, bundle, hashes
from doorless_protocol.log.tree import MemoryTree, verify_consistency

DELTA, LENGTH = 64, 2  # bytes of a change, and of an entry's length


@dataclass
class Audit:
    """What a stranger knows of a log by now. `audit` goes on from there."""

    url: str
    keys: tuple[Vkey, Vkey]
    token: str | None = None
    leaves: list[EpochLeaf] = field(default_factory=list)
    tree: MemoryTree = field(default_factory=MemoryTree)
    nodes: dict[int, Node] = field(default_factory=dict)
    links: dict[Index, Link] = field(default_factory=dict)
    state: State = field(default_factory=State)

    def audit(self) -> int:
        """Take everything up to the newest head. Raises ForgedError or ProofError: it lied."""
        old_size, old_root = self.tree.size, self.tree.root
        head = verify_log(Note.decode(self._get("checkpoint")), *self.keys)
        config = LogConfig.decode(self._get("config"))
        if tuple(config.vkeys) != self.keys:
            raise ProofError("a configuration with other keys")
        for leaf in self._entries(old_size, head.size):
            self._take(leaf, config)
        if self.tree.root != head.root:
            raise ProofError("the epochs that it gives are not those that it signed")
        if 0 < old_size < head.size:
            page = self._get(f"consistency/{old_size}/{head.size}")
            proof = [page[at : at + 32] for at in range(0, len(page), 32)]
            verify_consistency(old_size, old_root, head.size, head.root, proof)
        self._check_anchors()
        self._check_tile()
        return head.size

    def node(self, id: int) -> Node:
        return self.nodes[id]

    def _take(self, leaf: EpochLeaf, config: LogConfig) -> None:
        previous = self.leaves[-1] if self.leaves else None
        anchors = [each for each in self.leaves if each.is_anchor]
        check_step(previous, anchors[-1] if anchors else None, leaf, config)
        if self.token is not None:
            self._replay(leaf, config)
        self.leaves.append(leaf)
        self.tree.append(leaf.encode())

    def _replay(self, leaf: EpochLeaf, config: LogConfig) -> None:
        records = b""
        while len(records) < leaf.delta_count * DELTA:
            start = len(records) // DELTA
            page = self._get(f"audit/{self.token}/{leaf.epoch}?from={start}")
            if page[:LEAF_SIZE] != leaf.encode() or len(page) == LEAF_SIZE:
                raise ProofError("an epoch's changes are not given")
            records += page[LEAF_SIZE:]
        epoch = Epoch(leaf, tuple(decode_deltas(records)))
        epoch.check()
        step = follow(self.state, epoch, config, self, self.links.get)
        self.nodes.update(step.nodes)
        self.links.update(step.links)
        self.state = step.state

    def _entries(self, start: int, size: int) -> list[EpochLeaf]:
        leaves: list[EpochLeaf] = []
        for index in range(start // WIDTH, (size + WIDTH - 1) // WIDTH):
            data = self._get(Tile(None, index, min(WIDTH, size - index * WIDTH)).path)
            step = LENGTH + LEAF_SIZE
            pieces = [data[at : at + step] for at in range(0, len(data), step)]
            entries = [EpochLeaf.decode(piece[LENGTH:]) for piece in pieces]
            if bundle([entry.encode() for entry in entries]) != data:
                raise ProofError("entries that are not in their one form")
            leaves += entries
        known = start % WIDTH
        if leaves[:known] != self.leaves[start - known : start]:
            raise ProofError("other epochs than it gave before")
        return leaves[known:]

    def _check_anchors(self) -> None:
        """The shorter way that clients take leads to the same anchors."""
        ours, theirs = [each for each in self.leaves if each.is_anchor], b""
        while page := self._get(f"anchors/{len(theirs) // LEAF_SIZE}"):
            theirs += page
        if theirs != b"".join(each.encode() for each in ours):
            raise ProofError("other anchors than in the log")

    def _check_tile(self) -> None:
        tile = Tile(0, 0, min(WIDTH, self.tree.size))
        if self._get(tile.path) != hashes(self.tree, tile):
            raise ProofError("a tile of other hashes than the log's")

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=60) as answer:
            body = answer.read()
        assert isinstance(body, bytes)
        return body


def main(url: str, ed25519: str, mldsa44: str, token: str | None = None) -> None:
    audit = Audit(url.rstrip("/"), (Vkey.parse(ed25519), Vkey.parse(mldsa44)), token)
    print(f"{audit.audit()} epochs, {audit.leaves[-1].map_count} labels: as it signed")


if __name__ == "__main__":
    main(*sys.argv[1:])
