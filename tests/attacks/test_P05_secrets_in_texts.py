"""P05: a secret in the text of an error, a repr or a log line."""

import base64
import logging
import traceback
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec
import pytest
from fuzz.conversations import ALICE, BOB, NOW, SPEAKER, TALKING, TEXT
from fuzz.harness import mutations
from fuzz.identities import ACCOUNT, DEVICES, SECRETS
from fuzz.people import PASSPHRASE, RAW_KEY
from fuzz.targets import TARGETS

from doorless_lab.pair import meet
from doorless_protocol.errors import DoorlessError, MalformedError
from doorless_protocol.handshake import Agreed, PrekeyPrivates
from doorless_protocol.invite import InviteLink, RelayAddress
from doorless_protocol.keys import AccountId
from doorless_protocol.prekey_secrets import PrekeySecrets
from doorless_protocol.primitives import AgreementKey, DecapsulationKey, HeaderKey
from doorless_protocol.ratchet.triple import Seeds
from doorless_protocol.session import open_any

PIECE = 8
"""Bytes: so much of a secret, in any of the forms below, is a leak."""

PUBLIC = {
    *("public", "theirs", "theirs_", "outgoing", "incoming", "id", "origin", "link", "field"),
    *("our_account", "our_device", "their_account", "their_device", "envelope_key", "info"),
    *("front", "unanswered", "verifying", "device", "mailbox", "bundle_id", "bundle_hash"),
    *("signed_prekey_id", "last_resort_id", "envelope_id", "manifest", "address", "account"),
    *("config", "tls", "session_id", "header", "envelope"),
}
"""Fields that hold nothing to hide."""

RANDOM = iter(range(10**9))


def drawn(size: int) -> bytes:
    """Bytes that stand nowhere else."""
    return b"".join(next(RANDOM).to_bytes(4, "big") + b"\xa5\x5a\xc3\x3c" for _ in range(size))[
        :size
    ]


def secrets(value: Any) -> Iterator[bytes]:
    """Every secret that is in a value, however deep."""
    match value:
        case bytes() if len(value) >= 16:
            yield value
        case dict():
            for key, each in value.items():
                yield from (*secrets(key), *secrets(each))
        case tuple() | list():
            for each in value:
                yield from secrets(each)
        case HeaderKey() | AgreementKey() | DecapsulationKey():
            yield value.raw
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from secrets(getattr(value, name)) if name not in PUBLIC else ()
        case _ if is_dataclass(value):
            for each in fields(value):
                yield from secrets(getattr(value, each.name)) if each.name not in PUBLIC else ()


def forms(secret: bytes) -> Iterator[str]:
    """How a piece of it may stand in a text."""
    for at in range(0, len(secret) - PIECE + 1, PIECE):
        piece = secret[at : at + PIECE]
        if len(set(piece)) < PIECE // 2:
            continue  # zeros, and what else stands everywhere
        yield piece.hex()
        yield repr(piece)[2:-1]
        yield repr(list(piece))[1:-1]
        yield base64.b64encode(piece[: PIECE // 3 * 3]).decode()


def leaks(text: str, hidden: list[bytes]) -> list[str]:
    return [form for secret in hidden for form in forms(secret) if form in text]


def values() -> Iterator[Any]:
    """One of each kind that holds a secret, and all that is in a session, in each of its states."""
    yield from (ACCOUNT, *DEVICES, SECRETS, SECRETS.pairs[0], ALICE.us)
    yield PrekeyPrivates(SECRETS.signed_prekey, SECRETS.pairs[0].curve, SECRETS.last_resort)
    yield from (Agreed(bytes(32), drawn(160)), Seeds.split(drawn(160)))
    yield from (HeaderKey(drawn(32)), AgreementKey(drawn(32)), DecapsulationKey(drawn(64)))
    yield InviteLink(RelayAddress("relay.example"), "alice", AccountId(bytes(32)), token=drawn(16))
    alice, bob = meet(ALICE, BOB, NOW, TALKING[0].random)
    contact = ALICE.contact(BOB, NOW, alice.random).seal(TEXT, alice.random)[1]
    yield BOB.accept(BOB.unseal(contact), NOW)
    for _ in range(8):
        for hearer, speaker in ((bob, alice), (alice, bob)):
            speaker.says(TEXT)  # is passed over
            envelope = speaker.says(TEXT)
            yield open_any([hearer.session], envelope, NOW, hearer.identity)
            hearer.hears(envelope)
            yield speaker
            for talker in (speaker, hearer):
                yield from parts_of(talker.session)


def parts_of(value: Any) -> Iterator[Any]:
    """The value, and every value in it."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from parts_of(getattr(value, name))
    elif isinstance(value, dict):
        for each in value.values():
            yield from parts_of(each)


def told(secrets_: PrekeySecrets) -> str:
    return f"PrekeySecrets(signed_prekey={secrets_.signed_prekey!r})"


@pytest.mark.attack(
    "P05",
    "no value that holds a secret shows it when it is printed or formatted",
    weaken={"doorless_protocol.prekey_secrets.PrekeySecrets.__repr__": told},
)
def test_no_value_shows_its_secrets() -> None:
    kinds = set()
    for value in values():
        hidden = list(secrets(value))
        for text in (repr(value), str(value), f"{value}", f"{[value]}", f"{value!a}"):
            assert leaks(text, [*hidden, TEXT]) == [], type(value).__name__
        kinds.add(type(value).__name__)
    assert {"Session", "Keys", "Chain", "LateKey", "Auth", "Offering", "Answering"} <= kinds


def test_the_search_sees_a_secret_in_each_form() -> None:
    hidden = [drawn(32)]
    for text in (hidden[0].hex(), repr(hidden[0]), repr(list(hidden[0]))):
        assert leaks(text, hidden)
    assert leaks(base64.b64encode(hidden[0][:6]).decode(), hidden)
    assert not leaks("a text", hidden)


def talkative(decoder: Any, data: bytes) -> Any:
    """Say what could not be decoded."""
    raise MalformedError(f"part of a session that is not in its form: {data!r}")


@pytest.mark.attack(
    "P05",
    "no refusal, its traceback or a log line holds a key or a plaintext, whatever was refused",
    weaken={"doorless_protocol.snapshot._decode": talkative},
)
def test_no_refusal_tells_a_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    texts: list[str] = []
    begin = DoorlessError.__init__

    def recorded(error: DoorlessError, *words: object) -> None:
        begin(error, *words)
        texts.append(f"{error} {error!r}")

    monkeypatch.setattr(DoorlessError, "__init__", recorded)
    caplog.set_level(logging.DEBUG)
    for target in TARGETS.values():
        for data in (*target.seeds, *mutations(target, 60, seed=5)):
            try:
                target.check(data)
            except DoorlessError:
                texts.append(traceback.format_exc())
    hidden = [
        *(secret for value in (ACCOUNT, *DEVICES, SECRETS) for secret in secrets(value)),
        *secrets(SPEAKER.session),
        *(TEXT, RAW_KEY, PASSPHRASE.encode()),
    ]
    assert len(texts) > 300
    said = "\n".join((*texts, caplog.text))
    assert leaks(said, hidden) == []
    assert TEXT.decode() not in said
    assert PASSPHRASE not in said


def test_rows_that_hold_keys_print_nothing() -> None:
    from doorless_client.store.records import Own, Prekeys, SessionPart

    for kind in (Own, Prekeys, SessionPart):
        marker = "marker-" + "x" * 9
        row = kind(**dict.fromkeys(kind.__struct_fields__, marker))
        assert marker not in repr(row)
        assert marker not in str(row)
