"""recover, devices, device: the devices of an account."""

import argparse
from pathlib import Path

from doorless_client.cli_parsers.common import Adder, add_globals, add_json, add_relay


def add_commands(command: Adder) -> None:
    recover = command("recover", "restore an account from its recovery words, as a new device")
    add_relay(recover)
    recover.add_argument("--handle", required=True, metavar="NAME", help="the account's handle")
    recover.add_argument("--words-file", type=Path, metavar="F", help="file with the 24 words")
    add_json(command("devices", "list my devices"))
    device = command("device", "link, approve, remove, rename or list my devices")
    whats = device.add_subparsers(title="commands", metavar="WHAT", dest="what", required=True)

    def what(name: str, help: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = whats.add_parser(
            name, help=help, description=help, allow_abbrev=False
        )
        add_globals(added, top=False)
        return added

    link = what("link", "make this computer a device of an account that exists already")
    add_relay(link)
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
    add_json(what("list", "list my devices"))
