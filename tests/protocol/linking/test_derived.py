"""What two devices derive while they meet, computed again from docs/spec/11-devices.md."""

import hmac
from hashlib import sha3_256, sha256
from random import Random as Seeded

import pytest

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import ExpiredError, ForgedError, GivenUpError, MalformedError
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import SIGNATURE_SIZE, DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.linking.link import DeviceLink
from doorless_protocol.linking.meeting import Agreeing, Answering, Challenging, NewDevice, Offering
from doorless_protocol.linking.messages import Welcome, give_up, open_sealed
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.primitives import aead_open, kem768_decapsulate, parse_x25519, x25519

NOW, DAY = 1_750_000_000, 86_400
random = Seeded(12).randbytes
ACCOUNT, PRIMARY = SigningKey.draw(random), DeviceKeys.draw(random)
ID = account_id(ACCOUNT.verifying)
FIRST = Manifest.sign(ACCOUNT, [DeviceEntry.of(PRIMARY, 0)], NOW)


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """RFC 5869 §2.3."""
    out = block = b""
    for number in range(1, size // 32 + 1):
        block = hmac.digest(key, block + info + bytes((number,)), "sha256")
        out += block
    return out


def place(link: DeviceLink, step: int) -> bytes:
    return expand(link.secret, b"doorless/1 link place" + bytes((step,)), 32)


def opened(link: DeviceLink, step: int, left: bytes) -> bytes:
    key = expand(link.secret, b"doorless/1 link seal" + bytes((step,)), 32)
    return aead_open(key, left[:12], left[12:], link.commitment)


def transcript(label: bytes, *fields: tuple[bytes, bytes]) -> bytes:
    """docs/spec/01-primitives.md §4.2."""
    parts = [bytes((len(label),)), label]
    for name, value in fields:
        parts += (bytes((len(name),)), name, len(value).to_bytes(4, "big"), value)
    return sha3_256(b"".join(parts)).digest()


def shown(tls: bytes | None) -> NewDevice:
    return NewDevice.draw("büro", RelayAddress("relay.example"), tls, NOW, random)


def meet(tls: bytes | None = None) -> tuple[NewDevice, Answering, Offering, Challenging]:
    new = shown(tls)
    answering = Answering.begin(new.link, ID, "alice", random)
    offering = new.answer(answering.message, random)
    return new, answering, offering, answering.meet(offering.message, random)


def agree() -> tuple[Agreeing, Challenging]:
    _, _, offering, challenging = meet()
    return offering.agree(challenging.message, random), challenging


@pytest.mark.parametrize("tls", [None, b"\7" * 32])
def test_the_link_commits_to_the_offer_and_holds_for_four_minutes(tls: bytes | None) -> None:
    new = shown(tls)
    name, entry = "büro".encode(), DeviceEntry.of(new.keys, NOW - NOW % DAY)
    offer = new.offer.nonce + NOW.to_bytes(8, "big") + entry.encode()
    offer += bytes((len(name),)) + name + bytes(64 - len(name))
    assert new.offer.encode() == offer
    assert (len(new.offer.nonce), len(offer)) == (32, 3345)
    assert new.link.commitment == sha256(b"doorless/1 link offer" + offer).digest()
    assert (new.link.until, new.link.tls) == (NOW + 240, tls)
    assert DeviceLink.parse(new.link.encode()) == new.link


def test_each_step_is_left_at_its_place_under_its_key() -> None:
    new, answering, offering, challenging = meet()
    assert [new.link.place(step) for step in range(1, 6)] == [
        place(new.link, step) for step in range(1, 6)
    ]
    hello = opened(new.link, 1, answering.message)
    assert hello == ID + answering.hello.nonce + b"\5alice" + bytes(26)
    assert len(answering.hello.nonce) == 32
    offer = opened(new.link, 2, offering.message)
    assert offer[:-SIGNATURE_SIZE] == new.offer.encode()
    new.keys.signing.verifying.verify(Purpose.LINK, offering.transcript, offer[-SIGNATURE_SIZE:])
    assert len(opened(new.link, 3, challenging.message)) == 1120


@pytest.mark.parametrize("tls", [None, b"\7" * 32])
def test_both_ends_have_the_transcript_and_the_code(tls: bytes | None) -> None:
    new, answering, offering, challenging = meet(tls)
    expected = transcript(
        b"doorless/1 link",
        (b"relay", b"relay.example"),
        (b"tls", tls or b""),
        (b"until", (NOW + 240).to_bytes(8, "big")),
        (b"commitment", new.link.commitment),
        (b"hello", answering.hello.encode()),
        (b"offer", new.offer.encode()),
    )
    assert offering.transcript == challenging.transcript == expected
    number = int.from_bytes(sha256(b"doorless/1 link code" + expected).digest(), "big") % 10**8
    code = f"{number:08}"
    assert offering.code == challenging.code == f"{code[:4]} {code[4:]}"


def test_what_is_agreed_comes_from_both_keys_the_transcript_and_the_challenge() -> None:
    new, _, offering, challenging = meet()
    challenge = opened(new.link, 3, challenging.message)
    kem = kem768_decapsulate(new.keys.kem, challenge[:1088])
    curve = x25519(new.keys.identity, parse_x25519(challenge[1088:]))
    prk = hmac.digest(offering.transcript, kem + curve, "sha256")
    both = expand(prk, b"doorless/1 link keys" + sha256(challenge).digest(), 64)
    agreeing = offering.agree(challenging.message, random)
    for secrets in (agreeing.secrets, challenging.secrets):
        assert (secrets.agreed, secrets.welcome) == (both[:32], both[32:])
    assert opened(new.link, 4, agreeing.message) == hmac.digest(both[:32], b"agreed", "sha256")


def test_the_welcome_has_the_bytes_of_its_table() -> None:
    agreeing, challenging = agree()
    link, said = challenging.link, challenging.transcript
    entries = [*FIRST.entries, challenging.offer.entry]
    manifest = Manifest.sign(ACCOUNT, entries, NOW, after=FIRST.head)
    welcome = Welcome(PRIMARY.device, b"t" * 16, b"c" * 32, manifest)
    left = challenging.welcome(welcome, PRIMARY, random)
    inner = opened(link, 5, left)
    data = aead_open(challenging.secrets.welcome, inner[:12], inner[12:], said)
    listed = manifest.encode()
    body = PRIMARY.device + b"t" * 16 + b"c" * 32 + len(listed).to_bytes(4, "big") + listed
    signature, rest = data[len(body) :][:SIGNATURE_SIZE], data[len(body) + SIGNATURE_SIZE :]
    assert (data[: len(body)], len(data)) == (body, 28 * 1024)
    assert not any(rest)
    PRIMARY.signing.verifying.verify(Purpose.LINK, said + sha256(body).digest(), signature)
    assert agreeing.enter(left, NOW) == welcome
    with pytest.raises(ExpiredError):
        agreeing.enter(left, NOW - 400 * DAY)


def test_who_gives_up_leaves_an_empty_message() -> None:
    link = shown(None).link
    left = give_up(link, 3, random)
    assert (opened(link, 3, left), len(left)) == (b"", 12 + 16)
    with pytest.raises(GivenUpError, match="begin anew"):
        open_sealed(link, 3, left)


@pytest.mark.parametrize(
    ("size", "why"), [(0, "too short"), (27, "too short"), (28, "authenticate")]
)
def test_what_nobody_sealed_is_none(size: int, why: str) -> None:
    with pytest.raises(ForgedError, match=why):
        open_sealed(shown(None).link, 1, bytes(size))


def test_the_time_of_a_link_is_a_number_of_the_wire() -> None:
    link = shown(None).link
    text = link.encode()
    latest = text.replace(f"until={link.until}", f"until={MAX_NUMBER}")
    assert DeviceLink.parse(latest).until == MAX_NUMBER
    for wrong in (str(MAX_NUMBER + 1), "soon", "1e9", "+1", "-1", "1_0"):
        with pytest.raises(MalformedError):
            DeviceLink.parse(text.replace(str(link.until), wrong))
