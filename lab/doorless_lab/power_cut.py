"""The loss of power, as a disk sees it: which states of some files may be there afterwards.

    strace ──► recorded() ──► what a program wrote, synced, created and deleted, in order
                                 │ cut anywhere
                                 ▼
    states(): what was synced is there. Of the rest nothing, all, or any part, torn at sectors.

A program writes a line to its standard output where a promise leaves it; the line comes out as
a mark between the operations, so a state can be held to the promises made before it.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Final

TRACED: Final = "openat,pwrite64,write,fdatasync,fsync,ftruncate,unlink,unlinkat"
NAMING: Final = ("create", "rename", "delete", "folder")
SECTOR: Final = 512
"""Bytes that a disk writes wholly or not at all."""

_CALL: Final = re.compile(r"(?:\d+\s+)?(\w+)\((.*)\)\s+=\s+(-?\d+)")
_STRING: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE: Final = re.compile(r"^(\d+)<([^>]*)>")


def command(trace: Path) -> list[str]:
    """What to put before a program of one thread, so that `recorded` can read `trace`."""
    return ["strace", "-y", "-xx", "-s", "1000000", "-o", str(trace), "-e", f"trace={TRACED}"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program asked of the disk, or a mark.

    Attributes:
        kind: write, truncate, create, rename, delete, folder (made), sync, or mark.
        name: of the file, from the folder on; empty for the folder itself, and for a mark.
        offset: of a write; the size that a truncation leaves.
        data: what is written, what a file was called that is renamed, or what the mark says.
    """

    kind: str
    name: str = ""
    offset: int = 0
    data: bytes = b""


def recorded(trace: Path, folder: Path) -> list[Operation]:
    """What a program did to the files of one folder, in order, with its marks."""
    with trace.open(encoding="ascii") as lines:
        return [found for line in lines if (found := _parse(line, str(folder))) is not None]


def _parse(line: str, folder: str) -> Operation | None:
    match = _CALL.match(line)
    if match is None or int(match[3]) < 0:
        return None
    call, arguments = match[1], match[2]
    strings = [bytes.fromhex(one.replace("\\x", "")) for one in _STRING.findall(arguments)]
    if call in ("openat", "unlink", "unlinkat"):
        path = strings[0].decode()
        if "O_CREAT" in arguments or call != "openat":
            kind = "create" if call == "openat" else "delete"
            return Operation(kind, path[len(folder) + 1 :]) if _is_in(path, folder) else None
        return None
    handle = _HANDLE.match(arguments)
    if handle is None:
        return None
    number, path = handle[1], _unescaped(handle[2])
    if call == "write" and number == "1":
        return Operation("mark", data=strings[0])
    if path == folder and call in ("fsync", "fdatasync"):
        return Operation("sync")
    if not _is_in(path, folder):
        return None
    return _of_a_file(call, path[len(folder) + 1 :], strings, arguments)


def _of_a_file(call: str, name: str, strings: Sequence[bytes], arguments: str) -> Operation:
    if call in ("fsync", "fdatasync"):
        return Operation("sync", name)
    last = int(arguments.rsplit(",", 1)[1])
    if call == "ftruncate":
        return Operation("truncate", name, last)
    if call == "pwrite64":
        return Operation("write", name, last, strings[0])
    raise ValueError(f"a write to {name} that this model cannot place")


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")


def _unescaped(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if "\\x" in path else path


@dataclass
class Disk:
    """What is safe, and what is only asked for."""

    files: dict[str, bytearray] = field(default_factory=dict)
    pending: list[Operation] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    """Made, and perhaps not there again."""

    def do(self, operation: Operation) -> None:
        if operation.kind == "sync":
            self._sync(operation.name)
        elif operation.kind != "mark":
            self.pending.append(operation)
            if operation.kind == "folder":
                self.folders.add(operation.name)

    def _sync(self, name: str) -> None:
        """A file's sync keeps its bytes and that it is there; a folder's, which files are in it.

        It is a folder's as well if only its own making is pending: what it is called, and that it
        is there, its own folder's sync keeps.
        """
        left = []
        for operation in self.pending:
            is_in = operation.kind in NAMING and _folder_of(operation.name) == name
            is_it = operation.name == name and operation.kind != "folder"
            if not (is_in or is_it):
                left.append(operation)
            elif operation.kind == "folder":
                self.folders.discard(operation.name)
            else:
                _apply(self.files, operation)
        self.pending = left

    def after(self, kept: Sequence[Operation]) -> dict[str, bytes]:
        """The files, if of what is pending these operations came to the disk."""
        touched = {operation.name for operation in kept}
        files = {
            name: bytearray(data) if name in touched else data for name, data in self.files.items()
        }
        for operation in kept:
            _apply(files, operation)
        gone = self.folders - touched
        return {name: bytes(data) for name, data in files.items() if _folder_of(name) not in gone}


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


def _apply(files: dict[str, bytearray], operation: Operation) -> None:
    if operation.kind == "delete":
        files.pop(operation.name, None)
        return
    if operation.kind == "folder":
        return
    if operation.kind == "rename":
        files[operation.name] = files.pop(operation.data.decode(), bytearray())
        return
    held = files.setdefault(operation.name, bytearray())
    if operation.kind == "truncate":
        del held[operation.offset :]
        held.extend(bytes(operation.offset - len(held)))
    elif operation.kind == "write":
        end = operation.offset + len(operation.data)
        held.extend(bytes(max(0, end - len(held))))
        held[operation.offset : end] = operation.data


@dataclass(frozen=True, slots=True)
class State:
    """What may be on the disk after the power went.

    Attributes:
        marks: what the program had promised by then.
    """

    files: dict[str, bytes]
    marks: tuple[bytes, ...]

    @property
    def digest(self) -> bytes:
        """The same for two states of the same files."""
        digest = blake2b(digest_size=16)
        for name, data in sorted(self.files.items()):
            digest.update(f"{name}/{len(data)}/".encode())
            digest.update(data)
        return digest.digest()


def states(
    operations: Sequence[Operation], seed: int, ways: int, wanted: Container[int] | None = None
) -> Iterator[State]:
    """For a cut after each operation, `ways` states: nothing pending kept, all of it, or some.

    Args:
        wanted: only these of them, counted from 0; each is the same whichever others are.
    """
    disk, marks, number = Disk(), list[bytes](), -1
    for operation in operations:
        disk.do(operation)
        if operation.kind == "mark":
            marks.append(operation.data)
            continue
        for way in range(ways):
            number += 1
            if wanted is None or number in wanted:
                dice = Random(f"{seed}/{number}")  # noqa: S311  a model, no secret
                yield State(disk.after(_kept(disk.pending, dice, way)), tuple(marks))


def count(operations: Sequence[Operation], ways: int) -> int:
    """How many states `states` has for them."""
    return ways * sum(operation.kind != "mark" for operation in operations)


def _kept(pending: Sequence[Operation], dice: Random, way: int) -> list[Operation]:
    if way == 0:
        return []
    if way == 1:
        return list(pending)
    kept = [operation for operation in pending if dice.random() < 0.5]
    if way % 2:
        return kept
    return [_torn(operation, dice) for operation in kept]


def _torn(operation: Operation, dice: Random) -> Operation:
    """Up to a sector's end, as a disk may leave a write."""
    if operation.kind != "write":
        return operation
    sectors = dice.randrange(len(operation.data) // SECTOR + 1)
    until = min(len(operation.data), sectors * SECTOR - operation.offset % SECTOR)
    return Operation("write", operation.name, operation.offset, operation.data[: max(0, until)])
