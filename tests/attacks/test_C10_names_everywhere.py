"""C10, T14: names of others are harmless in everything that commands and plain mode print."""

import ast
import asyncio
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from doorless_client import cli
from doorless_client.opening import open_profile
from doorless_lab.processes import PASSPHRASE, Client, running_relay
from in_process import Here, registered_here

NAME = "\x1b[2J\u202eevil\x07\u200b[b]\n>"
FILE = "\x1b]0;x\x07\u202etxt.exe"
TEXT = "look\n!!! ALARM 1\r\x9b2J"
CLIENT = Path(cli.__file__).parent
WEAKEN = {"doorless_client.text.neutralise": lambda text: text}

SURFACES = (
    ["chats"],
    ["chats", "--json"],
    ["contacts"],
    ["contacts", "--json"],
    ["requests"],
    ["details", "bob"],
    ["details", "bob", "--json"],
    ["history", "bob", "--ids"],
    ["history", "bob", "--json"],
    ["search", "look"],
    ["search", "look", "--json"],
    ["verify", "bob"],
    ["devices"],
    ["log", "status"],
    ["log", "evidence"],
    ["settings"],
    ["invite"],
    ["pin", "bob"],
    ["name", "bob", NAME],
    ["chats"],
    ["--plain"],
)
LINES = ("/list", "/open bob", "/details", "/search look", "/info 1", "/links 1", "/requests")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice's profile, after Bob told her his name, said something and sent a file."""
    folder = tmp_path_factory.mktemp("C10")
    with running_relay(folder) as relay:
        alice, bob = registered_here(folder, relay, ["alice", "bob"])
        asyncio.run(call(bob, NAME))
        assert alice.run("add", f"bob@{relay.name}").code == 0
        assert alice.run("send", "bob", "hello").code == 0
        assert bob.run("receive").code == 0
        assert bob.run("accept", "alice").code == 0
        hostile = folder / FILE
        hostile.write_bytes(b"x")
        assert bob.run("send", "alice", "-", says=TEXT).code == 0
        assert bob.run("send", "alice", "--file", str(hostile)).code == 0
        received = alice.run("receive")
        assert received.code == 0
        check_harmless(received.out + received.err)
    return folder / "alice"


async def call(client: Client, name: str) -> None:
    """Change the display name, past whatever a program of ours would refuse."""
    opened = await open_profile(client.profile, PASSPHRASE, time.time, secrets.token_bytes)
    settings = opened.messenger.settings
    opened.messenger.change_settings(msgspec.structs.replace(settings, name=name))
    await opened.close()


def printed(profile: Path, arguments: list[str]) -> str:
    """What a command prints, run in this process so that a twin can weaken it."""
    done = Here(profile).run(*arguments, says="\n".join(LINES))
    assert done.code in (0, 1, 5)
    return done.out + done.err


def check_harmless(text: str) -> None:
    for character in text:
        if character != "\n":
            assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [line for line in text.splitlines() if line.startswith(("!!! ALARM 1", ">"))]


@pytest.mark.attack(
    "C10", "names, file names and texts of others are glyphs in every output", weaken=WEAKEN
)
def test_names_are_harmless_on_every_surface(told: Path, tmp_path: Path) -> None:
    profile = tmp_path / "alice"
    shutil.copytree(told, profile)
    whole = ""
    for arguments in SURFACES:
        out = printed(profile, arguments)
        check_harmless(out)
        whole += out
    assert "␛[2J" in whole
    assert "evil" in whole
    assert "exe" in whole


# --- nothing else prints -------------------------------------------------------------------------

MAY_WRITE = {"cli_output.py", "cli_outcome.py", "cli.py"}
"""`line` and `complain`, which neutralise; and the version, which is ours."""

OF_OURS = {"cli_files.py", "cli_patience.py", "cli_devices.py"}
"""Percentages, seconds and questions on standard error: no word of anybody else."""


def writers(source: str) -> Iterator[str]:
    """Whatever in a source writes to standard output or error by itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id == "print":
            yield f"print, line {node.lineno}"
        if isinstance(node, ast.Attribute) and node.attr in ("write", "writelines", "buffer"):
            stream = ast.unparse(node.value)
            if stream in ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"):
                yield f"{stream}.{node.attr}, line {node.lineno}"


def test_commands_print_through_one_door() -> None:
    files = [*CLIENT.glob("cli*.py"), *CLIENT.glob("plain/*.py"), *CLIENT.glob("cli_parsers/*.py")]
    assert len(files) > 30
    for path in files:
        if path.name not in MAY_WRITE | OF_OURS:
            assert list(writers(path.read_text())) == [], path.name


def test_the_door_is_watched_by_a_check_that_can_fail() -> None:
    assert len(list(writers("print(1)\nsys.stdout.write('x')\nsys.stdout.isatty()"))) == 2
    assert list(writers("out = sys.stderr.buffer"))
