"""Conversations and messages for a store whose words are looked for."""

import secrets

from doorless_client.store.records import Contact, Entry


def contact(key: bytes) -> Contact:
    return Contact(
        conversation=key,
        account=key,
        handle="",
        relay="",
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


def entry(key: bytes, place: int, text: str, kind: str = "text") -> Entry:
    return Entry(
        conversation=key,
        place=place,
        id=secrets.token_bytes(16),
        mine=False,
        account=key,
        device=bytes(16),
        at=0,
        received=place,
        kind=kind,
        text=text,
        chars=len(text),
        state=6,
    )
