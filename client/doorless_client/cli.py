"""The command line: what can be said, and what each outcome exits with.

Nothing heavy is imported before a command is chosen, so that `--help` is there at once.
Spec: docs/reference/cli.md.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

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
    "forget": "cli_contacts",
    "verify": "cli_contacts",
    "details": "cli_contacts",
    "send": "cli_messages",
    "receive": "cli_messages",
    "history": "cli_messages",
    "doctor": "cli_doctor",
    "keep": "cli_keep",
    "log": "cli_log",
    "messenger": "cli_messenger",
}
"""The module of each command; the command is its function of that name."""


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
    _add_globals(top, top=True)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        added.set_defaults(command=name)
        _add_globals(added, top=False)
        return added

    _add_account_commands(command)
    _add_device_commands(command)
    _add_contact_commands(command)
    _add_message_commands(command)
    command("doctor", "check this installation, the profile and the relay")
    _add_log_command(command)
    command("keep", "go on with this copy of the profile, where there are several")
    return top


_Adder = Callable[[str, str], argparse.ArgumentParser]


def _add_globals(to: argparse.ArgumentParser, *, top: bool) -> None:
    """Before or after the command: what is said after it wins."""
    default = None if top else argparse.SUPPRESS
    to.add_argument(
        "--profile",
        type=Path,
        metavar="DIR",
        default=default,
        help="directory of the profile (default: where the system keeps data of programs)",
    )
    to.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="F",
        default=default,
        help="file whose first line is the passphrase (or DOORLESS_PASSPHRASE, or a prompt)",
    )


def _add_json(to: argparse.ArgumentParser) -> None:
    to.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_account_commands(command: _Adder) -> None:
    register = command("register", "make an account, and a profile that holds it")
    _add_relay(register)
    register.add_argument("--handle", required=True, metavar="NAME", help="a-z, 0-9, . _ -")
    register.add_argument(
        "--words-file", type=Path, metavar="F", help="write the recovery words here, not to stdout"
    )
    command("invite", "show my link and its QR code")
    passphrase = command("passphrase", "change the passphrase of the profile")
    passphrase.add_argument(
        "--new-passphrase-file",
        type=Path,
        metavar="F",
        help="file whose first line is the new one (or DOORLESS_NEW_PASSPHRASE, or a prompt)",
    )


def _add_device_commands(command: _Adder) -> None:
    recover = command("recover", "restore an account from its recovery words, as a new device")
    _add_relay(recover)
    recover.add_argument("--handle", required=True, metavar="NAME", help="the account's handle")
    recover.add_argument("--words-file", type=Path, metavar="F", help="file with the 24 words")
    _add_json(command("devices", "list my devices"))
    device = command("device", "link, approve, remove, rename or list my devices")
    whats = device.add_subparsers(title="commands", metavar="WHAT", dest="what", required=True)

    def what(name: str, help: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = whats.add_parser(
            name, help=help, description=help, allow_abbrev=False
        )
        _add_globals(added, top=False)
        return added

    link = what("link", "make this computer a device of an account that exists already")
    _add_relay(link)
    link.add_argument("--name", required=True, help="what to call this device")
    link.add_argument(
        "--yes", action="store_true", help="do not ask here whether the code was taken there"
    )
    approve = what("approve", "on the primary: link the device that shows this link")
    shown = approve.add_mutually_exclusive_group(required=True)
    shown.add_argument("link", metavar="LINK", nargs="?")
    shown.add_argument("--image", type=Path, metavar="FILE", help="its code, as a PNG or JPEG")
    approve.add_argument("--code", metavar="DIGITS", help="the code that it shows (else asked for)")
    what("remove", "on the primary: cut a device off").add_argument("device", metavar="DEVICE")
    rename = what("rename", "on the primary: call a device something else")
    rename.add_argument("device", metavar="DEVICE")
    rename.add_argument("name", metavar="NAME")
    _add_json(what("list", "list my devices"))


def _add_relay(to: argparse.ArgumentParser) -> None:
    to.add_argument("--relay", required=True, metavar="URL", help="host[:port] or wss://…")
    to.add_argument(
        "--certificate",
        default="",
        metavar="HEX",
        help="SHA-256 of the relay's certificate, where it is self-signed",
    )


def _add_contact_commands(command: _Adder) -> None:
    add = command("add", "add a contact by address or invite link")
    add.add_argument("who", metavar="HANDLE@RELAY | LINK")
    _add_json(command("contacts", "list contacts"))
    _add_json(command("requests", "list who wrote without being a contact"))
    for name, help in (
        ("accept", "accept a request, or the new keys of a contact"),
        ("block", "hear no more from a contact or a request"),
        ("forget", "delete a contact and its history from this computer"),
    ):
        command(name, help).add_argument("contact", metavar="CONTACT")
    details = command("details", "show what is known of a contact, and what is not")
    details.add_argument("contact", metavar="CONTACT")
    _add_json(details)
    verify = command("verify", "show or confirm the safety number of a contact")
    verify.add_argument("contact", metavar="CONTACT")
    how = verify.add_mutually_exclusive_group()
    how.add_argument(
        "--number",
        metavar="NUMBER",
        help="mark verified, if these are the 60 digits, the 20 words, or the text of their code",
    )
    how.add_argument(
        "--image", type=Path, metavar="FILE", help="the same, from a PNG or JPEG of their code"
    )
    how.add_argument("--show", action="store_true", help="show the number (the default)")


def _add_message_commands(command: _Adder) -> None:
    send = command("send", "send a text, and wait until the relay has it")
    send.add_argument("to", metavar="TO")
    send.add_argument("text", metavar="TEXT", help="the text, or - for standard input")
    receive = command("receive", "print what arrived and was not seen yet")
    receive.add_argument(
        "--wait", type=_seconds, metavar="SECONDS", default=0.0, help="for something to arrive"
    )
    receive.add_argument("--follow", action="store_true", help="go on until interrupted")
    _add_json(receive)
    history = command("history", "print a conversation, oldest first")
    history.add_argument("contact", metavar="CONTACT")
    history.add_argument("--limit", type=_count, metavar="N", help="the newest N alone")
    _add_json(history)


def _add_log_command(command: _Adder) -> None:
    log = command("log", "what was checked of the relay's key log, and what it was caught at")
    log.add_argument(
        "what",
        choices=("status", "check", "evidence"),
        metavar="status|check|evidence",
        help="what is known; look now; what it was caught at",
    )
    log.add_argument(
        "number",
        nargs="?",
        type=_count,
        default=0,
        metavar="ALARM",
        help="of evidence: this alarm alone",
    )
    log.add_argument(
        "--export", type=Path, metavar="FILE", help="of evidence: write the proof of an alarm"
    )
    _add_json(log)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError("seconds from 0 to 86400")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9 or not int(text):
        raise argparse.ArgumentTypeError("a number from 1")
    return int(text)


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
