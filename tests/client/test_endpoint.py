"""Nothing leaves this computer in the clear, whatever somebody writes for a relay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.endpoint import Endpoint, is_loopback
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import text_of

PIN = b"\xab" * 32


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1", "ws://127.0.0.1:8443"),
        ("localhost:99", "ws://localhost:99"),
        ("[::1]:5", "ws://[::1]:5"),
        ("[::01]", "ws://[::1]:8443"),
        ("ws://[0:0::0.0.0.1]:5", "ws://[::1]:5"),
        ("[2001:db8::1]", "wss://[2001:db8::1]:8443"),
        ("[64:ff9b::7f00:1]", "wss://[64:ff9b::7f00:1]:8443"),
        ("127.example", "wss://127.example:8443"),
        ("ws://127.0.0.1:43125/", "ws://127.0.0.1:43125"),
        ("wss://127.0.0.1", "wss://127.0.0.1:8443"),
        ("Relay.Example", "wss://relay.example:8443"),
        ("wss://relay.example:1", "wss://relay.example:1"),
        ("10.0.0.1", "wss://10.0.0.1:8443"),
    ],
)
def test_only_loopback_goes_without_tls(text: str, url: str) -> None:
    endpoint = Endpoint.parse(text)
    assert endpoint.url == url
    assert Endpoint.parse(endpoint.url) == endpoint


def test_a_pinned_relay_has_tls_on_loopback_too() -> None:
    assert Endpoint.parse("127.0.0.1", PIN).url == "wss://127.0.0.1:8443"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ws://",
        "ws://relay.example",
        "http://127.0.0.1",
        "//x",
        "a/b",
        "a@b",
        "wss://a:0",
        "[::ffff:127.0.0.1]",  # two ways to write one address
        "[::ffff:7f00:1]",
        "a\n",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        Endpoint.parse(text)


@pytest.mark.parametrize("text", ["home.lan", "home.lan:9000", "[::1]:9000", "127.0.0.1"])
@pytest.mark.parametrize("scheme", ["", "wss://"])
def test_a_fingerprint_is_typed_behind_the_address(scheme: str, text: str) -> None:
    endpoint = Endpoint.parse(f"{scheme}{text}#{text_of(PIN)}")
    assert (endpoint.pin, endpoint.tls, endpoint.name) == (PIN, True, text)
    assert endpoint.written == f"{text}#{text_of(PIN)}"
    assert Endpoint.parse(endpoint.written) == Endpoint.parse(endpoint.url, PIN) == endpoint


@pytest.mark.parametrize(
    "typed",
    [
        "",
        text_of(PIN)[:-1],
        text_of(PIN) + "A",
        text_of(PIN) + "=",
        PIN.hex(),
        text_of(PIN)[:-1] + "B",  # the same bytes in another form
        text_of(PIN) + "#" + text_of(PIN),
        " " + text_of(PIN)[1:],
    ],
)
def test_a_fingerprint_has_one_form(typed: str) -> None:
    with pytest.raises(MalformedError):
        Endpoint.parse(f"home.lan#{typed}")


def test_a_pin_is_a_whole_fingerprint_and_there_is_one() -> None:
    with pytest.raises(MalformedError):
        Endpoint.parse(f"home.lan#{text_of(PIN)}", PIN)
    with pytest.raises(MalformedError):
        Endpoint.parse("127.0.0.1", b"short")
    with pytest.raises(MalformedError):
        Endpoint.parse("ws://127.0.0.1", PIN)


@given(st.text(max_size=60))
def test_any_text_is_an_endpoint_or_malformed(text: str) -> None:
    try:
        endpoint = Endpoint.parse(text)
    except MalformedError:
        return
    assert endpoint.tls or is_loopback(endpoint.address.host)
