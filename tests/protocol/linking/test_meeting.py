"""Five messages: both ends see the same code, and nothing altered, short or long is taken."""

from dataclasses import replace
from random import Random as Seeded

import pytest

from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import SIGNATURE_SIZE, DeviceKeys, SigningKey, account_id
from doorless_protocol.linking.meeting import Agreeing, Answering, Challenging, NewDevice, Offering
from doorless_protocol.linking.messages import (
    AGREED,
    HELLO,
    OFFER,
    WELCOME,
    WELCOME_SIZE,
    Hello,
    Offer,
    Welcome,
    open_sealed,
    seal,
    seal_with,
)
from doorless_protocol.manifest import DeviceEntry, Manifest

NOW = 1_750_000_000
random = Seeded(11).randbytes
ACCOUNT, PRIMARY = SigningKey.draw(random), DeviceKeys.draw(random)
ID = account_id(ACCOUNT.verifying)
FIRST = Manifest.sign(ACCOUNT, [DeviceEntry.of(PRIMARY, 0)], 0)


def shown(name: str = "laptop") -> NewDevice:
    return NewDevice.draw(name, RelayAddress("relay.example"), None, NOW, random)


def met() -> tuple[Offering, Challenging]:
    new = shown()
    answering = Answering.begin(new.link, ID, "alice", random)
    offering = new.answer(answering.message, random)
    return offering, answering.meet(offering.message, random)


def agreed() -> tuple[Agreeing, Challenging]:
    offering, challenging = met()
    return offering.agree(challenging.message, random), challenging


def second(entry: DeviceEntry) -> Manifest:
    return Manifest.sign(ACCOUNT, [*FIRST.entries, entry], 0, after=FIRST.head)


def welcomed(challenging: Challenging, manifest: Manifest, keys: DeviceKeys = PRIMARY) -> bytes:
    welcome = Welcome(keys.device, bytes(16), bytes(32), manifest)
    return challenging.welcome(welcome, keys, random)


def test_both_ends_show_the_same_code_and_it_is_another_one_each_time() -> None:
    (offering, challenging), (other, _) = met(), met()
    assert offering.code == challenging.code != other.code
    first, second = offering.code.split()
    assert (len(first), len(second)) == (4, 4)
    assert (first + second).isdecimal()


def test_the_whole_way_ends_with_the_manifest_that_lists_the_device() -> None:
    agreeing, challenging = agreed()
    challenging.check_agreed(agreeing.message)
    manifest = second(challenging.offer.entry)
    welcome = agreeing.enter(welcomed(challenging, manifest), NOW)
    assert welcome.manifest == manifest
    assert welcome.primary == PRIMARY.device


@pytest.mark.parametrize("wrong", ["account", "entry", "signer", "unlisted"])
def test_a_welcome_of_anybody_else_is_refused(wrong: str) -> None:
    agreeing, challenging = agreed()
    entry, keys, account = challenging.offer.entry, PRIMARY, ACCOUNT
    if wrong == "entry":
        entry = replace(entry, mailbox=PRIMARY.device)
    if wrong == "account":
        account = SigningKey.draw(random)
        first = Manifest.sign(account, FIRST.entries, 0)
        manifest = Manifest.sign(account, [*first.entries, entry], 0, after=first.head)
    elif wrong == "unlisted":
        manifest = FIRST
    else:
        manifest = second(entry)
    if wrong == "signer":
        keys = replace(DeviceKeys.draw(random), device=PRIMARY.device)
    with pytest.raises(ForgedError):
        agreeing.enter(welcomed(challenging, manifest, keys), NOW)


@pytest.mark.parametrize("step", ["hello", "offer", "challenge", "agreed", "welcome"])
@pytest.mark.parametrize("change", ["flip", "cut", "more", "empty"])
def test_no_altered_message_is_taken(step: str, change: str) -> None:
    new = shown()
    answering = Answering.begin(new.link, ID, "alice", random)
    offering = new.answer(answering.message, random)
    challenging = answering.meet(offering.message, random)
    agreeing = offering.agree(challenging.message, random)
    welcome = welcomed(challenging, second(offering.entry))

    def altered(message: bytes) -> bytes:
        return {
            "flip": message[:40] + bytes((message[40] ^ 1,)) + message[41:],
            "cut": message[:-1],
            "more": message + b"\0",
            "empty": b"",
        }[change]

    takes = {
        "hello": lambda: new.answer(altered(answering.message), random),
        "offer": lambda: answering.meet(altered(offering.message), random),
        "challenge": lambda: offering.agree(altered(challenging.message), random),
        "agreed": lambda: challenging.check_agreed(altered(agreeing.message)),
        "welcome": lambda: agreeing.enter(altered(welcome), NOW),
    }
    with pytest.raises(DoorlessError):
        takes[step]()


def test_a_message_of_one_step_or_link_is_none_of_another() -> None:
    new, other = shown(), shown()
    answering = Answering.begin(new.link, ID, "alice", random)
    with pytest.raises(ForgedError):
        answering.meet(answering.message, random)
    with pytest.raises(ForgedError):
        other.answer(answering.message, random)


def test_a_welcome_does_not_tell_how_many_devices_there_are() -> None:
    agreeing, challenging = agreed()
    few = welcomed(challenging, second(challenging.offer.entry))
    more = Manifest.sign(
        ACCOUNT,
        [DeviceEntry.of(DeviceKeys.draw(random), 0) for _ in range(6)],
        0,
        after=FIRST.head,
    )
    assert len(few) == len(welcomed(challenging, more))
    assert len(few) > WELCOME_SIZE
    assert agreeing.offering.entry == challenging.offer.entry


@pytest.mark.parametrize("name", ["", "x" * 65, "é" * 33])
def test_a_name_that_does_not_fit_is_a_mistake_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match="name of"):
        shown(name)


@pytest.mark.parametrize("name", ["x", "x" * 64, "é" * 32])
def test_a_name_may_be_a_letter_or_a_line(name: str) -> None:
    offer = shown(name).offer
    assert Offer.decode(offer.encode()) == offer


def test_what_is_inside_has_one_form() -> None:
    new = shown()
    hello, offer = Hello(ID, bytes(32), "alice"), new.offer
    assert Hello.decode(hello.encode()) == hello
    assert Offer.decode(offer.encode()) == offer
    assert len(hello.encode()) == 96
    assert len(offer.encode()) == 3345
    for broken in (
        hello.encode()[:-1] + b"x",
        hello.encode() + b"\0",
        hello.encode()[:64] + b"\0" * 32,
        hello.encode()[:64] + b"\1\xff".ljust(32, b"\0"),
    ):
        with pytest.raises(MalformedError):
            Hello.decode(broken)
    upper = Hello.decode(hello.encode())
    sealed = seal(new.link, HELLO, upper.encode(), random)
    assert open_sealed(new.link, HELLO, sealed) == hello.encode()


def test_an_offer_that_the_link_does_not_name_is_refused_whoever_signed_it() -> None:
    new, other = shown(), shown()
    answering = Answering.begin(new.link, ID, "alice", random)
    for inside in (b"short", other.offer.encode() + bytes(SIGNATURE_SIZE)):
        with pytest.raises((MalformedError, ForgedError), match="offer"):
            answering.meet(seal(new.link, OFFER, inside, random), random)


def test_who_does_not_hold_the_keys_that_he_offers_is_not_agreed_with() -> None:
    _, challenging = agreed()
    with pytest.raises(ForgedError, match="does not hold"):
        challenging.check_agreed(seal(challenging.link, AGREED, bytes(32), random))


def test_a_welcome_ends_where_it_says() -> None:
    agreeing, challenging = agreed()
    body = Welcome(PRIMARY.device, bytes(16), bytes(32), FIRST).encode()
    data = (body + bytes(SIGNATURE_SIZE)).ljust(WELCOME_SIZE - 1, b"\0") + b"x"
    inner = seal_with(challenging.secrets.welcome, data, challenging.transcript, random)
    with pytest.raises(MalformedError, match="after its end"):
        agreeing.enter(seal(challenging.link, WELCOME, inner, random), NOW)


def test_a_handle_that_does_not_fit_is_a_mistake_of_ours() -> None:
    for handle in ("", "a" * 32):
        with pytest.raises(ValueError, match="text of"):
            Hello(ID, bytes(32), handle).encode()
