"""add, contacts, requests, accept, block, forget, details, verify: the people."""

from pathlib import Path

from doorless_client.cli_parsers.common import Adder, add_json


def add_commands(command: Adder) -> None:
    add = command("add", "add a contact by address or invite link")
    add.add_argument("who", metavar="HANDLE[@RELAY] | LINK")
    contacts = command("contacts", "list contacts")
    contacts.add_argument("--blocked", action="store_true", help="those alone who are blocked")
    add_json(contacts)
    add_json(command("requests", "list who wrote without being a contact"))
    for name, help in (
        ("accept", "accept a request, or the new keys of a contact"),
        ("unblock", "hear again from somebody who is blocked"),
        ("forget", "delete a contact and its history from this computer"),
    ):
        command(name, help).add_argument("contact", metavar="CONTACT")
    block = command("block", "hear no more from a contact or a request; nobody is told")
    block.add_argument("contact", metavar="CONTACT")
    block.add_argument("--delete", action="store_true", help="delete what was said, too")
    details = command("details", "show what is known of a contact, and what is not")
    details.add_argument("contact", metavar="CONTACT")
    add_json(details)
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
