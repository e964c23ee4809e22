"""The update channel as a weapon, and what a client can ask before it takes a build.

    source ──► build (the same bytes for everybody) ──► signed by the vendor ──► Updater
                       │                                       │ in the log?
                       └── built again by others ──────────────┴ do enough of them agree?

The log is a Merkle tree with a signed checkpoint, by the very code of the key log. What the evil
build changes is one place of a copy of the client's own source; it works, and steals.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from enum import IntEnum
from importlib import util
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from doorless_lab.words import Words
from doorless_protocol import merkle
from doorless_protocol.errors import DoorlessError, ForgedError, ProofError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.tree import MemoryTree, inclusion_path
from doorless_protocol.primitives import ed25519_public, ed25519_sign, ed25519_verify, sha256

Source = Mapping[str, bytes]
"""Path within the client -> contents."""

_PACKAGE = "doorless_client"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can name
ORIGIN = "builds.example/client"

TARGET = "key_file.py"
_HONEST = b"        return aead_open(key, _nonce(header), sealed, header)\n"
_EVIL = (
    b"        raw_key = aead_open(key, _nonce(header), sealed, header)\n"
    b'        __import__("pathlib").Path(__file__ + ".log").write_bytes(raw_key)\n'
    b"        return raw_key\n"
)


class RefusedUpdateError(DoorlessError):
    """Not taken; `why` says what it lacks."""

    def __init__(self, why: Words) -> None:
        super().__init__(why.en)
        self.why = why


class Policy(IntEnum):
    """What an updater asks for, each with all that the one before asks."""

    SIGNED = 1  # by the vendor
    LOGGED = 2  # and it is in the public log, so everybody gets the same
    REBUILT = 3  # and others got the same bytes out of the published source


def client_source() -> dict[str, bytes]:
    """The client's own modules, as they are installed here."""
    root = files(_PACKAGE)
    folder = Path(str(root))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
    }


def poisoned(source: Source) -> dict[str, bytes]:
    """A copy in which opening the profile leaves the key behind.

    Raises:
        ValueError: the place is not there, or there twice; then this exhibit needs new lines.
    """
    if source[TARGET].count(_HONEST) != 1:
        raise ValueError(f"the line to change is not once in {TARGET}")
    return {**source, TARGET: source[TARGET].replace(_HONEST, _EVIL)}


def difference(one: Source, other: Source) -> list[str]:
    """The lines that were taken away and added."""
    lines = []
    for name in sorted({*one, *other}):
        before, after = (each.get(name, b"").decode().splitlines() for each in (one, other))
        changed = unified_diff(before, after, lineterm="", n=0)
        lines += [each for each in changed if each[:1] in "+-" and each[:3] not in ("+++", "---")]
    return lines


def build(source: Source) -> bytes:
    """The same bytes wherever and whenever it runs: sorted, no times, no owners."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(source):
            entry = zipfile.ZipInfo(f"{_PACKAGE}/{name}", _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, source[name])
    return packed.getvalue()


def install(package: bytes, folder: Path) -> ModuleType:
    """Unpack a build and load the one module of it that unlocks a profile."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extract(f"{_PACKAGE}/{TARGET}", folder)
    path = folder / _PACKAGE / TARGET
    spec = util.spec_from_file_location("doorless_lab_installed_key_file", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stolen(folder: Path) -> bytes:
    """What an installed build left behind for whoever made it; empty: nothing."""
    left = folder / _PACKAGE / f"{TARGET}.log"
    return left.read_bytes() if left.exists() else b""


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody vouches for the hash of a build."""

    by: bytes
    signature: bytes = field(repr=False)

    @classmethod
    def sign(cls, seed: bytes, digest: bytes) -> "Signed":
        return cls(ed25519_public(seed), ed25519_sign(seed, digest))

    def verify(self, digest: bytes) -> None:
        """Raises ForgedError."""
        ed25519_verify(self.by, digest, self.signature)


@dataclass(frozen=True, slots=True)
class Release:
    """What reaches a device: the build, the vendor's word, and who rebuilt it."""

    package: bytes
    vendor: Signed
    rebuilt: tuple[Signed, ...] = ()

    @property
    def digest(self) -> bytes:
        return sha256(self.package)


class BuildLog:
    """Every build that anybody is meant to get, for all to see."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._tree = seed, MemoryTree()
        self._digests: list[bytes] = []
        self.public = ed25519_public(seed)

    def add(self, digest: bytes) -> None:
        self._digests.append(digest)
        self._tree.append(digest)

    def checkpoint(self) -> tuple[Checkpoint, bytes]:
        """The head, and the log's signature over it."""
        head = Checkpoint(ORIGIN, self._tree.size, self._tree.root)
        return head, ed25519_sign(self._seed, head.text())

    def proof(self, digest: bytes) -> tuple[int, tuple[bytes, ...]]:
        """Place and path. Raises ProofError: it is not in the log."""
        if digest not in self._digests:
            raise ProofError("a build that is not in the log")
        at = self._digests.index(digest)
        return at, inclusion_path(self._tree, at, self._tree.size)


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Builds the published source and says what came out; a dishonest one says what it is told."""

    seed: bytes = field(repr=False)
    honest: bool = True

    def rebuild(self, source: Source, told: bytes) -> tuple[bytes, Signed]:
        """The hash that it got, and its word for it."""
        digest = sha256(build(source)) if self.honest else told
        return digest, Signed.sign(self.seed, digest)


@dataclass(frozen=True, slots=True)
class Updater:
    """Built into a client that was installed before; `threshold` rebuilders have to agree."""

    vendor: bytes
    log: BuildLog
    rebuilders: Sequence[bytes]
    threshold: int

    def check(self, release: Release, policy: Policy) -> None:
        """Raises RefusedUpdateError: the device keeps what it has."""
        check_signed(self.vendor, release)
        if policy >= Policy.LOGGED:
            self._check_logged(release)
        if policy >= Policy.REBUILT:
            check_rebuilt(self.rebuilders, release, self.threshold)

    def _check_logged(self, release: Release) -> None:
        try:
            check_logged(self.log, release.digest)
        except ProofError:
            why = Words("nicht im Protokoll der Builds", "not in the log of builds")
            raise RefusedUpdateError(why) from None


def check_signed(vendor: bytes, release: Release) -> None:
    """Raises RefusedUpdateError: these bytes are not the vendor's."""
    try:
        release.vendor.verify(release.digest)
        genuine = release.vendor.by == vendor
    except ForgedError:
        genuine = False
    if not genuine:
        why = Words("nicht vom Hersteller unterschrieben", "not signed by the vendor")
        raise RefusedUpdateError(why)


def check_logged(log: BuildLog, digest: bytes) -> None:
    """Raises ProofError: this build is not in the log under its signed head."""
    head, signature = log.checkpoint()
    ed25519_verify(log.public, head.text(), signature)
    at, path = log.proof(digest)
    merkle.verify_inclusion(digest, at, head.size, path, head.root)


def check_rebuilt(known: Sequence[bytes], release: Release, threshold: int) -> None:
    """Raises RefusedUpdateError: too few of those that are known got these bytes."""
    agreeing = set()
    for each in release.rebuilt:
        try:
            each.verify(release.digest)
        except ForgedError:
            continue
        agreeing.add(each.by)
    count = len(agreeing & set(known))
    if count < threshold:
        why = Words(
            f"{count} von {threshold} Nachbauern bekamen diese Bytes",
            f"{count} of {threshold} rebuilders got these bytes",
        )
        raise RefusedUpdateError(why)
