"""One bug for each target, which it has to find: a hunt that finds nothing must mean something.

Each takes away what holds the target's promise. tests/fuzz/test_planted.py plants them one by
one; `python -m fuzz.driver NAME! x -max_total_time=60` lets atheris look for it.
"""

import re
from typing import Any
from unittest.mock import patch

import msgspec

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.primitives import aead_open
from doorless_protocol.verification import SafetyNumber


def _nothing(*_: object) -> None:
    """In the place of a check."""


def _lenient(data: bytes, decoder: Any, what: str) -> Any:
    """decode_canonical without its second half."""
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, ValueError):
        raise MalformedError(what) from None


def _forgiving(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """aead_open that gives zeros where it should refuse."""
    try:
        return aead_open(key, nonce, sealed, context)
    except ForgedError:
        return bytes(len(sealed) - 16)


def _five_digits(number: SafetyNumber, shown: str) -> bool:
    """A comparison that is content with the first group."""
    return shown.strip()[:5] == number.digits[:5]


def _short_proof(hashed: bytes, index: int, size: int, path: Any, root: bytes) -> None:
    """A verifier that believes an index that is too large."""
    if len(path) > 8 or (path and root == hashed):
        raise MalformedError("path")


def _any_length(data: bytes, at: int, end: int, kind: int) -> tuple[int, int]:
    """An element of a certificate, with a length in as many bytes as somebody likes."""
    if end - at < 2 or data[at] != kind:
        raise MalformedError("element")
    size = max(0, data[at + 1] - 0x80)
    length = int.from_bytes(data[at + 2 : at + 2 + size]) if size else data[at + 1]
    if at + 2 + size + length > end:
        raise MalformedError("cut off")
    return at + 2 + size, at + 2 + size + length


def _with_turns(text: str, **_: int) -> str:
    """safe_line that lets a change of direction through."""
    return "".join(each for each in text if each.isprintable() or each in "\u202e\u2066")


class _ShoutedError(MalformedError):
    """A refusal that clears the screen."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{words}\x1b[2J")


_COMMANDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Of what is unsafe: nothing that turns a line, or that nobody sees."""

_DOUBLED = re.compile(r"(?=.{2,31}\Z)[a-z0-9]+(?:(?:_\.|\.-|[._-])[a-z0-9]+)*")
"""Handles that may begin with a digit, and have two separators beside each other."""


PLANTED: dict[str, dict[str, Any]] = {
    "manifest": {"doorless_protocol.manifest.check_root": _nothing},
    "staple": {"doorless_protocol.merkle.verify_inclusion": _nothing},
    "bundle": {"doorless_protocol.encoding.Reader.end": _nothing},
    "pair": {"doorless_protocol.prekeys.check_pair": _nothing},
    "secrets": {"doorless_protocol.encoding.Reader.end": _nothing},
    "public_key": {"doorless_protocol.primitives.refuse_second_encoding": _nothing},
    "proof": {"doorless_protocol.merkle.verify_leaf_hash": _short_proof},
    "envelope": {"doorless_protocol.ratchet.triple.aead_open": _forgiving},
    "header": {"doorless_protocol.ratchet.header.check_unused": _nothing},
    "body": {"doorless_protocol.ratchet.triple.check_form": _nothing},
    "first_contact": {"doorless_protocol.envelope.Address.parse": lambda text: text},
    "stored_session": {"doorless_protocol.snapshot.MalformedError": LookupError},
    "call": {"doorless_protocol.frames.decode_canonical": _lenient},
    "from_relay": {"doorless_protocol.frames.decode_canonical": _lenient},
    "content": {"doorless_protocol.content.decode_canonical": _lenient},
    "invite": {"doorless_protocol.invite._LINK_TEXT": re.compile("(?s).*")},
    "address": {"doorless_protocol.invite._parse_host": lambda text: text},
    "safety_number": {"doorless_protocol.verification.SafetyNumber.matches": _five_digits},
    "handle": {"doorless_protocol.handles._VALID": re.compile("(?s).*")},
    "profile_key": {
        "doorless_client.key_file.check_commitment": _nothing,
        "doorless_client.key_file.aead_open": _forgiving,
    },
    "settings": {"doorless_client.settings.schema._NAME": re.compile("(?s).*")},
    "shown_text": {"doorless_client.text._UNSAFE": re.compile("[\x00-\x08]")},
    "demand_form": {"doorless_protocol.encoding.Reader.end": _nothing},
    "demand_proof": {"doorless_protocol.merkle.verify_leaf_hash": _nothing},
    "demand_file": {"doorless_server.demands.intake._said": lambda error: error},
    "canary": {"doorless_protocol.canary.check_signature": _nothing},
    "told": {"doorless_client.core.notices.safe_line": str},
    "evidence": {"doorless_protocol.encoding.Reader.end": _nothing},
    "log_sent": {"doorless_protocol.encoding.Reader.end": _nothing},
    "log_stored": {"doorless_protocol.encoding.Reader.end": _nothing},
    "log_form": {"doorless_protocol.encoding.Reader.end": _nothing},
    "log_proof": {"doorless_protocol.log.map._check_root": _nothing},
    "file": {"doorless_protocol.attachment.check_padding": _nothing},
    "backup": {"doorless_protocol.backup.check_commitment": _nothing},
    "linked": {"doorless_protocol.encoding.Reader.end": _nothing},
    "notice": {"doorless_protocol.own_content.decode_canonical": _lenient},
    "certificate": {"doorless_protocol.certificate._inside": _any_length},
    "framing": {"doorless_server.framing._MASKED": 0},
    "http_head": {"doorless_server.http_server._REQUEST_LINE": re.compile(b"(?s)(.*) (.*) (.*)")},
    "http_answer": {"doorless_server.http_client.check_body": _nothing},
    "log_page": {"doorless_server.directory.pages.MalformedError": LookupError},
    "submission": {"doorless_server.witness.wire._OLD": re.compile(rb"old ([0-9]{1,19})")},
    "backup_record": {"doorless_protocol.backup_records.decode_canonical": _lenient},
}


SUBTLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("manifest", {"doorless_protocol.manifest.check_signature": _nothing}),
    ("staple", {"doorless_protocol.manifest.check_signature": _nothing}),
    ("bundle", {"doorless_protocol.prekeys.check_signature": _nothing}),
    ("bundle", {"doorless_protocol.prekeys.check_owner": _nothing}),
    ("address", {"doorless_protocol.invite._MAX_PORT": 99_999}),
    ("address", {"doorless_client.endpoint.is_loopback": lambda host: host.endswith(":1")}),
    ("handle", {"doorless_protocol.handles._VALID": _DOUBLED}),
    ("profile_key", {"doorless_client.key_file.check_cost": _nothing}),
    ("settings", {"doorless_client.settings.profile.MalformedError": _ShoutedError}),
    ("shown_text", {"doorless_client.text._UNSAFE": _COMMANDS}),
    ("shown_text", {"doorless_client.text._JOINERS": ""}),
    ("told", {"doorless_client.core.notices.safe_line": _with_turns}),
    ("demand_file", {"doorless_server.demands.intake._check_texts": _nothing}),
    ("demand_file", {"doorless_server.demands.intake._check_times": _nothing}),
    ("demand_file", {"doorless_server.demands.intake._BARE_KEY": re.compile("(?s).*")}),
    ("canary", {"doorless_client.core.canaries.is_of_the_same": lambda *_: True}),
    ("canary", {"doorless_client.core.canaries.follows": lambda *_: True}),
    ("certificate", {"doorless_protocol.certificate._BEFORE_KEY": (0x02, *[0x30] * 3)}),
    ("http_head", {"doorless_server.http_server._LENGTH": re.compile("[+0-9]{1,9}")}),
    ("submission", {"doorless_server.witness.wire.MAX_PROOF_HASHES": 1_000}),
    ("submission", {"doorless_server.witness.wire.MAX_SIZE": 2**64}),
    (
        "http_answer",
        {
            "doorless_server.http_client.check_body": _nothing,
            "doorless_server.http_client.bytes": lambda body: bytes(body)[:20],
        },
    ),
)
"""More of a target's bugs: each breaks a part of its promise that the first one leaves whole."""


def plant(name: str) -> None:
    """For the rest of this process."""
    for place, replacement in PLANTED[name].items():
        patch(place, replacement).start()
