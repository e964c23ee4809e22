"""Safety numbers, addresses and invite links: the same text from both, and the same refusals."""

from hypothesis import given
from hypothesis import strategies as some

from beside_ours import ours_says, theirs_says
from doorless_protocol import invite, verification
from doorless_protocol.keys import VerifyingKey
from specpeer import addresses, identities


def test_both_screens_show_the_same_number_and_code() -> None:
    one, other = (identities.account_signer(bytes([each]) * 32).key for each in (1, 2))
    ours = verification.SafetyNumber.of(VerifyingKey.decode(other), VerifyingKey.decode(one))
    assert ours.digits == addresses.safety_number(one, other)
    assert ours.words == addresses.safety_words(one, other)
    assert ours.code() == addresses.safety_code(one, other)
    anchors = [
        verification.LogAnchor(b"abcd", 7, bytes(32)),
        verification.LogAnchor(b"b" * 4, 1, b"h" * 32),
    ]
    said = [(anchor.log, anchor.number, anchor.hash) for anchor in anchors]
    assert ours.code(anchors) == addresses.safety_code(one, other, said)


_HOSTS = """
    relay.example Relay.EXAMPLE 10.0.0.1 10.0.0.256 010.0.0.1 1.2.3 relay.7 xn--bcher-kva.example
    [::1] [2001:DB8:0:0::1] [fe80::1%eth0] [::1 ::1 [1.2.3.4] -relay.example relay-.x a..b localhost
"""
_hosts = some.sampled_from(_HOSTS.split())
_ports = some.sampled_from(["", ":", ":1", ":8443", ":08443", ":65535", ":65536", ":0", ":1x"])
_typed = some.text("ab[]:.%-018@", max_size=12) | some.text(max_size=5)


@given(some.tuples(_hosts, _ports).map("".join) | _typed)
def test_they_read_the_same_relay_in_what_people_type(text: str) -> None:
    ours = ours_says(lambda: str(invite.RelayAddress.parse(text)).encode())
    assert ours == theirs_says(lambda: addresses.parse_relay(text).encode())


@given(some.tuples(_typed | some.just("alice"), some.just("@"), _hosts).map("".join) | _typed)
def test_they_read_the_same_address_in_what_people_type(text: str) -> None:
    ours = ours_says(lambda: str(invite.Address.parse(text)).encode())
    assert ours == theirs_says(lambda: "@".join(addresses.parse_address(text)).encode())


_octets = some.binary(min_size=32, max_size=32)
_links = some.builds(
    addresses.InviteLink,
    relay=some.just("relay.example:444"),
    handle=some.just("alice"),
    account=_octets,
    config=some.none() | _octets,
    tls=some.none() | _octets,
    token=some.none() | some.binary(min_size=16, max_size=16),
).map(addresses.InviteLink.encode)


def _both_read(text: str) -> None:
    ours = ours_says(lambda: invite.InviteLink.parse(text).encode().encode())
    assert ours == theirs_says(lambda: addresses.InviteLink.parse(text).encode().encode())


@given(_links)
def test_links_of_one_are_links_of_the_other(text: str) -> None:
    assert invite.InviteLink.parse(text).encode() == text
    _both_read(text)


@given(_links, some.integers(0, 200), some.text("?&=Aa_-\n é", max_size=2), some.data())
def test_they_refuse_the_same_links(text: str, at: int, put: str, data: some.DataObject) -> None:
    _both_read(text[:at] + put + text[at + data.draw(some.integers(0, 2)) :])
    fields = text.partition("?")[2].split("&")
    shuffled = data.draw(some.permutations([*fields, "later=1"]))
    _both_read("doorless:v1?" + "&".join(shuffled))
    _both_read("doorless:v1?" + "&".join([*shuffled, fields[0]]))
