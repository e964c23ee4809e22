"""Rows of a store, as plain as they can be."""

import secrets

from doorless_client.store.records import Contact, Entry


def contact(conversation: bytes, account: bytes = b"") -> Contact:
    """`account`: as the conversation, where nothing else is said."""
    return Contact(
        conversation=conversation,
        account=account or conversation,
        handle="bob",
        relay="relay.test",
        pin=b"",
        claim="",
        name="",
        trust="first-seen",
        standing="contact",
        head=b"",
        manifest=b"",
        offered=b"",
        token=b"",
        looked_up=0.0,
        introduced=False,
        added=0,
    )


def entry(
    conversation: bytes,
    place: int,
    text: str,
    kind: str = "text",
    *,
    id: bytes = b"",
    account: bytes = b"",
    mine: bool = False,
    state: int = 6,
) -> Entry:
    """`id`: drawn, where nothing else is said; `account` as of `contact`."""
    return Entry(
        conversation=conversation,
        place=place,
        id=id or secrets.token_bytes(16),
        mine=mine,
        account=account or conversation,
        device=bytes(16),
        at=1,
        received=place,
        kind=kind,
        text=text,
        chars=len(text),
        state=state,
    )
