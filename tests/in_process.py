"""Commands of doorless in the process of the tests.

To start an interpreter and to stretch a passphrase costs most of what a command costs. Here no
interpreter is started, and one passphrase is stretched once for each salt, with its real cost: the
same profile opens for a real process as well.
"""

import contextlib
import functools
import io
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from doorless_client import cli, cli_waiting, key_file
from doorless_client.core import own_copies, receipts
from doorless_lab.processes import Client, Finished, Relay

stretched = functools.cache(key_file.argon2id)
"""Argon2id, computed once for each passphrase, salt and cost."""


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let commands wait for little that takes its time on purpose: what is held back leaves."""
    patch.setattr(key_file, "argon2id", stretched)
    patch.setattr(cli_waiting, "GRACE", 0.1)
    patch.setattr(receipts, "between", lambda least, most, drawn: 0.0)
    patch.setattr(own_copies, "OWN_COPY_DELAY", (1.0, 2.0))


class Here(Client):
    """A profile, whose commands run in this process."""

    def run(self, *arguments: str, says: str = "") -> Finished:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirected(out, err):
            hurry(patch)
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said(says))))
            patch.setenv("DOORLESS_PASSPHRASE", self.passphrase)
            whole = ["--profile", str(self.profile), *arguments]
            code = cli.run(whole, now=time.time, random=secrets.token_bytes)
        return Finished(code, out.getvalue(), err.getvalue())


def registered_here(folder: Path, relay: Relay, handles: Sequence[str]) -> list[Here]:
    """A profile for each of `handles`, its account made with the command line."""
    people = [Here(folder / handle) for handle in handles]
    for person, handle in zip(people, handles, strict=True):
        done = person.run("register", "--relay", relay.url, "--handle", handle)
        assert done.code == 0, done.err
    return people


@contextlib.contextmanager
def redirected(out: io.StringIO, err: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


def said(words: str) -> bytes:
    """Standard input; lone surrogates stand for bytes that are no UTF-8."""
    return words.encode("utf-8", "surrogateescape")
