"""N07: a key of somebody else's in our own sources: to escrow to, to draw from, or to trust.

All constants of the product are looked at, those of its data as well. What is as long as a key and
looks like chance has to stand on a list here, with what it is. That all that is drawn comes from
one place, which the program chooses when it begins, is N02, N03 and lint.CHOSEN_IN_MAIN.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import doorless_client
import doorless_protocol
import doorless_server
import doorless_verify

PACKAGES = (doorless_protocol, doorless_server, doorless_client, doorless_verify)

KNOWN = {
    "0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551": "order of P-256's group",
    "d821f8790d97709796b4d7903357c3f5": "the published constant of the key log's commitments",
    "doorless_log_published_timestamp_seconds": "name of a metric",
}
"""Each is public, and nobody knows a secret to it: a standard has it, or it is a word."""

GENERATORS = {"generate", "generate_key", "generate_private_key", "uuid1", "uuid4", "randombytes"}
"""What libraries call that which draws by itself, past the randomness that we are given."""

LONG = re.compile(r"[0-9a-fA-F]{32,}|[A-Za-z0-9+/_=-]{40,}")

PLANTED = "3b6a27bcceb6a42d62a3a8d02ad70d8afd1b6e8c53f5ab20a5f9e3b5a2c1d7e4", b"\x93\x1f" * 16
"""What the twin finds in the place of a module: a public key, written and raw."""


def constants(tree: ast.AST) -> Iterator[object]:
    """All but docstrings: what a program can use."""
    documents = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documents:
            yield node.value


def like_keys(tree: ast.AST) -> list[str]:
    """Constants that are as long as a key, and no words."""
    found = []
    for value in constants(tree):
        if isinstance(value, int) and value.bit_length() > 128:
            found.append(hex(value))
        if isinstance(value, bytes) and len(value) >= 16 and not value.isascii():
            found.append(value.hex())
        if isinstance(value, bytes | str):
            text = value if isinstance(value, str) else value.decode("latin-1")
            found += [match for match in LONG.findall(text) if not _is_path(match)]
    return [each for each in found if each not in KNOWN]


def _is_path(text: str) -> bool:
    return all(part.replace("-", "").replace("_", "").isalpha() for part in text.split("/"))


def draws(tree: ast.AST) -> list[str]:
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [getattr(func, "attr", getattr(func, "id", "")) for func in called]
    return [name for name in names if name in GENERATORS]


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            yield module.name, Path(importlib.import_module(module.name).__file__ or "").read_text()


@pytest.mark.attack(
    "N07",
    "no constant of the product is a key, and nothing draws past the randomness it is given",
    weaken={"doorless_protocol.manifest.__file__": __file__},
)
def test_there_is_no_key_in_it() -> None:
    for name, source in sources():
        tree = ast.parse(source)
        assert like_keys(tree) + draws(tree) == [], name


def test_there_is_none_in_its_data() -> None:
    for package in PACKAGES:
        for path in Path(package.__path__[0]).rglob("*"):
            if path.suffix in (".sql", ".tcss", ".toml", ".txt"):
                found = [each for each in LONG.findall(path.read_text()) if not _is_path(each)]
                assert found == [], path.name


@pytest.mark.parametrize(
    "source", [f"KEY = {PLANTED[0]!r}", f"KEY = {PLANTED[1]!r}", "KEY = 2**0 + " + "9" * 60]
)
def test_the_search_sees_a_key(source: str) -> None:
    words = f'"""Text {PLANTED[0]}"""\nNAME = "a-name-of-no-importance-that-is-long-enough"'
    assert like_keys(ast.parse(source))
    assert not like_keys(ast.parse(words))
    assert draws(ast.parse("key = PrivateKey.generate()")) == ["generate"]
