"""A stage for scenarios: its clock is the scene's, its relay can be compelled.

async with LabStage(scene) as stage:
    alice = await stage.enrol("alice", "Alice", "Alice Meadows")
    oskar = await CompelledOperator.at(stage.relay, stage.control_folder)
    oskar.obey(Order(envelopes=True, addresses=True))
    stage.clock.advance(3_600)
"""

from collections.abc import Sequence
from typing import Self

from doorless_client.core.views import Kind, Link, Standing, State
from doorless_client.registering import register
from doorless_client.store.memory import MemoryStore
from doorless_lab.holdings import read_holdings
from doorless_lab.person import SEED_SIZE, Person, TappedNetwork
from doorless_lab.relay_process import RelayProcess
from doorless_lab.scenario import Scene
from doorless_lab.stage import RELAY_NAME, Stage, until
from doorless_lab.staging.clock import LabClock
from doorless_lab.staging.control import TOKEN_SIZE, Control
from doorless_lab.staging.machine import Machine
from doorless_lab.tap import Tap

DEMAND_PERIOD = 60
"""Seconds of the demand log's periods; a relay that serves people has a day."""

WITHIN = 30.0
"""Seconds for anything that one person does and another one sees; it takes a tenth."""


class LabStage(Stage):
    """Entered, it has a relay of the lab that runs; left, nothing is left of it but its folder.

    Attributes:
        clock: of everybody here, the relay's process included.
        internet: which address somebody's network has, by handle, from the next connection on.
            Addresses of documentation (RFC 5737), which nobody has.
    """

    def __init__(self, scene: Scene) -> None:
        self.control_folder = Control(scene.folder / "control")
        self.control_folder.create(scene.random(TOKEN_SIZE).hex())
        self.clock = LabClock.begin(self.control_folder.clock, scene.now)
        self.internet: dict[str, str] = {}
        super().__init__(now=self.clock.now, random=scene.random)

    async def __aexit__(self, *leaving: object) -> None:
        await super().__aexit__(*leaving)
        self.clock.close()

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except BaseException:
            self.clock.close()
            raise

    async def lay(self, name: str) -> Tap:
        tap = await super().lay(name)
        tap.on_connect = lambda port: self.control_folder.register(
            port, self.internet.get(name, "127.0.0.1")
        )
        return tap

    def _make_relay(self, environment: dict[str, str]) -> RelayProcess:
        control = str(self.control_folder.folder)
        log = ("--demand-period", str(DEMAND_PERIOD))
        program = ("doorless_lab.relay", "--control", control, *log)
        data, said = self.folder / "relay", self.logs / "relay.log"
        return RelayProcess(RELAY_NAME, data, said, environment, program=program)

    async def friends(self, *people: tuple[str, str]) -> list[Person]:
        """Enrol people, by handle and name, who are each other's contacts; nothing is under way."""
        enrolled = [await self.enrol(handle, name, name) for handle, name in people]
        for place, one in enumerate(enrolled):
            for other in enrolled[place + 1 :]:
                await introduce(one, other)
        return enrolled

    async def sign_up(self, handle: str) -> bytes:
        """Somebody whose device has an account and is seen no more; its id. Quick: no profile."""
        tap, store = await self.lay(handle), MemoryStore()
        network = TappedNetwork(RELAY_NAME, tap, self._random)
        try:
            me = await register(
                store,
                network,
                handle=handle,
                relay=RELAY_NAME,
                seed=self._random(SEED_SIZE),
                now=self._now,
                random=self._random,
            )
        finally:
            await network.close()
            store.close()
        return bytes(me.account)

    async def move(self, person: Person, address: str) -> None:
        """Let somebody's network have another address: all connections are made anew."""
        self.internet[person.handle] = address
        person.cut()
        await until(lambda: not _online(person), WITHIN, "the cut")
        person.restore()
        await until(lambda: _online(person), WITHIN, "the network")

    async def quiet(self, one: Person, other: Person) -> None:
        """Wait until each knows that all that it said arrived, and the relay holds nothing."""

        def is_quiet() -> bool:
            said = [*one.messages(other), *other.messages(one)]
            ours = [message for message in said if message.mine and message.kind is Kind.TEXT]
            arrived = all(message.state >= State.DELIVERED for message in ours)
            return arrived and not read_holdings(self.relay.data).waiting

        await until(is_quiet, WITHIN, "receipts")

    def machine(self) -> Machine:
        """The relay's, as it runs now."""
        pid = self.relay.pid
        pids = (pid,) if pid is not None else ()
        return Machine(self.relay.data, self.logs, self.control_folder.pile, pids, self.control)


def _online(person: Person) -> bool:
    return person.messenger.connection.link is Link.ONLINE


async def introduce(one: Person, other: Person) -> None:
    """Make them each other's contacts, confirmed."""
    await one.messenger.add(other.messenger.me.address)
    await say(one, other, "hello")
    await until(lambda: other.chat(one) is not None, WITHIN, "the request")
    chat = other.chat(one)
    if chat is not None and chat.standing is Standing.REQUEST:
        await other.messenger.accept(chat.conversation)
    await say(other, one, "hello yourself")
    await heard(one, other, "hello yourself")


async def say(sender: Person, other: Person, text: str) -> None:
    """Raises ValueError: they are no contacts."""
    chat = sender.chat(other)
    if chat is None:
        raise ValueError(f"{sender.name} does not know {other.name}")
    await sender.messenger.send(chat.conversation, text)


async def kept(sender: Person, away: Person, texts: Sequence[str]) -> None:
    """Say this to somebody who goes away, and wait until the relay keeps all of it."""
    away.cut()
    for text in texts:
        await say(sender, away, text)

    def are_kept() -> bool:
        sent = {one.text for one in sender.messages(away) if one.state is not State.WAITING}
        return set(texts) <= sent

    await until(are_kept, WITHIN, "the relay, which keeps what waits")


async def heard(hearer: Person, other: Person, text: str) -> None:
    """Wait until it is on the screen. Raises TimeoutError."""

    def is_there() -> bool:
        return any(message.text == text for message in hearer.messages(other))

    await until(is_there, WITHIN, f"a message to {hearer.name}")
