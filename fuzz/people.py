"""Targets: what people type, paste, scan and edit, and what is shown of it."""

import unicodedata
from itertools import pairwise
from socket import AF_INET, AF_INET6, inet_pton
from unittest.mock import patch

from doorless_client import key_file
from doorless_client.endpoint import Endpoint
from doorless_client.key_file import CEILING, FLOOR, WrongPassphraseError
from doorless_client.safety_words import places_of, words_at
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import MAX_TEXT, safe, safe_line
from doorless_protocol.errors import MalformedError
from doorless_protocol.handles import (
    MAX_HANDLE,
    MIN_HANDLE,
    HandleError,
    canonical,
    skeleton,
)
from doorless_protocol.invite import MAX_LINK, Address, InviteLink, RelayAddress
from doorless_protocol.keys import AccountId
from doorless_protocol.primitives import sha256
from doorless_protocol.verification import LogAnchor, SafetyNumber, anchors_in
from fuzz.harmless import check_harmless
from fuzz.harness import Target, attempt, edit, promise
from fuzz.identities import ACCOUNT, DEVICES, _random

_LINK = InviteLink(
    RelayAddress("relay.example"), "alice", AccountId(bytes(32)), bytes(32), bytes(32), bytes(16)
).encode()
LINKS = (_LINK, "doorless:v1?relay=[::1]:9&handle=al&account=" + "A" * 43)


def text_of(data: bytes) -> str:
    """Any text: also one with lone surrogates, which a terminal or a file name can hold."""
    return data.decode("utf-8", "surrogateescape")


def invite(data: bytes) -> None:
    choice, script = (data[0], data[1:]) if data else (0, b"")
    edited = edit(LINKS[choice % 2].encode(), script) if choice < 128 else script
    text = text_of(edited)
    link = attempt(lambda: InviteLink.parse(text))
    if link is not None:
        promise(len(text) <= MAX_LINK and text.isascii(), "a link that no QR code holds")
        promise(InviteLink.parse(link.encode()) == link, "a link that is not itself again")


def address(data: bytes) -> None:
    """What is typed: an address, a relay, or a relay behind a scheme."""
    text = text_of(data)
    known = attempt(lambda: Address.parse(text))
    if known is not None:
        promise(Address.parse(str(known)) == known, "an address that is not itself again")
        promise(str(known).isascii() and str(known).isprintable(), "an address not harmless")
    endpoint = attempt(lambda: Endpoint.parse(text))
    if endpoint is not None:
        again = Endpoint.parse(endpoint.url, endpoint.pin)
        promise(again == endpoint, "a relay that is not itself again")
        promise(0 < endpoint.address.port < 2**16, "a port that there is not")
        here = _is_here(endpoint.address.host)
        promise(endpoint.tls or here, "in the clear beyond this computer")


def _is_here(host: str) -> bool:
    """As the system reads a host, whatever it was typed as: `[::01]` is this computer, too."""
    if host == "localhost":
        return True
    if ":" in host:
        return inet_pton(AF_INET6, host) == bytes(15) + b"\1"
    try:
        return inet_pton(AF_INET, host)[0] == 127
    except OSError:  # a name, and who knows whose
        return False


NUMBER = SafetyNumber.of(ACCOUNT.verifying, DEVICES[0].signing.verifying)


ANCHORS = (LogAnchor(b"here", 7, bytes(32)), LogAnchor(b"ther", 2**32 - 1, b"t" * 32))
SPOKEN = " ".join(words_at(NUMBER.words))


def safety_number(data: bytes) -> None:
    text = text_of(data)
    said = attempt(lambda: places_of(text))
    if said is not None and len(said) == len(NUMBER.words):
        spoken = " ".join(text.lower().split()) == SPOKEN
        promise(NUMBER.matches_words(said) == spoken, "words of another number")
    try:
        matches, anchors = NUMBER.matches(text), anchors_in(text)
    except MalformedError:
        return
    same = text == NUMBER.code(anchors) or "".join(text.split()) == NUMBER.digits
    promise(matches == same, "a safety number that is another one")


_LETTERS, _DIGITS, _SEPARATORS = "abcdefghijklmnopqrstuvwxyz", "0123456789", "._-"


def handle(data: bytes) -> None:
    text = text_of(data)
    try:
        taken = canonical(text)
    except HandleError as refused:
        promise(str(refused).isascii() and str(refused).isprintable(), "a reason not harmless")
        return
    alphabet = set(_LETTERS + _DIGITS + _SEPARATORS)
    promise(taken == text and set(taken) <= alphabet, "a handle in another spelling")
    promise(MIN_HANDLE <= len(taken) <= MAX_HANDLE, "a handle of no length")
    promise(taken[0] in _LETTERS and taken[-1] not in _SEPARATORS, "an end that is none")
    pairs = pairwise(taken)
    promise(not any(set(pair) <= set(_SEPARATORS) for pair in pairs), "two separators")
    promise(skeleton(skeleton(taken)) == skeleton(taken), "a skeleton with another skeleton")


RAW_KEY, PASSPHRASE = bytes(range(32)), "correct horse battery"


def _cheap(password: bytes, salt: bytes, passes: int, memory: int) -> bytes:
    """In place of Argon2id, which is not under test and takes a tenth of a second."""
    promise(FLOOR.passes <= passes <= CEILING.passes, "a key that is too cheap, or too dear")
    promise(FLOOR.memory <= memory <= CEILING.memory, "a key that is too cheap, or too dear")
    cost = passes.to_bytes(8, "big") + memory.to_bytes(8, "big")
    return sha256(salt + cost + password)


with patch.object(key_file, "argon2id", _cheap):
    _WRAPPED = key_file.wrap(RAW_KEY, PASSPHRASE, _random)


def profile_key(data: bytes) -> None:
    choice, script = (data[0], data[1:]) if data else (0, b"")
    wrapped = edit(_WRAPPED, script) if choice & 1 else _WRAPPED
    passphrase = PASSPHRASE if choice & 1 else text_of(edit(PASSPHRASE.encode(), script))
    with patch.object(key_file, "argon2id", _cheap):
        try:
            opened = key_file.unwrap(wrapped, passphrase)
        except WrongPassphraseError:
            return
    spoken = unicodedata.normalize("NFKC", passphrase)
    promise(wrapped == _WRAPPED and spoken == PASSPHRASE, "another file, or passphrase, opens")
    promise(opened == RAW_KEY, "another key")


def settings(data: bytes) -> None:
    try:
        taken = ProfileSettings.decode(data)
    except MalformedError as refused:
        said = str(refused)
        promise(safe_line(said) == said, "a refusal that is no harmless line")
        return
    for again in (taken.encode(), taken.encode(data)):
        promise(ProfileSettings.decode(again) == taken, "settings that are not themselves again")


def shown_text(data: bytes) -> None:
    """Whatever somebody wrote, as a terminal gets it."""
    text = text_of(data)
    shown, line = safe(text), safe_line(text)
    promise(len(shown) <= MAX_TEXT and len(line) <= 256, "longer than is shown")
    promise("\n" not in line, "a name of two lines")
    check_harmless(shown)
    promise(safe(str(shown)) == shown, "harmless text is not left as it is")


TARGETS = (
    Target("invite", "a link is what it says when written again", invite,
           (b"\0", b"\1", b"\xff" + _LINK.encode(), b"\0\0\0\x0d:",
            b"\xff" + f"{_LINK}&later={'x' * MAX_LINK}".encode()), max_size=1400),
    Target("address", "an address is ASCII, itself again, and encrypted but to this computer",
           address, (b"alice@relay.example", b"a1@[::1]:8443", b"ws://localhost:1", b"127.0.0.1:80",
                     b"wss://relay.example/", b"bob@10.0.0.1", b"[::01]", b"ws://[0:0::0.0.0.1]",
                     b"[2001:db8::1]", b"127.example", b"10.0.0.1", b"[::ffff:127.0.0.1]",
                     b"a1:65536", b"wss://localhost#" + b"A" * 43)),
    Target("safety_number", "matches itself alone", safety_number,
           (NUMBER.digits.encode(), NUMBER.code().encode(), " ".join(NUMBER.groups).encode(),
            NUMBER.code(ANCHORS).encode(), SPOKEN.encode()), 400),
    Target("handle", "ASCII in one spelling, or a reason that shows nothing of it", handle,
           (b"alice", b"al.ice-b_2", b"Alice", "p\u0430ypal".encode(), b"rnvv10", b"a..b", b"a_.b",
            b"1a", b"a" * 32), 40),
    Target("profile_key", "opens for one passphrase, from one file", profile_key,
           (b"\0", b"\1", b"\1\0\0\x0b\2", b"\0\0\0\0C")),
    Target("settings", "TOML with known settings, or a line that says why not", settings,
           (b"", b'theme = "dark"\n', b'theme = "light"', b"theme = 1", b"[a.b]\nc = [1, 2]",
            b"lock_after = 5  # minutes\n\nbell = false\n", b'density="rail"\nkeys = "vim"',
            b'"\\u001b[2J" = 1', ('"' + "\ue000" * 40 + '" = 1').encode(),
            '"\U000f000e\u0301" = 1'.encode(),
            'theme = "\U0001f319"'.encode())),
    Target("shown_text", "no control character; harmless text stays as it is", shown_text,
           ("a\u0301e\u200d\U0001f469\u200d\U0001f52c\u202etxt.exe\x1b[2J".encode(),
            b"two\nlines\tx", ("\u0627" + ("\u064b" * 8 + "\u200c") * 5 + "\u064b").encode(),
            "\u2066left\u202eright\u2060".encode())),
)  # fmt: skip
