"""Facts about a contact, in words."""

from doorless_client.contact_facts import shown_address
from doorless_client.text import safe_line


def test_an_address_that_nobody_looked_up_is_shown_as_a_claim_and_never_as_digits() -> None:
    claim = safe_line("carol@relay.test (not checked)")
    assert shown_address(safe_line("ab" * 32), claim) == claim
    assert shown_address(safe_line("carol@relay.test"), safe_line("Carol")) == "carol@relay.test"
