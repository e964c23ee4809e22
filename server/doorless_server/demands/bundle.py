"""A production bundle on the disk: all of it under its name, or nothing.

    out/ID/response.json    the answer          out/ID/records.json   rows as held
    out/ID/response.html    the same to read    out/ID/ciphertext/    envelopes as held
    out/ID/manifest.json    name, size and SHA-256 of every other file

Spec: docs/spec/19-demands.md §8.
"""

import hashlib
import os
import shutil
from pathlib import Path

import msgspec

from doorless_server import datadir
from doorless_server.demands.disclosure import File, Listed

MANIFEST = "manifest.json"


class BundleError(Exception):
    """What lies there is not what was answered. Stop, and restore it from a copy."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every file of the bundle but the manifest itself, by name."""

    demand_id: str
    simulation: bool
    files: tuple[Listed, ...]

    def encode(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @property
    def sha256(self) -> str:
        """By which the ledger knows the bundle."""
        return hashlib.sha256(self.encode()).hexdigest()


def write(
    folder: Path,
    demand_id: str,
    files: tuple[File, ...],
    sealed: tuple[Listed, ...] = (),
    spool: Path | None = None,
    *,
    simulation: bool,
) -> Manifest:
    """Write a bundle that is not there yet; it is on the disk when this returns.

    Args:
        sealed: files that lie in `spool` already, on the same disk; they are moved.

    Raises OSError: nothing is there under its name.
    """
    made = (Listed(one.name, len(one.data), one.sha256) for one in files)
    listed = sorted((*made, *sealed), key=lambda one: one.name)
    manifest = Manifest(demand_id, simulation, tuple(listed))
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for file in (*files, File(MANIFEST, manifest.encode())):
        path = draft / file.name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write(path, file.data)
    if spool is not None:
        _move(sealed, spool, draft)
    for inner in {(draft / one.name).parent for one in listed} | {draft}:
        datadir.sync_names(inner)
    draft.rename(folder)
    datadir.sync_names(folder.parent)
    return manifest


def read(folder: Path) -> Manifest | None:
    """The manifest of a bundle whose files are all as it says. None: there is no bundle.

    Raises BundleError: a file is missing, another one, or one too many.
    """
    if not folder.exists():
        return None
    try:
        data = (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(data, type=Manifest)
        there = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
        }
        if there != {MANIFEST, *(one.name for one in manifest.files)}:
            raise BundleError(f"{folder} has other files than its manifest names")
        for listed in manifest.files:
            with (folder / listed.name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != listed.sha256:
                    raise BundleError(f"{folder / listed.name} is not what was written")
    except (OSError, msgspec.DecodeError) as error:
        raise BundleError(f"{folder} cannot be read: {error}") from None
    if manifest.encode() != data:
        raise BundleError(f"{folder / MANIFEST} is not what was written")
    return manifest


def sweep(folder: Path) -> None:
    """Delete what processes left that ended while they wrote bundles here: drafts, and spools.

    For who is alone at the desk. No bundle's name begins with a full stop (docs/spec/19-demands.md
    §2), and every draft's does.
    """
    for draft in folder.glob(".*"):
        if draft.is_dir() and not draft.is_symlink():  # a file is somebody else's
            shutil.rmtree(draft)


def _move(sealed: tuple[Listed, ...], spool: Path, draft: Path) -> None:
    for one in sealed:
        path = draft / one.name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _sync(spool / one.name)
        (spool / one.name).rename(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
