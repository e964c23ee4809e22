"""P07: a text made so that reading it, or cleaning it, takes forever."""

import ast
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from fuzz.identities import ACCOUNT, DEVICES
from fuzz.people import SafetyNumber

from doorless_client.endpoint import Endpoint
from doorless_client.safety_words import places_of
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe, safe_line
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import decode_call
from doorless_protocol.handles import canonical
from doorless_protocol.invite import Address, InviteLink, RelayAddress
from pace import is_quick

ROOT = Path(__file__).parents[2]
SIZE = 100_000
NUMBER = SafetyNumber.of(ACCOUNT.verifying, DEVICES[0].signing.verifying)


@pytest.mark.attack(
    "P07",
    "hostile text of 100 kB is made harmless in a fraction of a second",
    weaken={"doorless_client.text._thin_marks": lambda text: text},
)
@pytest.mark.parametrize("text", ["a" + "\u0301\u0323" * 25_000], ids=["unsorted marks"])
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    safe(text)
    assert time.process_time() - started < 0.5


READERS: dict[str, Callable[[str], object]] = {
    "address": Address.parse,
    "relay": RelayAddress.parse,
    "link": InviteLink.parse,
    "endpoint": Endpoint.parse,
    "number": NUMBER.matches,
    "words": places_of,
    "handle": canonical,
    "settings": lambda text: ProfileSettings.decode(text.encode("utf-8", "surrogatepass")),
    "frame": lambda text: decode_call(text.encode("utf-8", "surrogatepass")),
    "text": safe,
    "line": safe_line,
}
HOSTILE = {
    "one letter": "a" * SIZE,
    "dots": "a." * (SIZE // 2),
    "dashes": "a" + "-" * SIZE + "!",
    "digits": "1" * SIZE,
    "ats": "a@" * (SIZE // 2),
    "brackets": "[" * SIZE,
    "colons": "[" + "::" * (SIZE // 2) + "]",
    "fields": "doorless:v1?" + "a=b&" * (SIZE // 4),
    "spaces": " " * SIZE + "1",
    "marks": "a" + "\u0301\u0323" * (SIZE // 2),
    "joiners": "\U0001f469\u200d" * (SIZE // 2),
    "line breaks": "\r\n" * (SIZE // 2),
    "surrogates": "\ud800" * SIZE,
    "digits that are none": "\u0661" * SIZE,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_reader_takes_long(reader: str, hostile: str) -> None:
    def read() -> None:
        with suppress(MalformedError):
            READERS[reader](HOSTILE[hostile])

    assert is_quick(read, 0.1)


NESTED = re.compile(r"\([^()]*[+*][^()]*\)[+*{]|[+*]\)[+*{]")
"""A repetition of what is itself repeated: the shape that takes exponential time."""


@cache
def patterns() -> list[tuple[str, str]]:
    """(file, pattern) of each regular expression that the product compiles or hands on."""
    found = []
    for package in ("protocol", "server", "client"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                    for each in node.args[:1]:
                        if isinstance(each, ast.Constant) and isinstance(each.value, str):
                            found.append((path.name, each.value))
    return found


def test_no_pattern_repeats_a_repetition() -> None:
    assert patterns()
    assert [pattern for pattern in patterns() if NESTED.search(pattern[1])] == []
    for bad in ("(a+)+", "(a*)*b", "(?:a|b+)*", "(x+x+)+y"):
        assert NESTED.search(bad)
