from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import (
    MAX_LINK,
    Address,
    InviteLink,
    RelayAddress,
    parse_pinned,
    pinned,
)
from doorless_protocol.keys import AccountId

hosts = st.sampled_from(["localhost", "relay.example", "a-1.b", "127.0.0.1", "::1", "2001:db8::7"])
relays = st.builds(RelayAddress, hosts, st.integers(1, 65535))
handles = st.from_regex(r"[a-z][a-z0-9]{0,9}([._-][a-z0-9]{1,9}){1,2}", fullmatch=True)
hashes = st.binary(min_size=32, max_size=32)
links = st.builds(
    InviteLink,
    relays,
    handles,
    hashes.map(AccountId),
    st.none() | hashes,
    st.none() | hashes,
    st.none() | st.binary(min_size=16, max_size=16),
)
LINK = InviteLink(
    RelayAddress("relay.example"), "alice", AccountId(b"\xff" * 32), token=b"\x01" * 16
)


@given(links)
def test_a_link_comes_back_as_it_was(link) -> None:
    assert len(link.encode()) <= MAX_LINK
    assert InviteLink.parse(link.encode()) == link


@given(handles, relays)
def test_an_address_comes_back_as_it_was(handle, relay) -> None:
    assert Address.parse(str(Address(handle, relay))) == Address(handle, relay)


@given(st.text(max_size=200) | st.text(max_size=200).map(lambda tail: "doorless:v1?" + tail))
def test_any_text_is_refused_in_our_own_words(text) -> None:
    for parse in (InviteLink.parse, Address.parse, RelayAddress.parse):
        with suppress(MalformedError):
            parse(text)


def test_a_link_has_the_published_form() -> None:
    assert LINK.encode() == (
        "doorless:v1?relay=relay.example&handle=alice"
        "&account=__________________________________________8&token=AQEBAQEBAQEBAQEBAQEBAQ"
    )


def test_fields_come_in_any_order_and_unknown_ones_are_for_later_versions() -> None:
    prefix, fields = LINK.encode().split("?")
    turned = "&".join(reversed(fields.split("&")))
    assert InviteLink.parse(f"{prefix}?new=1&{turned}&new=2&other=%20") == LINK


@pytest.mark.parametrize("name", ["relay", "handle", "account", "token"])
def test_a_field_there_twice_is_refused(name) -> None:
    field = next(f for f in LINK.encode().split("?")[1].split("&") if f.startswith(name))
    with pytest.raises(MalformedError, match=f"two values for {name}"):
        InviteLink.parse(f"{LINK.encode()}&{field}")


@pytest.mark.parametrize("name", ["relay", "handle", "account"])
def test_a_link_says_where_who_and_which_account(name) -> None:
    prefix, fields = LINK.encode().split("?")
    others = "&".join(f for f in fields.split("&") if not f.startswith(name))
    with pytest.raises(MalformedError, match=f"without its {name}"):
        InviteLink.parse(f"{prefix}?{others}")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "account",
        "https://example.org/?" + LINK.encode().split("?")[1],
        LINK.encode().replace("v1", "v2"),
        LINK.encode().upper(),
        LINK.encode() + "&",
        LINK.encode() + " ",
        LINK.encode() + "\n",
        LINK.encode() + "&x=\x1b[2J",
        LINK.encode() + "&x=ü",
        LINK.encode() + "&x=" + "a" * MAX_LINK,
        LINK.encode().replace("__8", "__9"),  # the last character's spare bits are set
        LINK.encode().replace("__8", "__8="),  # padding
        LINK.encode().replace("__8", "8"),  # a byte short
        LINK.encode().replace("____", "////"),  # the other base64
        LINK.encode().replace("alice", "Alice"),
        LINK.encode().replace("alice", "a"),
        LINK.encode().replace("relay.example", "relay..example"),
    ],
)
def test_a_malformed_link_is_refused(wrong) -> None:
    with pytest.raises(MalformedError):
        InviteLink.parse(wrong)


@pytest.mark.parametrize("field", ["config", "tls", "token"])
@pytest.mark.parametrize("size", [0, 15, 31, 33])
def test_an_optional_field_has_its_size_or_is_not_there(field, size) -> None:
    text = urlsafe_b64encode(bytes(size)).rstrip(b"=").decode()
    with pytest.raises(MalformedError):
        InviteLink.parse(replace(LINK, token=None).encode() + f"&{field}={text}")


def test_the_token_is_not_in_a_representation() -> None:
    assert "\\x01" not in repr(LINK)


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("relay.example", "relay.example", 8443, "relay.example"),
        ("Relay.Example:443", "relay.example", 443, "relay.example:443"),
        ("127.0.0.1:8443", "127.0.0.1", 8443, "127.0.0.1"),
        ("[0:0::1]", "::1", 8443, "[::1]"),
        ("[::1]:1", "::1", 1, "[::1]:1"),
    ],
)
def test_a_relay_has_one_name(text, host, port, shown) -> None:
    relay = RelayAddress.parse(text)
    assert (relay.host, relay.port, str(relay)) == (host, port, shown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "relay.",
        ".example",
        "a..b",
        "-a.example",
        "a-.example",
        "under_score",
        "with space",
        "relay.example\n",
        "\u212a.example",  # the Kelvin sign, which lower() would make a plain k
        "bücher.example",
        "1.2.3",
        "1.2.3.256",
        "relay:0",
        "relay:08443",
        "relay:65536",
        "relay:٨٤٤٣",
        "relay:",
        "relay:1:2",
        "[::1",
        "[::1]8443",
        "[::1%eth0]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[relay]",
        "::1",
        "user@relay",
        "relay/path",
        "a" * 64,
        ".".join(["abc"] * 64),
        "a" * 100_000,
        "[" + ":" * 100_000,
    ],
)
def test_what_is_no_relay_is_refused(text) -> None:
    with pytest.raises(MalformedError):
        RelayAddress.parse(text)


@pytest.mark.parametrize("text", ["alice", "alice@", "@relay", "al ice@relay", "alice@a@b"])
def test_what_is_no_address_is_refused(text) -> None:
    with pytest.raises(MalformedError):
        Address.parse(text)


@given(relays, st.just(b"") | hashes)
def test_a_relay_is_typed_with_its_fingerprint_or_without(relay: RelayAddress, pin: bytes) -> None:
    assert parse_pinned(pinned(relay, pin)) == (relay, pin)


@pytest.mark.parametrize(
    "mark", ["#", "#" + "A" * 42, "#" + "A" * 44, "#!" + "A" * 42, "#" + "A" * 42 + "B", "##"]
)
def test_a_fingerprint_has_one_form(mark: str) -> None:
    with pytest.raises(MalformedError):
        parse_pinned(f"relay.example{mark}")
