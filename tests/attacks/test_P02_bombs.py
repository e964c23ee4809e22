"""P02: input that unpacks to more than it is: nests, lengths that lie, numbers without bounds."""

import struct
import tomllib
import tracemalloc
from collections.abc import Callable
from time import process_time
from typing import Any

import msgspec
import pytest
from fuzz.wire import CALLS, CONTENTS, FROM_RELAY

from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui import key_file, theme_file
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.places import places
from doorless_protocol.content import Content
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import decode_call, decode_from_relay
from doorless_protocol.snapshot import CORE, join

MOST_MEMORY, MOST_SECONDS = 4 * 2**20, 0.5
DEPTH = 60_000  # under the limit of a frame

NAN, INFINITY = struct.pack(">d", float("nan")), struct.pack(">d", float("inf"))
BOMBS = {
    "lists in lists": b"\x91" * DEPTH + b"\xc0",
    "maps in maps": b"\x81\xa0" * (DEPTH // 2) + b"\xc0",
    "a list of 4 thousand million": b"\xdd\xff\xff\xff\xff",
    "a map of 4 thousand million": b"\xdf\xff\xff\xff\xff",
    "a text of 4 GiB": b"\xdb\xff\xff\xff\xff",
    "bytes of 4 GiB": b"\xc6\xff\xff\xff\xff",
    "one key twice": b"\x82\xa1a\x01\xa1a\x02",
    "not a number": b"\xcb" + NAN,
    "infinity": b"\xcb" + INFINITY,
    "a number above all": b"\xcf" + b"\xff" * 8,
    "an extension": b"\xc9\xff\xff\xff\xff\x01",
    "a time": b"\xd6\xff\x00\x00\x00\x00",
}
Decode = Callable[[bytes], Any]
PLACES: dict[str, tuple[Decode, bytes]] = {
    "call": (decode_call, CALLS[10]),
    "from relay": (decode_from_relay, FROM_RELAY[2]),
    "content": (Content.decode, CONTENTS[1]),
    "stored session": (lambda data: join({CORE: data}), b"\x93\x01\x02\x03"),
}


def inside(honest: bytes, bomb: bytes) -> list[bytes]:
    """The bomb alone, and in each place of an honest message's outer list."""
    tree = msgspec.msgpack.decode(honest)
    front = bytes((0x90 | len(tree),))
    encoded = [msgspec.msgpack.encode(each) for each in tree]
    placed = [
        front + b"".join((*encoded[:at], bomb, *encoded[at + 1 :])) for at in range(len(encoded))
    ]
    return [bomb, *placed]


def is_refused(decode: Decode, data: bytes) -> None:
    begun = process_time()
    tracemalloc.start()
    try:
        decode(data)
    except MalformedError:
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY + 2 * len(data)
        assert process_time() - begun < MOST_SECONDS
    except Exception as error:
        pytest.fail(f"{type(error).__name__} instead of a refusal")
    else:
        pytest.fail("accepted")
    finally:
        tracemalloc.stop()


def careless(data: bytes, decoder: Any, what: str) -> Any:
    """Take what the library takes, and say what the library says."""
    return decoder.decode(data)


@pytest.mark.attack(
    "P02",
    "nests, lying lengths, NaN and numbers without bounds are refused, at once and in little room",
    weaken={
        "doorless_protocol.frames.decode_canonical": careless,
        "doorless_protocol.content.decode_canonical": careless,
        "doorless_protocol.snapshot.MalformedError": LookupError,
    },
)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused(bomb: str, place: str) -> None:
    decode, honest = PLACES[place]
    for data in inside(honest, BOMBS[bomb]):
        is_refused(decode, data)


def takes_any_size(data: bytes) -> ProfileSettings:
    tomllib.loads(data.decode())
    return ProfileSettings()


@pytest.mark.attack(
    "P02",
    "a settings file that nests, is huge or repeats a key is refused in one line",
    weaken={"doorless_client.settings.profile.ProfileSettings.decode": takes_any_size},
)
@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 30_000 + b"]" * 30_000,
        b"a." * 15_000 + b"b = 1",
        b"a." * 1_900 + b"b = 1",
        b'theme = "dark"\n' * 2,
        b'theme = "' + b"a" * 2**20 + b'"',
        b"theme = nan",
        b"theme = " + b"9" * 60_000,
    ],
    ids=["nest", "keys in keys", "fewer", "one key twice", "a mebibyte", "nan", "60,000 digits"],
)
def test_settings_are_bounded(data: bytes) -> None:
    is_refused(ProfileSettings.decode, data)


def takes_keys_of_any_size(data: bytes, places: object, profile: object) -> dict[str, str]:
    tomllib.loads(data.decode())
    return {}


def takes_colours_of_any_size(name: str, data: bytes) -> None:
    tomllib.loads(data.decode())


@pytest.mark.attack(
    "P02",
    "a file of keys or colours that nests, is huge or repeats a key is refused in one line",
    weaken={
        "doorless_client.tui.key_file.decode": takes_keys_of_any_size,
        "doorless_client.tui.theme_file.decode": takes_colours_of_any_size,
    },
)
@pytest.mark.parametrize("file", ["keys", "colours"])
@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 30_000 + b"]" * 30_000,
        b"a." * 15_000 + b"b = 1",
        b"a." * 4_000 + b"b = 1",
        b'help = "f1"\n' * 2,
        b'like = "dark"\n' * 2,
        b'help = "' + b"a" * 2**20 + b'"',
        b"like = nan",
        b"help = " + b"9" * 15_000,
    ],
    ids=["nest", "keys in keys", "fewer", "one key twice", "like twice", "a mebibyte", "nan", "9s"],
)
def test_files_of_keys_and_colours_are_bounded(data: bytes, file: str) -> None:
    if file == "keys":
        is_refused(lambda data: key_file.decode(data, places(DoorlessApp), {}), data)
    else:
        is_refused(lambda data: theme_file.decode("any", data), data)
