"""What an alarm of the key log says to the person: what happened, whom it concerns, what to do.

One entry for each kind of evidence (docs/spec/10-key-log-clients.md §8.2), one more for each change
of ours that a relay can promise, and one for each thing that only this device can see. No word of
it accuses beyond what the evidence shows.
"""

from typing import NamedTuple

from doorless_protocol.log.evidence import Kind

GHOST, SPLIT, CONFIG, OVERDUE, STRANGER = "ghost", "split", "config", "overdue", "stranger"
WITHHELD, OTHER_LOG = "withheld", "other log"

CONVICTING = frozenset(kind.value for kind in Kind if kind.convicts)
"""Kinds whose evidence convicts the relay by its own signatures, as doorless-verify says it."""


JOINED, RESTORED, REMOVED = "joined", "restored", "removed"
"""Of E6: changes of ours, besides a new list of devices with more on it, that are not entered."""


class Words(NamedTuple):
    """`{relay}` and `{whom}` stand for whom it is about."""

    title: str
    happened: str
    affected: str
    todo: str


_EXPORT = "Export the evidence and give it to others: it convicts whoever holds the log's keys."
_FROZEN = (
    "Here the log is frozen: nobody new is believed, and no changed devices. What you have with "
    "contacts goes on."
)
_BROKEN = "The relay broke a signed promise"
_FORK = Words(
    "The relay signed two histories",
    "The key log of {relay} was shown to you one way and to somebody else another way, both "
    "signed. An honest log has one history.",
    "Everybody who uses {relay}. Somebody may have been given other keys than the true ones.",
    f"{_EXPORT} Compare safety numbers with the people who matter, face to face or by voice. "
    f"{_FROZEN}",
)

WORDS: dict[str, Words] = {
    "E1": _FORK,
    "E2": _FORK,
    "E3": _FORK,
    "E4": Words(
        "The relay took back what it had said",
        "The key log of {relay} first vouched for one state of {whom}, and later for a history "
        "in which that state never was.",
        "{whom}, and everybody who wrote to them meanwhile: it may have been sealed to other "
        "devices than theirs.",
        f"{_EXPORT} Ask {{whom}} on another way, and compare safety numbers.",
    ),
    "E5": Words(
        "The relay's log does not add up",
        "Between two entries, the key log of {relay} changed {whom} in a way that its own "
        "list of changes does not explain.",
        "{whom}, and whoever relied on the entry.",
        _EXPORT,
    ),
    "E6": Words(
        _BROKEN,
        "{relay} signed that it would enter your new list of devices into its key log by a "
        "certain time. The time is past, the log went on, and the list is not in it.",
        "You: others are still given the list before it, so nothing that they write reaches a "
        "device that you added.",
        f"{_EXPORT} Until it is entered, use the devices that you had before. Ask who runs the "
        "relay.",
    ),
    f"E6 {JOINED}": Words(
        _BROKEN,
        "{relay} signed that it would enter your new account into its key log by a certain time. "
        "The time is past, the log went on, and you are not in it. No key was changed.",
        "You: for whoever looks you up, nobody has your name. They cannot write to you, and the "
        "relay could give the name to somebody else.",
        f"{_EXPORT} Do not give your address to anybody yet. Ask who runs the relay, or register "
        "at another one.",
    ),
    f"E6 {RESTORED}": Words(
        _BROKEN,
        "{relay} signed that it would enter your restored account into its key log by a certain "
        "time. The time is past, the log went on, and this device is not in it.",
        "You: others are still given the devices that you had before. Whoever holds one of them "
        "can read what they write meanwhile.",
        f"{_EXPORT} If one was stolen, tell your contacts on another way. Ask who runs the relay.",
    ),
    f"E6 {REMOVED}": Words(
        _BROKEN,
        "{relay} signed that it would enter your list without the device that you removed into "
        "its key log by a certain time. The time is past, and the log still holds the old list.",
        "You: others are still given the device that you removed. Whoever holds it can read what "
        "they write meanwhile.",
        f"{_EXPORT} Tell your contacts on another way which device is yours no more. Ask who runs "
        "the relay.",
    ),
    "E7": Words(
        "Other keys stand for {whom}",
        "The key log of {relay} holds an entry for {whom} that the keys known here did not sign.",
        "Whoever looks {whom} up from now on: what they write goes to somebody else.",
        "If that was not you with your recovery words: tell your contacts at once, on another "
        "way. Where this device has the keys, it entered a dispute into the log by itself, which "
        "stops others from taking the new keys. If there is proof below, export it.",
    ),
    "E8": Words(
        "The relay's log does not follow from itself",
        "{relay} signed an epoch of its key log that does not follow from the one before it and "
        "what it said was changed.",
        "Everybody who uses {relay}.",
        _EXPORT,
    ),
    "E9": Words(
        "The relay's log holds what cannot be there",
        "{relay} signed a key log with an entry that says it is another one than it is, or that "
        "is kept by other rules than the entries before.",
        "Everybody who uses {relay}: what its log proves of anybody can no longer be told.",
        f"{_EXPORT} {_FROZEN}",
    ),
    "C1": Words(
        "Two heads of the log that nobody connects",
        "{relay} signed two states of its key log, and does not show how the one became the "
        "other. That alone proves nothing: the answer may be withheld by somebody else.",
        "Everybody who uses {relay}.",
        "Export it and publish it: anybody can demand the proof that connects the two. Try again "
        "from another network.",
    ),
    GHOST: Words(
        "{whom} was shown other keys in your name",
        "In a sealed message {whom} named the entry of the key log that they were shown for you. "
        "It is none of yours.",
        "You and {whom}: what they wrote before may have reached somebody else as well.",
        "Sending to {whom} is stopped until you decide. Compare safety numbers, face to face or "
        "by voice.",
    ),
    SPLIT: Words(
        "You and {whom} are shown different logs",
        "In a sealed message or on their screen {whom} showed an anchor of the log of {relay}. "
        "Yours of the same number is another one. They are asked for theirs, or sent yours: the "
        "two together are proof.",
        "You, {whom}, and perhaps everybody who uses {relay}.",
        "Wait until {whom} was online. Compare safety numbers with the people who matter.",
    ),
    CONFIG: Words(
        "The relay's log has other keys now",
        "{relay} does not show the set-up of its key log that this device pinned when it first "
        "met it. A set-up does not change.",
        "Everybody who uses {relay}: nothing that it says of keys is believed.",
        "Ask who runs the relay whether its data was lost. If you do not get an answer that you "
        "believe: use another relay.",
    ),
    OTHER_LOG: Words(
        "You and {whom} were told of different logs",
        "{whom} follows a key log for you at {relay} that is not the one that this device was told "
        "of, if it was told of any. Either it was set up anew between your first meeting with it "
        "and theirs, or they have you at another relay, or it lies to one of you. Nothing is "
        "signed that tells which: this is no proof.",
        "You or {whom}: who is kept apart may be given other keys than the true ones.",
        "Compare the pinned set-up (doorless log status) with {whom}, with others at {relay} and "
        "with whoever runs it, face to face or by voice: the one that nobody else has is not to be "
        "believed. Until then compare safety numbers before you write anything that matters.",
    ),
    OVERDUE: Words(
        "The relay does not show its log",
        "For longer than two anchors take (two days, as a rule) {relay} did not show what its key "
        "log holds for you, or that it went on. That is no proof of anything; but this is how it "
        "would look.",
        "You: a change of your keys could stay unseen meanwhile.",
        "Look whether the clock of this computer is right: with a wrong one it looks the same. Try "
        "another network. If neither helps, compare safety numbers with the people who matter.",
    ),
    WITHHELD: Words(
        "The relay does not show {whom} again",
        "What you last saw of {whom} in the key log of {relay} has to be in its next states. "
        "For more than a day {relay} has not proven that, while it showed you the rest. That is "
        "no proof of anything; but this is how it would look.",
        "You and {whom}: what you wrote meanwhile may have been sealed to other devices as well.",
        "Compare safety numbers with {whom}. Try another network.",
    ),
    STRANGER: Words(
        "The log does not hold what the relay says",
        "{relay} gave other keys for {whom} than its key log holds, or none that can be proven.",
        "You and {whom}. Nothing was sent to the keys that were shown.",
        "Nothing that was shown is used. Try again later, and compare safety numbers before you "
        "write anything that matters.",
    ),
}


def words(kind: str, *, relay: str, whom: str, change: str = "") -> Words:
    """What to say of an alarm.

    Args:
        whom: the name or the handle that it is about.
        change: of E6, which of our changes was promised; "": a new list of devices.
    """
    said = WORDS.get(f"{kind} {change}".rstrip(), WORDS[STRANGER])
    return Words(*(text.format(relay=relay, whom=whom) for text in said))
