"""The second implementation is one: it knows nothing of the first but the cryptography."""

import ast
from pathlib import Path

import pytest

SPECPEER = Path(__file__).parents[1] / "specpeer"
MODULES = sorted(each for each in SPECPEER.glob("*.py") if not each.name.startswith("test_"))
OURS = ("doorless_protocol", "doorless_server", "doorless_client", "doorless_lab")
CRYPTOGRAPHY = ("cryptography", "nacl", "hmac")
CRYPTO = {"doorless_protocol.primitives", "doorless_protocol.file_primitives.Stream"}
BESIDE = ("beside_ours", "agreement", "shadowed", "watched", "accountant", "conversations")


def imported(source: str) -> set[str]:
    """The full name of everything that is imported."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def forbidden(source: str, *, crypto: bool = False) -> set[str]:
    allowed = CRYPTO if crypto else set()
    roots = (*OURS, *CRYPTOGRAPHY, "msgspec", *BESIDE, "importlib")
    return {name for name in imported(source) if name.split(".")[0] in roots} - allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_nothing_of_ours_but_the_primitives(path: Path) -> None:
    assert forbidden(path.read_text(), crypto=path.stem == "crypto") == set()


def test_the_check_sees_an_import_of_ours() -> None:
    assert len(MODULES) > 10
    assert forbidden("from doorless_protocol import primitives as p", crypto=True) == set()
    for line in (
        "from doorless_protocol import primitives, keys",
        "import doorless_protocol.session",
        "from doorless_protocol.ratchet import triple",
        "from importlib import import_module",
    ):
        assert forbidden(line, crypto=True)
    assert forbidden("from doorless_protocol import primitives")
