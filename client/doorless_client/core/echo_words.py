"""What Echo answers: the words themselves, and a few lines that teach when it is asked.

What it says of sizes, keys and numbers is handed to it by who measured them.
"""

from collections.abc import Callable
from dataclasses import dataclass

WELCOME = (
    "Hello, I am Echo. I live on this computer, and what you write to me stays on it: it is "
    "sealed as for anybody, with keys of my own, opened, and sealed back to you. Write me "
    "something. F2 shows what a relay would get of it; Ctrl+N adds a person. 'help' lists what "
    "else I know."
)

HELP = (
    "I send back what you write. A few words I answer:\n"
    "xray - what a relay would have of this\n"
    "verify - how to be sure who somebody is\n"
    "relay - what a relay learns, and what not\n"
    "keys - what sealed your last message\n"
    "add - how to write to a person\n"
    "forget - how to be rid of me"
)

XRAY = (
    "Press F2. Beside each message stand the first bytes of the very envelope that carried it; "
    "of ours nothing was sent, of a person's the relay has exactly such bytes. Press the up arrow "
    "to pick a message and i to read all about it. The tour (Ctrl+P, 'Follow one message') goes "
    "through it step by step."
)

RELAY = (
    "A relay sees, as it happens: the network address that is connected, and when; which mailbox "
    "gets an envelope, when, in which of six sizes; which names are looked up. It keeps an "
    "envelope until it is fetched, 30 days at most, with its mailbox and the hour. It cannot see "
    "who wrote, or a word of it, or whether it was a text or a receipt. Who watches addresses "
    "and times can still guess who talks to whom: doorless does not hide that."
)

ADD = (
    "Press Ctrl+N, and give a name at a relay (ada@relay.example) or an invite link. The link is "
    "better: it names their key. Your own invite link is shown there too. Then press F4 "
    "with them and compare the safety number."
)

FORGET = (
    "Press F3 and choose Delete. I am gone for good then, with all that was said here and with my "
    "keys; nothing brings me back into this profile."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What happened to the message that Echo answers.

    Attributes:
        typed: bytes of its text; `sealed` bytes of its envelope.
        epoch: of post-quantum keys, that it was sealed in.
        digits: the safety number, as Echo works it out from its end. Asked for only when told.
        first: it is the first one that Echo was written.
    """

    typed: int
    sealed: int
    epoch: int
    digits: Callable[[], str]
    first: bool


def answers(text: str, measured: Measured) -> tuple[str, ...]:
    """One line or more to answer `text` with; the first of them is never empty."""
    word = text.strip().strip("/'\"?!.").lower()
    if word == "verify":
        return (_verify(measured.digits()),)
    if word == "keys":
        return (_keys(measured),)
    if (taught := _LESSONS.get(word)) is not None:
        return (taught,)
    return (text, _first(measured)) if measured.first else (text,)


_LESSONS = {"help": HELP, "xray": XRAY, "x-ray": XRAY, "relay": RELAY, "add": ADD, "forget": FORGET}


def about_reaction(sealed: int) -> str:
    return (
        f"Your reaction came in an envelope of {sealed:,} bytes, just like a text: nobody outside "
        "can tell one from the other."
    )


def _verify(digits: str) -> str:
    return (
        "Press F4. Worked out from my end, our safety number is\n"
        f"{digits}\n"
        "If your screen shows the same, nobody sits between us. With a person, compare it side by "
        "side or by voice, never in the chat itself: who sits in between could change it there."
    )


def _keys(measured: Measured) -> str:
    return (
        f"Your last message, {_bytes(measured.typed)}, was sealed in an envelope of "
        f"{measured.sealed:,} bytes with a key that was used once and is deleted. We are in epoch "
        f"{measured.epoch} of our post-quantum keys: a new one begins when each of us has answered "
        "the other, so a thief of today's keys is locked out soon."
    )


def _first(measured: Measured) -> str:
    return (
        f"You typed {_bytes(measured.typed)}; the envelope had {measured.sealed:,}, as every short "
        "message has, whatever it says. I opened it and sealed your words back to you, and "
        "nothing left this computer. Write 'help' for what else I know."
    )


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{count:,} bytes"
