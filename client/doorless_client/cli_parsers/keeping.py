"""export, backup, restore, keyring: a profile as a thing to keep."""

from pathlib import Path

from doorless_client.cli_parsers.common import Adder


def add_commands(command: Adder) -> None:
    export = command("export", "write a conversation to a new file, or to standard output")
    export.add_argument("contact", metavar="CONTACT")
    export.add_argument("--to", type=Path, metavar="FILE", help="a new file; never overwrites one")
    export.add_argument("--json", action="store_true", help="one JSON object a line")
