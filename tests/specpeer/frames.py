"""What client and relay say to each other. docs/spec/07-relay.md.

A frame is a list whose first element is its name; a request or answer is one inside `call` or
`answer`. Each name has a table of how its fields are read.
"""

from collections.abc import Callable

from specpeer.addresses import parse_handle
from specpeer.crypto import malformed, sha256
from specpeer.notices import notice
from specpeer.packing import Value, array, octets, pack, text, uint, unpack
from specpeer.wire import lp8, transcript_hash

MESSAGE = 69_632
U32, U53 = 1 << 32, 1 << 53

Read = Callable[[Value], Value]


def _octets(least: int, most: int | None = None) -> Read:
    return lambda value: octets(value, least, least if most is None else most)


def _uint(below: int) -> Read:
    return lambda value: uint(value, below)


def _list(read: Read, least: int, most: int) -> Read:
    return lambda value: [read(each) for each in array(value, least, most)]


def _handle(value: Value) -> Value:
    return parse_handle(text(value, 31))


def _asked(value: Value) -> Value:
    """What somebody asks to be called: looked at when the request is handled."""
    asked = text(value, 4 * 64)
    if len(asked) > 64:
        raise malformed("a handle of more than 64 characters")
    return asked


def _name(value: Value) -> Value:
    name = text(value, 255)
    if not name or any(not "!" <= each <= "~" for each in name):
        raise malformed("not a relay's name")
    return name


def _reason(below: int) -> Read:
    def read(value: Value) -> Value:
        if value == 0:
            raise malformed("no such reason")
        return uint(value, below)

    return read


def _proof(value: Value) -> Value:
    return None if value is None else octets(value, 0, MESSAGE)


def _one_of(forms: "dict[str, list[Read]]") -> Read:
    def read(value: Value) -> Value:
        if not isinstance(value, list) or not value or not isinstance(value[0], str):
            raise malformed("not a frame")
        name, fields = value[0], value[1:]
        if name not in forms or len(fields) != len(forms[name]):
            raise malformed("not a frame of this page")
        return [name, *(read(field) for read, field in zip(forms[name], fields, strict=True))]

    return read


_MANIFEST = _octets(0, 26_624)
_ENVELOPE = _octets(2048, 65_536)
_RECORD = [_octets(0, 4096), _octets(0, 16)]

REQUESTS: dict[str, list[Read]] = {
    "sign_in": [_octets(32), _octets(16), _octets(1984), _octets(3373)],
    "register": [_asked, _MANIFEST, _octets(32), *_RECORD],
    "publish_manifest": [_MANIFEST, *_RECORD],
    "begin_prekeys": [_octets(0, 8192)],
    "add_prekeys": [_list(_octets(0, 2048), 1, 32)],
    "commit_prekeys": [],
    "prekey_status": [],
    "set_delivery_token": [_octets(32)],
    "subscribe": [],
    "acknowledge": [_list(_octets(16), 1, 256)],
    "incarnation": [_uint(U53), _uint(U53)],
    "close_account": _RECORD,
    "fetch_notices": [],
    "hello": [],
    "submit": [_octets(16), _octets(0, 16), _octets(16), _ENVELOPE],
    "lookup": [_handle, _uint(U53), _uint(U53), _uint(U53)],
    "fetch_bundle": [_octets(16)],
    "leave": [_octets(32), _octets(28, 32_768)],
    "collect": [_octets(32)],
    "log_head": [_uint(U53)],
    "log_anchors": [_uint(U32), _uint(U53)],
    "log_at_anchor": [_handle, _uint(U32), _uint(U53)],
    "log_records": [_handle, _uint(U53)],
    "dispute": [_handle, *_RECORD],
    "audit_deltas": [_octets(16), _uint(U53), _uint(U32)],
    "blob_put": [_octets(32), _uint(U32), _uint(U32), _octets(1, 65_536)],
    "blob_status": [_octets(32)],
    "blob_get": [_octets(32), _uint(U32)],
    "blob_drop": [_octets(32)],
}

ANSWERS: dict[str, list[Read]] = {
    "done": [],
    "refused": [_reason(12), _uint(U32)],
    "prekeys_held": [_octets(32), _uint(U32)],
    "incarnation_held": [_uint(U53)],
    "relay_info": [
        *(_name, _list(_octets(0, MESSAGE), 0, 8), _octets(32), _uint(U32), _uint(U32)),
        _octets(0, 16_384),
    ],
    "found": [_MANIFEST, _list(_octets(0, MESSAGE), 0, 64), _proof],
    "bundle_served": [
        *(_octets(0, 8192), _octets(0, 2048), _uint(U32)),
        _list(_octets(32), 0, 16),
    ],
    "collected": [_octets(28, 32_768)],
    "logged": [_octets(0, MESSAGE)],
    "log_proof": [_octets(0, MESSAGE)],
    "blob_held": [_uint(U32)],
    "blob_piece": [_octets(0, 65_536)],
    "notices_held": [_list(notice, 0, 24), _octets(0, 4096)],
}

FRAMES: dict[str, list[Read]] = {
    "call": [_uint(U32), _one_of(REQUESTS)],
    "answer": [_uint(U32), _one_of(ANSWERS)],
    "challenge": [_name, _octets(32)],
    "deliver": [_octets(16), _ENVELOPE],
    "closing": [_reason(7)],
}

REASONS = {
    1: "MALFORMED",
    2: "NOT_ALLOWED",
    3: "BUSY",
    4: "TAKEN",
    5: "STALE",
    6: "CLOSED",
    7: "UNFIT_HANDLE",
    8: "LOOKALIKE",
    9: "RELEASED",
    10: "FULL",
    11: "TOO_LARGE",
}
CLOSINGS = {
    1: "REPLACED",
    2: "GOING_AWAY",
    3: "TOO_SLOW",
    4: "NOT_IN_TIME",
    5: "MALFORMED",
    6: "REVOKED",
}

_frame = _one_of(FRAMES)


def encode(frame: list[Value]) -> bytes:
    return pack(_frame(frame))


def decode(data: bytes) -> list[Value]:
    if len(data) > MESSAGE:
        raise malformed("above 68 KiB")
    return array(_frame(unpack(data)), 1, 3)


def login_object(relay: str, nonce: bytes, binding: bytes, account: bytes, device: bytes) -> bytes:
    """§3.1."""
    return lp8(relay.encode()) + nonce + binding + account + device


def token_hash(token: bytes) -> bytes:
    """§3.5."""
    return sha256(b"doorless/1 delivery token" + token)


def config_hash(name: str) -> bytes:
    """§4.1, where there is no key log."""
    return transcript_hash("doorless/1 relay config", [("name", name.encode())])
