"""What a backup consists of: files of the relay's folder, and a list of them with their hashes.

    relay.db log.db blobs.db    copied while the relay runs
    keys/ tls/ log.config …     copied as they are
    demands/                    the demand desk's, as demands.py says
    backup.json                 written last: without it, it is no backup

`heads.db` is never in it: what was signed last must not go back with what is restored
(docs/spec/13-directory.md §5).
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

import msgspec

from doorless_server import datadir
from doorless_server.backup import demands
from doorless_server.blobs import schema as blob_schema
from doorless_server.datadir import DataError
from doorless_server.directory import opening

LIST: Final = "backup.json"

RELAY, LOG, BLOBS = datadir.DATABASE, opening.DATABASE, blob_schema.DATABASE

FOLDERS: Final = ("keys", "tls")

PLAIN: Final = (opening.CONFIG, opening.POLICY, opening.AUDITORS)

_PIECE = 1 << 20


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in LIST.

    Attributes:
        hour: when it was made, hours since 1970.
        files: by their path in the folder.
    """

    version: int
    hour: int
    files: dict[str, File]


def plain_files(folder: Path) -> Iterator[str]:
    """Those that are copied as they are: small, and written once."""
    for name in PLAIN:
        if (folder / name).is_file():
            yield name
    for inner in FOLDERS:
        for path in sorted((folder / inner).glob("*")):
            if path.is_file() and path.suffix != ".new":
                yield f"{inner}/{path.name}"


def described(path: Path) -> File:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return File(size, digest.hexdigest())


def write(folder: Path, names: list[str], hour: int) -> Bundle:
    """List these files of a folder that is whole but for the list."""
    bundle = Bundle(1, hour, {name: described(folder / name) for name in sorted(names)})
    datadir.write_once(folder / LIST, msgspec.json.format(msgspec.json.encode(bundle)))
    return bundle


def read(folder: Path) -> Bundle:
    """The list, with every file on it as it was when the backup was made.

    Raises:
        DataError: it is no backup, or damaged.
    """
    try:
        bundle = msgspec.json.decode((folder / LIST).read_bytes(), type=Bundle)
    except OSError:
        raise DataError(f"{folder} has no {LIST}: it is no backup, or was not finished") from None
    except msgspec.MsgspecError as error:
        raise DataError(f"{folder / LIST} is damaged: {error}") from None
    if bundle.version != 1:
        raise DataError(f"{folder} was made by a later version of doorless-relay: use that one")
    check(folder, bundle.files)
    return bundle


def check(folder: Path, files: Mapping[str, File]) -> None:
    """Raises DataError: a file is missing, or not what it was."""
    for name, wanted in files.items():
        if not is_ours(name):
            raise DataError(f"{folder / LIST} names {name!r}, which no backup has")
        if not (folder / name).is_file() or described(folder / name) != wanted:
            raise DataError(f"{folder / name} is not what was backed up: use another backup")


def is_ours(name: str) -> bool:
    """A path that a relay's folder has, and not one that leads elsewhere."""
    if demands.is_copied(name):
        return True
    inner, slash, file = name.rpartition("/")
    if slash:
        return inner in FOLDERS and bool(file) and file not in (".", "..")
    return name in (RELAY, LOG, BLOBS, *PLAIN)


def make_folders(root: Path, name: str) -> None:
    """Those that a file of this name lies in, below `root`, for their owner alone."""
    for inner in reversed(PurePosixPath(name).parents[:-1]):
        (root / inner).mkdir(mode=0o700, exist_ok=True)


def sync(path: Path) -> None:
    """Have a file, or what a folder lists, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
