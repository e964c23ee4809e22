"""Whom the person means: by what they typed, among those they know or as an address."""

from collections.abc import Sequence

from doorless_client.core.api import RefusedError
from doorless_client.core.shelf_rows import is_note
from doorless_client.store.records import Contact
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import Address, InviteLink, parse_pinned

LINK_PREFIX = "doorless:"


def find_contact(held: Sequence[Contact], words: str, ours: Address) -> Contact:
    """By address, handle, claimed address, or the beginning of an account id; ours is the notes.

    Raises:
        RefusedError: nobody is called so, or several are.
    """
    if words and (found := _find(held, words)):
        return found
    if words in (str(ours), ours.handle):
        return _note(held)
    small = words.lower()
    if small != words and _find(held, small):
        raise RefusedError(f"no contact is called so: handles are in small letters, '{small}'?")
    raise RefusedError("no contact is called so: add them first")


def _note(held: Sequence[Contact]) -> Contact:
    for contact in held:
        if is_note(contact):
            return contact
    raise RefusedError("that is you: your first note to yourself begins with doorless note")


def _find(held: Sequence[Contact], words: str) -> Contact | None:
    for found in (
        [contact for contact in held if words == f"{contact.handle}@{contact.relay}"],
        [contact for contact in held if words == contact.handle],
        [contact for contact in held if words == contact.claim],
        [contact for contact in held if words == contact.claim.partition("@")[0]],
        [contact for contact in held if _begins(contact.account, words)],
        [contact for contact in held if _begins(contact.conversation, words)],
    ):
        if len(found) > 1:
            raise RefusedError("several contacts are called so: give the whole address")
        if found:
            return found[0]
    return None


def parse_address(text: str) -> tuple[Address, InviteLink | None, bytes]:
    """`handle@relay`, also with `#` and the relay's fingerprint, or an invite link.

    Returns:
        The address, the link if it was one, and the fingerprint that is named, b"" without one.

    Raises:
        RefusedError: it is neither.
    """
    words = text.strip()
    try:
        if not words.startswith(LINK_PREFIX):
            handle, at, relay = words.partition("@")
            home, named = parse_pinned(relay)
            return Address.parse(f"{handle}{at}{home}"), None, named
        link = InviteLink.parse(words)
        return Address(link.handle, link.relay), link, link.tls or b""
    except MalformedError as error:
        raise RefusedError(f"that is neither handle@relay nor an invite link: {error}") from None


def _begins(id: bytes, words: str) -> bool:
    """At least 8 hexadecimal digits, so that nobody is meant by accident."""
    return len(words) >= 8 and id.hex().startswith(words.lower())
