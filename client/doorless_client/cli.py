"""The command line: what can be said, and what each outcome exits with.

Nothing heavy is imported before a command is chosen, so that `--help` is there at once.
Spec: docs/reference/cli.md.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from doorless_client.cli_parsers import (
    account,
    acts,
    chats,
    contacts,
    devices,
    files,
    keeping,
    messages,
    upkeep,
)
from doorless_client.cli_parsers.common import add_globals

if TYPE_CHECKING:
    from doorless_client.cli_context import Command

COMMANDS = {
    "register": "cli_account",
    "invite": "cli_account",
    "devices": "cli_devices",
    "device": "cli_devices",
    "recover": "cli_devices",
    "passphrase": "cli_account",
    "add": "cli_contacts",
    "contacts": "cli_contacts",
    "requests": "cli_contacts",
    "accept": "cli_contacts",
    "block": "cli_contacts",
    "unblock": "cli_contacts",
    "forget": "cli_contacts",
    "verify": "cli_contacts",
    "details": "cli_contacts",
    "send": "cli_messages",
    "receive": "cli_messages",
    "history": "cli_messages",
    "note": "cli_messages",
    "save": "cli_files",
    "react": "cli_acts",
    "edit": "cli_acts",
    "delete": "cli_acts",
    "forward": "cli_acts",
    "chats": "cli_chats",
    "pin": "cli_chats",
    "mute": "cli_chats",
    "archive": "cli_chats",
    "unread": "cli_chats",
    "name": "cli_chats",
    "timer": "cli_chats",
    "search": "cli_search",
    "saved": "cli_saved",
    "profiles": "cli_profiles",
    "settings": "cli_settings",
    "doctor": "cli_doctor",
    "relay": "cli_relay",
    "keep": "cli_keep",
    "log": "cli_log",
    "notices": "cli_notices",
    "export": "cli_export",
    "backup": "cli_backup",
    "restore": "cli_backup",
    "keyring": "cli_keyring",
    "messenger": "cli_messenger",
}
"""The module of each command; the command is its function of that name."""

GROUPS: tuple[ModuleType, ...] = (
    *(account, devices, contacts, messages, files, acts, chats),
    *(keeping, upkeep),
)
"""Each has `add_commands`; in the order that `--help` lists."""


def run(arguments: Sequence[str], now: Callable[[], float], random: Callable[[int], bytes]) -> int:
    """Do what the arguments say; returns the exit code."""
    chosen = parser().parse_args(arguments)
    from doorless_client.cli_outcome import exit_code

    def work() -> int:
        from doorless_protocol.randomness import check_random

        check_random(random)
        return _command(chosen.command)(chosen, now, random)

    return exit_code(work)


def _command(name: str) -> "Command":
    from importlib import import_module

    module = import_module(f"doorless_client.{COMMANDS[name]}")
    command: Command = getattr(module, name)
    return command


def parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="doorless",
        description="A messenger whose relay has no way in. Without a command: the messenger.",
        epilog="exit codes: 0 done, 1 failed, 2 usage, 3 refused because of a key, "
        "4 wrong passphrase or damaged profile, 5 relay unreachable (queued), "
        "6 the key log proved the relay dishonest, 7 profile in use",
        allow_abbrev=False,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    top.set_defaults(command="messenger")
    top.add_argument(
        "--plain", action="store_true", help="the messenger in lines, for screen readers and pipes"
    )
    add_globals(top, top=True)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        added.set_defaults(command=name)
        add_globals(added, top=False)
        return added

    for group in GROUPS:
        group.add_commands(command)
    return top


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; those of the commands are of this class too."""

    def error(self, message: str) -> NoReturn:
        from doorless_client.text import safe_line

        self.exit(2, f"{self.prog}: {safe_line(message, at_most=2000)}; see: {self.prog} --help\n")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"doorless {version('doorless')}{os.linesep}")
        parser.exit()
