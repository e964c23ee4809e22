"""This device was removed from its account: what that means, and what can be done."""

from doorless_client.tui.screens.confirm import Confirm

TITLE = "This device was removed from your account"
TEXT = (
    "Your primary device removed it, or the account was restored from its recovery words "
    "elsewhere. Nothing goes in or out here any more; what was said stays readable, and what "
    "still waited was not sent.\n\n"
    "If that was you: delete this profile, or link this computer again as a new device, in a new "
    "profile.\n\n"
    "If it was not: look at your devices on the primary, and tell your contacts on another way."
)


def left_out() -> Confirm:
    """True: close doorless."""
    return Confirm(TITLE, TEXT, "Quit", "Read what was said")
