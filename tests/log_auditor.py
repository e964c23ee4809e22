"""An audit of a key log, written from docs/spec alone: 09 §2 to §6, 12 §6 and 13 §7.

Of the project it knows the two functions that verify signatures, and nothing else; `read` gives
it what a plain GET of a path below the log's address holds. A log that is not as it signed is a
`Lied`, whatever is wrong with it. Everything is computed anew from the first epoch on.
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from doorless_protocol.log_primitives import mldsa44_verify
from doorless_protocol.primitives import ed25519_verify

Read = Callable[[str], bytes]

LEAF, DELTA, HASH, TILE = 172, 64, 32, 256


class Lied(Exception):  # noqa: N818  (that is what it says)
    """The log is not what its keys signed, or not what its rules say."""


def must(true: bool, what: str) -> None:
    if not true:
        raise Lied(what)


def digest(data: bytes) -> bytes:
    return sha256(data).digest()


def uint(data: bytes, offset: int, size: int) -> int:
    return int.from_bytes(data[offset : offset + size], "big")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


# --- RFC 9162 -----------------------------------------------------------------------------------


def tree(hashes: list[bytes]) -> bytes:
    """Of leaf hashes. §2.1.1."""
    if not hashes:
        return digest(b"")
    if len(hashes) == 1:
        return hashes[0]
    cut = 1 << (len(hashes) - 1).bit_length() - 1
    return digest(b"\1" + tree(hashes[:cut]) + tree(hashes[cut:]))


def leaf_hash(entry: bytes) -> bytes:
    return digest(b"\0" + entry)


def continues(old: int, old_root: bytes, new: int, root: bytes, proof: list[bytes]) -> bool:
    """§2.1.4.2, for sizes from 1 on of which the second is larger."""
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    first, second = old - 1, new - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    if not path:
        return False
    older = newer = path[0]
    for each in path[1:]:
        if not second:
            return False
        if first & 1 or first == second:
            older, newer = digest(b"\1" + each + older), digest(b"\1" + each + newer)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            newer = digest(b"\1" + newer + each)
        first, second = first >> 1, second >> 1
    return (older, newer, second) == (old_root, root, 0)


# --- the map ------------------------------------------------------------------------------------


def map_root(heads: dict[bytes, bytes]) -> bytes:
    """09 §4.1."""
    if not heads:
        return digest(b"")
    if len(heads) == 1:
        ((key, value),) = heads.items()
        return digest(b"\0\x20" + key + b"\x20" + value)
    keys = [int.from_bytes(key, "big") for key in heads]
    bit = 256 - (min(keys) ^ max(keys)).bit_length()
    sides: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
    for key, value in heads.items():
        sides[key[bit // 8] >> 7 - bit % 8 & 1][key] = value
    number = bytes([bit]) if bit < 128 else bytes([bit % 128 + 128, bit // 128])
    return digest(b"\1" + number + map_root(sides[0]) + map_root(sides[1]))


# --- the audit ----------------------------------------------------------------------------------


@dataclass
class Auditor:
    """Knows two verifier keys, the log's pages, and perhaps an auditor's token.

    Attributes:
        versions: of each label, by its index: how often it was written.
        anchors: the leaves of those.
    """

    read: Read
    keys: tuple[str, str]
    token: str
    size: int = 0
    root: bytes = b""
    leaves: list[bytes] = field(default_factory=list)
    heads: dict[bytes, bytes] = field(default_factory=dict)
    versions: dict[bytes, int] = field(default_factory=dict)
    anchors: list[bytes] = field(default_factory=list)

    def audit(self) -> int:
        """Everything from the first epoch on; how many there are. What was audited before is the
        beginning of it."""
        old, old_root = self.size, self.root
        origin, self.size, self.root = checkpoint(self.read("checkpoint"), self.keys)
        config = self.read("config")
        window = configuration(config, origin, self.keys)
        self.leaves = entries(self.read, self.size)
        hashes = [leaf_hash(leaf) for leaf in self.leaves]
        must(tree(hashes) == self.root, "the entries are not those that were signed")
        must(tiles(self.read, self.size) == hashes, "the tiles are not of the entries")
        must(old <= self.size, "it became shorter")
        if 0 < old < self.size:
            page = self.read(f"consistency/{old}/{self.size}")
            proof = [page[at : at + HASH] for at in range(0, len(page), HASH)]
            fits = continues(old, old_root, self.size, self.root, proof)
            must(fits, "it does not continue what it was")
            must(tree(hashes[:old]) == old_root, "it began otherwise before")
        self.heads, self.versions, self.anchors = {}, {}, []
        for epoch, leaf in enumerate(self.leaves):
            self._take(epoch, leaf, window, digest(b"kt-config/v1" + config))
        listed, page = b"", self.read("anchors/0")
        while page:
            listed += page
            page = self.read(f"anchors/{len(listed) // LEAF}")
        ours = b"".join(self.anchors)  # a log that runs may have made another one by now
        must(listed[: len(ours)] == ours, "other anchors are listed than there are")
        return self.size

    def _take(self, epoch: int, leaf: bytes, window: int, config: bytes) -> None:
        """09 §5.2 and §5.3, 12 §6.2."""
        time = uint(leaf, 12, 8)
        must(leaf[:4] == b"KTE1" and uint(leaf, 4, 8) == epoch, "not the epoch of its place")
        must(leaf[140:] == config, "another configuration")
        if epoch:
            must(time > uint(self.leaves[epoch - 1], 12, 8), "time stands still or goes back")
            before = self.anchors[-1]
            is_anchor = time // window > uint(before, 12, 8) // window
            linked = before[4:12] + leaf_hash(before)
        else:
            is_anchor, linked = True, bytes(8 + HASH)
        number = len(self.anchors) + 1 if is_anchor else 0
        must(uint(leaf, 96, 4) == number, "an anchor too many, or too few")
        must(leaf[100:140] == linked, "another anchor before it")
        self._replay(epoch, leaf)
        if is_anchor:
            self.anchors.append(leaf)

    def _replay(self, epoch: int, leaf: bytes) -> None:
        deltas = self._deltas(epoch, leaf)
        indices = [delta[:HASH] for delta in deltas]
        must(indices == sorted(set(indices)), "changes out of order")
        must(tree([leaf_hash(delta) for delta in deltas]) == leaf[60:92], "not its changes")
        for delta in deltas:
            index, commitment = delta[:HASH], delta[HASH:]
            version = self.versions[index] = self.versions.get(index, 0) + 1
            before = self.heads.get(index, bytes(HASH))
            said = b"kt-head/v1" + index + u64(version) + u64(epoch) + before + commitment
            self.heads[index] = digest(said)
        must(uint(leaf, 52, 8) == len(self.heads), "another number of labels")
        must(map_root(self.heads) == leaf[20:52], "the map does not follow from the changes")

    def _deltas(self, epoch: int, leaf: bytes) -> list[bytes]:
        deltas: list[bytes] = []
        while len(deltas) < uint(leaf, 92, 4):
            page = self.read(f"audit/{self.token}/{epoch}?from={len(deltas)}")
            must(page[:LEAF] == leaf and len(page) > LEAF, "changes that are not given")
            deltas += [page[at : at + DELTA] for at in range(LEAF, len(page), DELTA)]
        return deltas


def checkpoint(note: bytes, keys: tuple[str, str]) -> tuple[str, int, bytes]:
    """Origin, size and root, under both signatures of the log. 09 §6.1 to §6.3."""
    text, _, lines = note.partition(b"\n\n")
    text += b"\n"
    origin, size, root = text.decode().splitlines()
    signed = [line.split(" ") for line in lines.decode().splitlines()]
    for key in keys:
        name, said, public = key.split("+", 2)
        typed = b64decode(public)
        key_id = digest(name.encode() + b"\n" + typed)[:4]
        must(name == origin and key_id.hex() == said, "a key of another log")
        found = [b64decode(each) for dash, by, each in signed if (dash, by) == ("—", name)]
        (signature,) = [each[4:] for each in found if each[:4] == key_id] or [b""]
        if typed[:1] == b"\1":
            ed25519_verify(typed[1:], text, signature)
        else:
            must(typed[:1] == b"\6", "a key of another kind")
            tail = bytes(8) + u64(int(size)) + b64decode(root)
            named = bytes([len(name)]) + name.encode()
            said_of = b"subtree/v1\n\0" + named + signature[:8] + named + tail
            mldsa44_verify(typed[1:], said_of, signature[8:])
    return origin, int(size), b64decode(root)


def configuration(config: bytes, origin: str, keys: tuple[str, str]) -> int:
    """The anchor window in milliseconds; the configuration is of these keys. 09 §6.5."""
    n = config[4]
    must(config[:4] == b"KTC1" and config[5 : 5 + n].decode() == origin, "of another log")
    publics = [b64decode(key.split("+", 2)[2])[1:] for key in keys]
    must(config[5 + n : 1349 + n] == b"".join(publics), "of other keys")
    must(uint(config, 1405 + n, 2) == len(config) - 1407 - n, "longer than it says")
    return uint(config, 1381 + n, 4) * 1_000


def tile_paths(kind: str, size: int) -> list[str]:
    """09 §5.5; of fewer than a million entries."""
    full, left = divmod(size, TILE)
    names = [f"{at // 1000:03}/{at % 1000:03}" if at > 999 else f"{at:03}" for at in range(full)]
    names = [f"x{name}" if "/" in name else name for name in names]
    return [f"tile/{kind}/{name}" for name in names] + (
        [f"tile/{kind}/{full:03}.p/{left}"] if left else []
    )


def entries(read: Read, size: int) -> list[bytes]:
    data = b"".join(read(path) for path in tile_paths("entries", size))
    step = 2 + LEAF
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    must(all(uint(piece, 0, 2) == LEAF == len(piece) - 2 for piece in pieces), "no epoch leaves")
    must(len(pieces) == size, "another number of entries than was signed")
    return [piece[2:] for piece in pieces]


def tiles(read: Read, size: int) -> list[bytes]:
    data = b"".join(read(path) for path in tile_paths("0", size))
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]
