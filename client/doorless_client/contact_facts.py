"""What can be told of a contact, in words: for the screen and for the command line."""

from collections.abc import Callable

from doorless_client.core.views import Details, Standing, Trust
from doorless_client.text import SafeText

_TRUST = {
    Trust.FIRST_SEEN: "not verified: these keys were taken at first contact",
    Trust.VERIFIED: "verified: you compared the safety number of exactly these keys",
    Trust.CHANGED: "changed: nothing is sent until you decide",
}
_STANDING = {
    Standing.CONTACT: "a contact",
    Standing.REQUEST: "wants to talk, not accepted",
    Standing.BLOCKED: "blocked",
}

REPLACED = "keys replaced lately, not checked"
"""Of whom the key log says that they took the place of other keys, or may have."""

REPLACED_AT_LENGTH = (
    f"{REPLACED}: they took the place of others, or may have, within the last two days; compare "
    "the safety number, or ask over another channel"
)
WITHOUT_ONE_TIME = "started without a one-time prekey: its first messages are protected less long"


def shown_address(checked: SafeText, name: SafeText) -> SafeText:
    """The address; of somebody whose address was never looked up, what they claim, marked so."""
    return checked if "@" in checked else name


def what_is_known(details: Details, when: Callable[[int], str]) -> list[tuple[str, str]]:
    """Label and value. Says of each proof whether it was made, and nothing beyond.

    Args:
        when: how Unix seconds are written.
    """
    proof = "yes" if details.confirmed else "not yet: nothing came that only their keys can make"
    account = details.account.hex()
    return [
        ("address", shown_address(details.address, details.name)),
        ("account", " ".join(account[start : start + 8] for start in range(0, 64, 8))),
        ("standing", _STANDING[details.standing]),
        ("keys", _TRUST[details.trust]),
        *([("", REPLACED_AT_LENGTH)] if details.replaced else []),
        ("proved itself", proof),
        ("last healed", when(details.healed) if details.healed else "no session"),
        ("key log", "checked" if details.checked else "not checked"),
        ("devices", str(details.devices)),
        ("added", when(details.added)),
        *([("session", WITHOUT_ONE_TIME)] if details.last_resort else []),
    ]
