"""react, edit, delete, forward: what is done with a message."""

import argparse

from doorless_client.cli_parsers.common import Adder


def add_commands(command: Adder) -> None:
    react = _of_message(command, "react", "react to a message with one emoji")
    what = react.add_mutually_exclusive_group(required=True)
    what.add_argument("emoji", metavar="EMOJI", nargs="?")
    what.add_argument("--off", action="store_true", help="take the reaction back")
    edit = _of_message(command, "edit", "say something else in a message of yours")
    edit.add_argument("text", metavar="TEXT", help="the text, or - for standard input")
    delete = _of_message(command, "delete", "delete a message here, or for everyone")
    delete.add_argument("--everyone", action="store_true", help="take back what you said")
    forward = _of_message(command, "forward", "say a message in another conversation")
    forward.add_argument("to", metavar="TO")


def _of_message(command: Adder, name: str, help: str) -> argparse.ArgumentParser:
    added = command(name, help)
    added.add_argument("contact", metavar="CONTACT")
    added.add_argument("message", metavar="ID", help="4 or more digits of its id, or: last")
    return added
