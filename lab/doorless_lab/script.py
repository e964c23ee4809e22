"""A fixed conversation as plain text: what Alice and Bob see, what the relay gets, what leaks.

Every line is computed from what happens while it is printed. The figures decide the outcome:
a leak, a control that is not found, a message lost or doubled makes the run fail.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Final

from doorless_client.core.views import Message, Standing, State
from doorless_client.text import safe_line
from doorless_lab.holdings import Table, read_holdings
from doorless_lab.leak_watch import LeakWatch, Look
from doorless_lab.leakscan import Marker
from doorless_lab.person import Person
from doorless_lab.secrets_of import LEAST_TEXT, secrets_of
from doorless_lab.sights import LEARNS, Sights, hex_rows, short
from doorless_lab.stage import Stage, until
from doorless_lab.threads import in_thread
from doorless_protocol.primitives import Random

WIDTH = 78
SIDE = 8
"""Columns of the name at the left of a line."""

WITHIN = 60.0
"""Seconds for anything that one person does and another one sees; it takes a tenth."""

Print = Callable[[str], None]

HELLO: Final = "Bob, is there really no way in for anybody else?"
ANSWER: Final = "None. The relay carries what we seal and cannot open any of it."
LATE: Final = "I write this while your cable is out. It will find you later."
OWN: Final = "And this one while my own cable is out. It waits right here."
BYE: Final = "Both arrived, once each, in the order in which you wrote them."


class BrokenPromiseError(Exception):
    """Something happened that must not; the message says what."""


@dataclass(slots=True)
class Script:
    """Plays once. Raises BrokenPromiseError or TimeoutError when it does not end well."""

    now: Callable[[], float]
    random: Random
    print: Print
    said: list[str] = field(default_factory=list)

    async def play(self) -> None:
        self._title("Two people and a relay. All of it happens now, with the real programs.")
        sights = Sights(self.now)
        async with Stage(now=self.now, random=self.random, on_call=sights.take) as stage:
            watch = LeakWatch(stage)
            alice, bob = await self._register(stage, watch)
            await self._meet(alice, bob, watch, sights)
            await self._lose_a_cable(stage, alice, bob, watch)
            self._check_histories(alice, bob)
            self._report(await in_thread(watch.look, stop=watch.stop))
        self._learns()

    # --- the steps -------------------------------------------------------------------------

    async def _register(self, stage: Stage, watch: LeakWatch) -> tuple[Person, Person]:
        self._step("A relay starts, as a process of its own")
        self._line("relay", f"{stage.relay.name} is process {stage.relay.pid}, and holds nothing")
        self._step("Alice and Bob register")
        people = [
            await stage.enrol("alice", "Alice", "Alice Meadows"),
            await stage.enrol("bob", "Bob", "Bob Rivers"),
        ]
        for person in people:
            watch.add(secrets_of(person))
            account = short(person.messenger.me.account)
            self._line(person.name, f"a profile under a passphrase, 24 words, account {account}…")
        self._rows(read_holdings(stage.relay.data).tables)
        alice, bob = people
        return alice, bob

    async def _meet(self, alice: Person, bob: Person, watch: LeakWatch, sights: Sights) -> None:
        self._step("Alice writes to Bob, whom she never met")
        await alice.messenger.add(bob.messenger.me.address)
        await self._send(alice, bob, HELLO, watch)
        await until(lambda: bob.chat(alice) is not None, WITHIN, "the request")
        self._envelope(sights, bob)
        chat = bob.chat(alice)
        if chat is None or chat.standing is not Standing.REQUEST:
            raise BrokenPromiseError("a stranger's message did not come as a request")
        self._line(bob.name, "? somebody new wants to talk; Bob reads it, and accepts")
        await bob.messenger.accept(chat.conversation)
        await self._hear(bob, alice, HELLO)
        self._step("Bob answers")
        await self._send(bob, alice, ANSWER, watch)
        await self._hear(alice, bob, ANSWER)
        self._envelope(sights, alice)

    async def _lose_a_cable(
        self, stage: Stage, alice: Person, bob: Person, watch: LeakWatch
    ) -> None:
        self._step("Bob's cable is pulled; Alice writes")
        bob.cut()
        await self._send(alice, bob, LATE, watch)
        await until(lambda: self._state(alice, bob, LATE) is State.SENT, WITHIN, "the relay")
        self._line(alice.name, "✓ the relay has it, durably")
        self._waiting_rows(stage)
        self._step("Alice's cable is pulled too; she writes on")
        alice.cut()
        await self._send(alice, bob, OWN, watch)
        self._line(alice.name, f"◌ {self._state(alice, bob, OWN).word} on this computer")
        self._step("Both cables are back")
        alice.restore()
        bob.restore()
        for text in (LATE, OWN):
            await self._hear(bob, alice, text)
        await self._send(bob, alice, BYE, watch)
        await self._hear(alice, bob, BYE)
        await until(
            lambda: self._state(bob, alice, BYE) is State.DELIVERED, WITHIN, "Alice's receipt"
        )
        await until(
            lambda: not read_holdings(stage.relay.data).waiting, WITHIN, "the relay's mailboxes"
        )
        self._line("relay", "every envelope was acknowledged, and is deleted")

    # --- what people do --------------------------------------------------------------------

    async def _send(self, sender: Person, other: Person, text: str, watch: LeakWatch) -> None:
        chat = sender.chat(other)
        if chat is None:
            raise BrokenPromiseError(f"{sender.name} does not know {other.name}")
        if len(text) < LEAST_TEXT:
            raise ValueError("a text too short to be searched for")
        watch.add([Marker("a message", text.encode(), whole=True)])
        await sender.messenger.send(chat.conversation, text)
        self.said.append(text)
        self._line(sender.name, f"> {text}")

    async def _hear(self, hearer: Person, other: Person, text: str) -> None:
        await until(lambda: bool(_with(hearer.messages(other), text)), WITHIN, f"{text!r}")
        self._line(hearer.name, f"< {text}")

    def _state(self, sender: Person, other: Person, text: str) -> State:
        return _with(sender.messages(other), text)[0].state

    def _check_histories(self, alice: Person, bob: Person) -> None:
        """Everything arrived exactly once, in the order in which it was said."""
        for person, other in ((alice, bob), (bob, alice)):
            texts = [message.text for message in person.messages(other)]
            shown = [text for text in texts if text in self.said]
            if shown != self.said:
                raise BrokenPromiseError(f"{person.name} sees {shown}, said was {self.said}")
        self._line("check", f"{len(self.said)} messages, each once, in order, on both sides")

    # --- what is printed -------------------------------------------------------------------

    def _title(self, text: str) -> None:
        for line in wrap(text, WIDTH):
            self.print(line)

    def _step(self, text: str) -> None:
        self.print(f"\n== {text}")

    def _line(self, who: str, text: str) -> None:
        first, *rest = wrap(safe_line(text), WIDTH - SIDE) or [""]
        self.print(f"{who:<{SIDE}}{first}")
        for line in rest:
            self.print(f"{'':{SIDE}}  {line}")

    def _rows(self, tables: tuple[Table, ...]) -> None:
        self._line("relay", "now holds, of the two of them:")
        for table in tables:
            if table.rows:
                self.print(f"{'':{SIDE}}{table.name:<16}{table.rows:>5}  {table.classes}")

    def _envelope(self, sights: Sights, whose: Person) -> None:
        """The first that came for somebody, as the relay has it."""
        sight = next((sight for sight in sights.recent if sight.mailbox == whose.mailbox), None)
        if sight is None:
            raise BrokenPromiseError(f"the relay saw no envelope for {whose.name}")
        self._line("relay", f"gets {sight.line}")
        for row in hex_rows(sight.envelope, WIDTH - SIDE, 2):
            self.print(f"{'':{SIDE}}{row}")

    def _waiting_rows(self, stage: Stage) -> None:
        waiting = read_holdings(stage.relay.data).waiting
        for row in waiting:
            self._line("relay", row)
        if len(waiting) > 1:
            self._line(
                "", "One is her message, one her profile: it has sizes, and not what they are."
            )

    def _report(self, look: Look) -> None:
        self._step(f"What leaked? {look.secrets} secrets, in seven disguises each")
        self.print(f"{'':{SIDE}}{'place':<20}{'searched':>14}{'secrets':>9}{'control':>9}")
        for place in look.places:
            if place.unreadable:
                self.print(f"{'':{SIDE}}{place.name:<20}  not searched: {place.unreadable}")
                continue
            figures = f"{place.scanned:>12,} B{place.found:>9}{place.control:>9}"
            self.print(f"{'':{SIDE}}{place.name:<20}{figures}")
        self._line("leaks", f"{look.found} found in {look.scanned:,} bytes, {look.seconds:.1f} s")
        check_look(look)
        self._line("control", "a marker planted in each place was found there: the search works")

    def _learns(self) -> None:
        self._step("What the relay does learn, all the same")
        for fact in LEARNS:
            self._line("", f"- {fact}")


def check_look(look: Look) -> None:
    """Raises BrokenPromiseError: something leaked, or nobody would have seen it."""
    if look.found:
        raise BrokenPromiseError(f"{look.found} secrets were found at the relay")
    if not look.control_works:
        raise BrokenPromiseError("a marker that was planted was not found")


def _with(messages: list[Message], text: str) -> list[Message]:
    return [message for message in messages if message.text == text]
