"""What only a person may know: what a search of the relay must not find."""

from collections.abc import Iterator

from doorless_client.core.views import Kind
from doorless_client.store.records import Own
from doorless_lab.leakscan import Marker
from doorless_lab.person import Person
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.prekey_secrets import PrekeySecrets

LEAST_TEXT = 12
"""Bytes of a text from which on it is searched for: "hello" is in every program."""


def secrets_of(person: Person) -> Iterator[Marker]:
    """Passphrase, name, recovery words, and the keys on which all others rest."""
    name, own = person.name, _own(person)
    yield person.passphrase
    yield Marker(f"display name of {name}", person.display_name.encode(), whole=True)
    yield Marker(f"recovery words of {name}", person.words.encode())
    yield Marker(f"recovery seed of {name}", person.seed)
    yield Marker(f"store key of {name}", person.store_key)
    yield Marker(f"account key of {name}", own.account_key)
    yield Marker(f"identity key of {name}", DeviceKeys.decode(own.device_keys).identity)


def other_keys_of(person: Person) -> Iterator[Marker]:
    """The other private keys of the device: each one is more to search for."""
    name, keys = person.name, DeviceKeys.decode(_own(person).device_keys)
    yield Marker(f"signing key of {name}", keys.signing.seed)
    yield Marker(f"post-quantum key of {name}", keys.kem)
    for row in person.store.prekeys.find():
        secrets = PrekeySecrets.decode(row.secrets)
        yield Marker(f"prekey of {name}", secrets.signed_prekey)
        yield Marker(f"last-resort prekey of {name}", secrets.last_resort)
        yield Marker(f"envelope key of {name}", secrets.envelope)


def _own(person: Person) -> Own:
    own = person.store.own.last()
    if own is None:
        raise ValueError(f"{person.name} has no account")
    return own


def texts_of(person: Person) -> Iterator[Marker]:
    """What was said and is on that person's screen, if it is long enough to be told from noise."""
    engine = person.messenger
    for chat in engine.chats():
        history = engine.history(chat.conversation)
        for message in history.slice(0, len(history)):
            text = message.text.encode()
            if message.kind is Kind.TEXT and len(text) >= LEAST_TEXT:
                yield Marker("a message", text, whole=True)
