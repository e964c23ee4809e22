"""The new device's part in linking: show a link, show the code, become one of an account's.

    draw ──► hello ──► the person compares ──► agree ──► welcome ──► stored

Until the welcome, nothing is stored: who gives up has left nothing behind but a link that is
over in minutes. Spec: docs/spec/11-devices.md §3.
"""

from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.approving import check_left
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.own_facts import OwnFacts
from doorless_client.store.base import Store
from doorless_client.store.records import Own, OwnManifest
from doorless_protocol.errors import DoorlessError, ExpiredError
from doorless_protocol.frames import Collect, Collected, Leave
from doorless_protocol.invite import RelayAddress
from doorless_protocol.linking.link import check_in_time
from doorless_protocol.linking.meeting import Agreeing, NewDevice, Offering
from doorless_protocol.linking.messages import (
    AGREED,
    CHALLENGE,
    HELLO,
    MAX_NAME,
    OFFER,
    WELCOME,
    Welcome,
    give_up,
)
from doorless_protocol.primitives import Random

OVER = (
    "nothing was linked: the primary device did not go on within four minutes, or was given"
    " another code; begin anew"
)


class Joining:
    """One link, shown once.

    Args:
        relay: `host[:port]`; `pin` its fingerprint where no authority vouches.
    """

    def __init__(self, name: str, relay: str, pin: bytes, now: int, random: Random) -> None:
        """Raises BadInputError: the name is empty, or too long."""
        self._relay, self._pin, self._random = relay, pin, random
        try:
            self.device = NewDevice.draw(
                name.strip(), RelayAddress.parse(relay), pin or None, now, random
            )
        except ValueError:
            raise BadInputError(f"a device's name has 1 to {MAX_NAME} bytes") from None

    @property
    def link(self) -> str:
        return self.device.link.encode()

    def hello(self, now: int) -> Flow[Offering | None]:
        """Who answered, when somebody did: from then on there is a code to compare.

        Raises:
            RefusedError: the time is over, or what answered is none who saw the link.
        """
        sealed = yield from self._collect(HELLO, now)
        if sealed is None:
            return None
        try:
            offering = self.device.answer(sealed, self._random)
        except DoorlessError as error:
            raise RefusedError(f"nothing was linked: {error}") from None
        yield from self._leave(OFFER, offering.message)
        return offering

    def agree(self, offering: Offering, now: int) -> Flow[Agreeing | None]:
        """After the person said that both show the same; when the primary did, too."""
        sealed = yield from self._collect(CHALLENGE, now)
        if sealed is None:
            return None
        try:
            agreeing = offering.agree(sealed, self._random)
        except DoorlessError as error:
            raise RefusedError(f"nothing was linked: {error}") from None
        yield from self._leave(AGREED, agreeing.message)
        return agreeing

    def welcome(self, agreeing: Agreeing, now: int) -> Flow[Welcome | None]:
        """What the primary listed us with, when it did."""
        sealed = yield from self._collect(WELCOME, now)
        if sealed is None:
            return None
        try:
            return agreeing.enter(sealed, now)
        except DoorlessError as error:
            raise RefusedError(f"nothing was linked: {error}") from None

    def give_up(self, *, met: bool) -> Flow[None]:
        """Tell the primary, which waits for us, that nothing will come.

        Args:
            met: our offer was left already.
        """
        step = AGREED if met else OFFER
        message, place = give_up(self.device.link, step, self._random), self.device.link.place(step)
        yield Anonymously(self._relay, self._pin, Leave(place, message), place)

    def _collect(self, step: int, now: int) -> Flow[bytes | None]:
        try:
            check_in_time(self.device.link, now)
        except ExpiredError:
            raise RefusedError(OVER) from None
        place = self.device.link.place(step)
        answered = yield Anonymously(self._relay, self._pin, Collect(place), place)
        return answered.sealed if isinstance(answered, Collected) else None

    def _leave(self, step: int, sealed: bytes) -> Flow[None]:
        place = self.device.link.place(step)
        answered = yield Anonymously(self._relay, self._pin, Leave(place, sealed), place)
        check_left(answered)


def settle(store: Store, offering: Offering, welcome: Welcome, *, relay: str, tls: bool) -> None:
    """Store a device that was listed, all in one transaction; it greets the others when opened."""
    manifest = welcome.manifest
    own = Own(
        handle=offering.hello.handle,
        relay=relay,
        tls=tls,
        pin=offering.link.tls or b"",
        account_key=b"",
        unshown_seed=b"",
        device_keys=offering.keys.encode(),
        token=welcome.token,
        registered=True,
        token_published=True,
        config=b"" if welcome.config == bytes(32) else welcome.config,
    )
    facts = OwnFacts(store)
    with store.transaction():
        store.own.put(own)
        store.own_manifests.put(OwnManifest(manifest.version, manifest.hash, manifest.encode()))
        facts.set_primary(welcome.primary)
        facts.set_joined(greets=True)
