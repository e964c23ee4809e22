"""export, backup, restore, keyring: a profile as a thing to keep."""

from pathlib import Path

from doorless_client.cli_parsers.common import Adder


def add_commands(command: Adder) -> None:
    export = command("export", "write a conversation to a new file, or to standard output")
    export.add_argument("contact", metavar="CONTACT")
    export.add_argument("--to", type=Path, metavar="FILE", help="a new file; never overwrites one")
    export.add_argument("--json", action="store_true", help="one JSON object a line")
    for name, help in (
        ("backup", "write contacts, settings and history to a file that the recovery words open"),
        ("restore", "take a backup in; without a profile, as a new device of its account"),
    ):
        added = command(name, help)
        added.add_argument("file", type=Path, metavar="FILE")
        added.add_argument(
            "--words-file", type=Path, metavar="F", help="file with the 24 words (else asked for)"
        )
    keyring = command("keyring", "let the system's keyring open the profile at a start, or not")
    keyring.add_argument(
        "what",
        nargs="?",
        choices=("on", "off", "status"),
        default="status",
        metavar="on|off|status",
        help="on takes the passphrase; off deletes the key there (default: say which it is)",
    )
