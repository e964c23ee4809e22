"""What the parsers of several commands take."""

import argparse
from collections.abc import Callable
from pathlib import Path

Adder = Callable[[str, str], argparse.ArgumentParser]
"""Makes the parser of a command, by its name and its help."""


def add_globals(to: argparse.ArgumentParser, *, top: bool) -> None:
    """Before or after the command: what is said after it wins."""
    default = None if top else argparse.SUPPRESS
    to.add_argument(
        "--profile",
        metavar="NAME|DIR",
        default=default,
        help="name of a profile, or its folder if it has a / in it (default: default)",
    )
    to.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="F",
        default=default,
        help="file whose first line is the passphrase (or DOORLESS_PASSPHRASE, or a prompt)",
    )


def add_json(to: argparse.ArgumentParser) -> None:
    to.add_argument("--json", action="store_true", help="one JSON object a line")


def add_relay(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--relay",
        required=True,
        metavar="RELAY",
        help="host[:port], with #KEY behind it where its operator gave you one",
    )


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError("seconds from 0 to 86400")
    return value


def count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9 or not int(text):
        raise argparse.ArgumentTypeError("a number from 1")
    return int(text)


def span(text: str) -> int:
    """Seconds, one at least."""
    from doorless_client.settings.spans import parse
    from doorless_protocol.errors import MalformedError

    try:
        seconds = parse(text)
    except MalformedError as error:
        raise argparse.ArgumentTypeError(f"it {error}") from None
    if not 0 < seconds < 2**40:
        raise argparse.ArgumentTypeError("no time at all, or longer than anybody lives")
    return seconds
