"""The primary's part in linking: read a link, show who asks, and list it when the person agrees.

    begin ──► offered ──► the person types the code that the new device shows ──► allow ──► finish
       each step is a flow; where the other end has not answered yet, None: ask again in a second

Nothing is signed before the new device proved all of its keys, and the person compared.
Spec: docs/spec/11-devices.md §3.
"""

from doorless_client.core.api import BadInputError, KeyChangedError, RefusedError
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.own_devices import OwnDevices
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.publishing import Publishing
from doorless_client.core.state import State
from doorless_client.core.views import LinkRequest
from doorless_client.text import safe_line
from doorless_protocol.errors import DoorlessError, MalformedError
from doorless_protocol.frames import Answered, Collect, Collected, Done, Leave, Refusal, Refused
from doorless_protocol.linking.link import DeviceLink, check_in_time
from doorless_protocol.linking.meeting import Answering, Challenging
from doorless_protocol.linking.messages import (
    AGREED,
    CHALLENGE,
    HELLO,
    OFFER,
    WELCOME,
    Welcome,
    give_up,
)
from doorless_protocol.manifest import MAX_DEVICES

CONSEQUENCE = (
    "It will read all that is said to you from now on, and write in your name. Go on only if you "
    "hold it in your hands, and began this yourself"
)
CODE_DIGITS = 8
FULL = f"an account has at most {MAX_DEVICES} devices: remove one first"
SAME_AS_ANOTHER = "nothing was linked: it offers an id or a key of another device of yours"
OTHER_CODE = "that is not the code: somebody may be in between. Nothing was linked; begin anew"


class Approving:
    """On the primary, and nowhere else."""

    def __init__(self, state: State, own: OwnDevices, publishing: Publishing) -> None:
        self._state, self._store = state, state.store
        self._own, self._publishing, self._facts = own, publishing, OwnFacts(state.store)

    def begin(self, text: str) -> Flow[Answering]:
        """Answer a link, once.

        Raises:
            BadInputError: no link, too old, used, or of another relay.
            RefusedError: not on this device, or there is no room for another one.
            UnreachableError: nothing was answered; the same link may be tried again.
        """
        link = self._parse(text)
        try:
            check_in_time(link, self._state.now())
        except DoorlessError as error:
            raise BadInputError(str(error)) from None
        used = self._facts.used_links
        check_unused(used, link)
        own = self._state.own
        answering = Answering.begin(link, self._state.account, own.handle, self._state.random)
        with self._state.change():  # before it is answered: a crash costs a link, no more
            now = self._state.now()
            live = {key: until for key, until in used.items() if until >= now}
            self._facts.set_used_links({**live, link.commitment: link.until})
        yield from self._leave(link, HELLO, answering.message)
        return answering

    def offered(self, answering: Answering) -> Flow[Challenging | None]:
        """What the new device offers, when it is there.

        Raises:
            RefusedError: it is not what its link named, or not signed by what it offers.
        """
        sealed = yield from self._collect(answering.link, OFFER)
        if sealed is None:
            return None
        try:
            return answering.meet(sealed, self._state.random)
        except DoorlessError as error:
            raise RefusedError(f"nothing was linked: {error}") from None

    def shown(self, challenging: Challenging) -> LinkRequest:
        """What the person decides about."""
        offer = challenging.offer
        return LinkRequest(
            name=safe_line(offer.name),
            made=offer.made,
            code=challenging.code,
            consequence=CONSEQUENCE,
        )

    def allow(self, challenging: Challenging, code: str) -> Flow[None]:
        """The person typed the code that the new device shows.

        Raises:
            KeyChangedError: it is another one; nothing is linked.
        """
        check_code(challenging, code)
        yield from self._leave(challenging.link, CHALLENGE, challenging.message)

    def finish(self, challenging: Challenging) -> Flow[bool | None]:
        """List it, when it proved its keys; None: it has not yet.

        Raises:
            RefusedError: it does not hold them, or the time is over. Nothing was signed.
            BusyError: it is listed, and the relay has not taken the list yet.
        """
        link, offer = challenging.link, challenging.offer
        sealed = yield from self._collect(link, AGREED)
        if sealed is None:
            return None
        try:
            check_in_time(link, self._state.now())
            challenging.check_agreed(sealed)
        except DoorlessError as error:
            raise RefusedError(f"nothing was linked: {error}") from None
        held = self._state.manifest.entries
        if offer.entry not in held:
            if len(held) >= MAX_DEVICES:  # filled while the person compared
                raise RefusedError(f"nothing was linked: {FULL}")
            try:
                with self._state.change():
                    self._publishing.sign([*held, offer.entry])
                    self._own.name(offer.entry.device, offer.name)
            except ValueError:
                raise RefusedError(SAME_AS_ANOTHER) from None
        yield from self._publishing.publish()
        own = self._state.own
        welcome = Welcome(
            self._state.keys.device, own.token, own.config or bytes(32), self._state.manifest
        )
        message = challenging.welcome(welcome, self._state.keys, self._state.random)
        yield from self._leave(link, WELCOME, message)
        return True

    def refuse(self, link: DeviceLink) -> Flow[None]:
        """Tell the new device, which waits for our challenge, that none will come."""
        message = give_up(link, CHALLENGE, self._state.random)
        yield self._ask(Leave(link.place(CHALLENGE), message), link.place(CHALLENGE))

    def _parse(self, text: str) -> DeviceLink:
        if not self._state.is_primary:
            raise RefusedError("devices are linked on the primary: the one you registered with")
        if len(self._state.manifest.entries) >= MAX_DEVICES:
            raise RefusedError(FULL)
        try:
            link = DeviceLink.parse("".join(text.split()))
        except MalformedError as error:
            raise BadInputError(f"that cannot be used: {error}") from None
        if str(link.relay) != self._state.own.relay:
            raise BadInputError(
                f"that device asks for {link.relay}; you are at {self._state.own.relay}"
            )
        return link

    def _leave(self, link: DeviceLink, step: int, sealed: bytes) -> Flow[None]:
        answered = yield self._ask(Leave(link.place(step), sealed), link.place(step))
        check_left(answered)

    def _collect(self, link: DeviceLink, step: int) -> Flow[bytes | None]:
        answered = yield self._ask(Collect(link.place(step)), link.place(step))
        return answered.sealed if isinstance(answered, Collected) else None

    def _ask(self, request: Leave | Collect, place: bytes) -> Anonymously:
        own = self._state.own
        return Anonymously(own.relay, own.pin, request, place)


def check_unused(used: dict[bytes, int], link: DeviceLink) -> None:
    """Raises BadInputError: this link was answered before, here."""
    if link.commitment in used:
        raise BadInputError("this link was used before: let the new device show another one")


def check_form(code: str) -> None:
    """Raises BadInputError: no eight digits, so nobody's code: it is to be typed again."""
    digits = "".join(code.split())
    if not (len(digits) == CODE_DIGITS and digits.isascii() and digits.isdecimal()):
        raise BadInputError(f"the code has {CODE_DIGITS} digits, as the new device shows them")


def check_code(challenging: Challenging, code: str) -> None:
    """Raises KeyChangedError: what the new device shows is another code than ours."""
    if "".join(code.split()) != challenging.code.replace(" ", ""):
        raise KeyChangedError(OTHER_CODE)


def check_left(answered: Answered) -> None:
    """Raises RefusedError: somebody else was there first, or there is no room."""
    if isinstance(answered, Refused) and answered.reason == Refusal.TAKEN:
        raise RefusedError("somebody else answered this link: let the new device show another one")
    if not isinstance(answered, Done):
        raise RefusedError("the relay has no room for devices to meet now: try again in minutes")
