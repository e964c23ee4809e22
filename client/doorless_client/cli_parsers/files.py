"""save: the file of a message. (`send --file` is in messages.py.)"""

from pathlib import Path

from doorless_client.cli_parsers.common import Adder


def add_commands(command: Adder) -> None:
    save = command("save", "fetch the file of a message, and save it")
    save.add_argument("contact", metavar="CONTACT")
    save.add_argument("message", metavar="ID", help="4 or more digits of its id, or: last")
    save.add_argument(
        "--to", type=Path, metavar="DIR", default=Path(), help="the folder (default: this one)"
    )
