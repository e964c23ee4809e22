"""T15, M10: a link of somebody else opens nothing by itself, and only what it is shown to be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_client import links
from doorless_client.links import Link, NotALinkError, opener
from doorless_client.text import safe, safe_line

NOT_OPENED = (
    "file:///etc/passwd",
    "ssh://-oProxyCommand=true/",
    "javascript:alert(1)",
    "data:text/html,x",
    "vscode://file/x",
    "http://",
    "http://alice@example.org/",
    "https://example.org:secret@evil.example/",
    "http://-oProxyCommand=true/",
    "http://a b",
    "http://%65xample.org/",
    "http://exa\u202emple.org/",
    "http://[::1%25eth0]/",
    "https://example.org:99999/",
)


PARTS = (*NOT_OPENED, "http://x.example", " ", ")", "ä", "\\")


def link(url: str) -> Link:
    return Link(0, len(url), url, safe_line("example.org"), safe_line("example.org"))


def opens_anything(text: str) -> tuple[str, str, str]:
    return text, text, text


@pytest.mark.attack(
    "T15",
    "only http and https with a plain host are opened, as one argument that is no option",
    weaken={"doorless_client.links._checked": opens_anything},
)
def test_nothing_but_web_addresses_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program: f"/usr/bin/{program}")
    for url in NOT_OPENED:
        with pytest.raises(NotALinkError):
            opener(link(url), "linux")
    assert opener(link("https://example.org/a?b=c"), "linux") == [
        "/usr/bin/xdg-open",
        "https://example.org/a?b=c",
    ]


def in_unicode(host: str) -> str:
    return host.lower()


@pytest.mark.attack(
    "M10",
    "a host in letters of another alphabet is shown as the network spells it, before it is opened",
    weaken={"doorless_client.links._in_ascii": in_unicode},
)
def test_the_true_host_is_shown() -> None:
    (found,) = links.links(safe("log in at https://аррӏе.com/login now"))  # noqa: RUF001
    assert found.host == "xn--80ak6aa92e.com"
    assert found.url.startswith("https://xn--80ak6aa92e.com/")
    assert found.deceives
    assert "xn--80ak6aa92e.com" in links.warning(found)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://example.org/a(b).", ["https://example.org/a(b)"]),
        ("(https://example.org/z)", ["https://example.org/z"]),
        ("two http://a.example, http://b.example!", ["http://a.example", "http://b.example"]),
        ("HTTPS://Example.ORG:8443/ü?q=ä", ["https://example.org:8443/%C3%BC?q=%C3%A4"]),
        ("no example.org, no mailto:x@example.org", []),
    ],
)
def test_links_are_found_in_sentences(text: str, urls: list[str]) -> None:
    assert [one.url for one in links.links(safe(text))] == urls


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*NOT_OPENED, "http://x.example", " ", ")", "ä", "\\"]), max_size=6)
)
def test_whatever_is_found_is_a_web_address_in_ascii(parts: list[str]) -> None:
    text = safe("".join(parts))
    for found in links.links(text):
        assert found.url.isascii()
        assert found.url.startswith(("http://", "https://"))
        assert "@" not in found.url.split("/")[2]
        assert not found.host.startswith("-")
        assert text[found.first : found.after].lower().startswith("http")


def test_a_system_without_an_opener_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    for platform in ("linux", "win32"):
        with pytest.raises(NotALinkError, match="copy it instead"):
            opener(link("https://example.org"), platform)
