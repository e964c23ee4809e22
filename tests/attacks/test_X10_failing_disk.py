"""X10: a disk that fails to read, write or keep something, once: after that, all looks well."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from doorless_client.store import statements
from doorless_client.store.base import FailedDiskError
from doorless_client.store.sqlcipher import open_store

KEY = bytes(range(32))
EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
FAILURES = [("fsync", 40), ("pread64", 60)]
if EVERY_POINT:
    FAILURES += [("fsync", at) for at in range(25, 90, 5)]
    FAILURES += [("pwrite64", at) for at in range(100, 400, 30)]

CLIENT = """
import os, sys
from pathlib import Path
from doorless_client.store import sqlcipher, statements
from doorless_client.store.base import StoreError
from doorless_lab.world import World
from doorless_protocol.frames import Submit

if sys.argv[2] == "again":
    statements.check_sound = lambda database: None

with World() as world:
    store = sqlcipher.open_store(Path(sys.argv[1]), bytes(range(32)), create=True)
    alice = world.person("alice", store)
    bob = world.person("bob")
    failed = ""

    def tell(what):
        os.write(1, (what + " " + failed + "\\n").encode())

    ask, acknowledge = alice.ask, alice.acknowledge

    def asking(asked):
        if isinstance(asked.request, Submit):
            tell("left")
        return ask(asked)

    alice.ask = asking
    alice.acknowledge = lambda ids: (tell("left"), acknowledge(ids))[1]
    for number in range(8):
        for step in (
            lambda: alice.add("bob"),
            lambda: bob.add("alice"),
            lambda: alice.says("bob", f"a{number}" + "x" * 3000),
            lambda: bob.says("alice", f"b{number}" + "x" * 3000),
            alice.live,
            bob.live,
        ):
            try:
                step()
            except StoreError as error:
                failed = "after " + type(error).__name__
            except Exception as error:
                failed = failed or "mistake " + repr(error)
        world.now += 3
    tell("end")
"""


@pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: no failure at a chosen call"
)
@pytest.mark.attack(
    "X10",
    "after the disk failed once, to sync or to read, nothing is sent or acknowledged any more",
    weaken={"doorless_client.store.statements.check_sound": lambda database: None},
)
@pytest.mark.parametrize(("call", "at"), FAILURES)
def test_after_the_disk_failed_nothing_leaves(tmp_path: Path, call: str, at: int) -> None:
    """A sync that failed says so once: what it did not keep, the next one does not mention."""
    inject = f"inject={call}:error=EIO:when={at}"
    path = tmp_path / "store.db"
    ran = subprocess.run(
        [
            *("strace", "-f", "--seccomp-bpf", "-o", os.devnull),
            *("-P", f"{path}-wal"),
            *("-e", f"trace={call}", "-e", inject),
            *(sys.executable, "-c", CLIENT, str(path), "once" if is_checked() else "again"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr
    *lines, end = ran.stdout.splitlines()
    assert end in ("end after FailedDiskError", "end after DamagedStoreError")
    assert set(lines) <= {"left "}, "something left after the failure"
    open_store(path, KEY).close()


def is_checked() -> bool:
    class Failed:
        failure = FailedDiskError("it failed")

    with suppress(FailedDiskError):
        statements.check_sound(Failed())
        return False
    return True
