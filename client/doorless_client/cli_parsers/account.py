"""register, invite, passphrase: one's own account."""

from pathlib import Path

from doorless_client.cli_parsers.common import Adder, add_json, add_relay


def add_commands(command: Adder) -> None:
    register = command("register", "make an account, and a profile that holds it")
    add_relay(register)
    register.add_argument("--handle", required=True, metavar="NAME", help="a-z, 0-9, . _ -")
    register.add_argument(
        "--words-file", type=Path, metavar="F", help="write the recovery words here, not to stdout"
    )
    command("invite", "show my link and its QR code")
    add_json(command("profiles", "list the profiles on this computer"))
    passphrase = command("passphrase", "change the passphrase of the profile")
    passphrase.add_argument(
        "--new-passphrase-file",
        type=Path,
        metavar="F",
        help="file whose first line is the new one (or DOORLESS_NEW_PASSPHRASE, or a prompt)",
    )
