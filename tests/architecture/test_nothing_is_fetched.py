"""The client has nothing in it that could fetch a page: docs/adr/0063."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FETCHING = (
    *("http", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "ftplib"),
    *("html.parser", "bs4", "lxml", "webview"),
)
"""Modules that fetch pages, or take them apart."""


def fetches(source: str) -> list[str]:
    """Modules of that kind that a program imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    return [name for name in names if f"{name}.".startswith(tuple(f"{one}." for one in FETCHING))]


def test_no_module_of_the_client_can_fetch_a_page() -> None:
    paths = sorted((ROOT / "client/doorless_client").rglob("*.py"))
    assert len(paths) > 200
    found = {path.name: fetched for path in paths if (fetched := fetches(path.read_text()))}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import http.client",
        "from urllib import request",
        "import requests",
        "from html import parser",
    ],
)
def test_the_check_sees_one(source: str) -> None:
    assert fetches(source)
    assert not fetches("import html\nfrom urllib.parse import urlsplit\nimport httptools")
