"""Another copy of this profile was used: which one goes on is for the person to say."""

from doorless_client.tui.screens.confirm import Confirm

TITLE = "Another copy of this profile was used"
TEXT = (
    "It connected after this one was last used: this is an older copy, or somebody has one of it. "
    "Nothing goes in or out here.\n\n"
    "Go on with this copy: every conversation begins anew, what somebody could not open is sent "
    "again, and the other copy is stopped. What arrived there alone is not here.\n\n"
    "Leave it: use the other one. If you have no other copy, somebody may have taken one: go on "
    "here, and tell your contacts."
)


def which_copy() -> Confirm:
    """True: this one goes on."""
    return Confirm(TITLE, TEXT, "Go on here", "Leave it")
