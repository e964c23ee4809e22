"""Our own devices: which there are, what they are called, and which manifest says so.

The primary signs every manifest; the others look it up, or hear of it, and follow only one that
continues what they hold. Copies to our own devices rest on a manifest that was looked up at
most ten minutes ago, like those to anybody else, and that our relay's key log names, if it has
one: what is heard of alone can cut a device off, and gives none a copy. A log that was convicted
names nothing any more: then what our own devices told of goes on.
Spec: docs/spec/11-devices.md §4.
"""

from collections.abc import Collection, Sequence

from doorless_client.core.api import BadInputError, LogProofError, RefusedError
from doorless_client.core.contacts import FRESH_FOR, BusyError
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Anonymously, Flow, Wake
from doorless_client.core.log_looks import Looks, names
from doorless_client.core.log_lookup import LogLookups
from doorless_client.core.matching import check_same_key
from doorless_client.core.not_named import NotNamedError
from doorless_client.core.own_entry import OwnEntry
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.state import State
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Notice, OwnDevice
from doorless_client.text import safe_line
from doorless_protocol.errors import ForgedError, ForkedError, UnwitnessedError
from doorless_protocol.frames import Found, Lookup
from doorless_protocol.linking.messages import MAX_NAME
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.manifest import Manifest, SignedHead, Staple, check_follows

SHOWN_DIGITS = 8
"""Hex digits of a device's id that tell it from others, and that commands take."""

MAX_CLAIMS = 16
"""Versions of our manifest remembered that only peers have named; each is looked up soon."""

ADDED = (
    "a device was added to your account: {}. If that was not you, remove it on your primary "
    "device, with doorless device remove"
)
CALLED = "the device that was added to your account is called so: {}"
REMOVED = "a device was removed from your account"
LEFT_OUT = (
    "this device was removed from your account, by the primary device or with the recovery words. "
    "Nothing goes in or out here; what was said stays readable. Link this computer again, in a new "
    "profile. Not you? See docs/howto/use-several-devices.md"
)
ELSEWHERE = (
    "ALARM: the devices of this account were changed with its recovery words, elsewhere. If that "
    "was not you, somebody has them: begin a new account, and tell your contacts"
)
OTHER_ACCOUNT = "ALARM: the relay shows other keys in your name than yours"
FORKED = "ALARM: two contradicting lists of your devices were signed with your account's key"
MISREPRESENTED = "ALARM: a contact was shown a list of your devices that is not yours"


class OwnDevices:
    """What changes anything runs inside a change, the flow apart."""

    def __init__(self, state: State, devices: Devices, trust: TrustKeeper) -> None:
        self._state, self._store = state, state.store
        self._devices, self._trust = devices, trust
        self.facts = OwnFacts(state.store)
        self._nameless: set[bytes] = set()  # added and told of before their names came
        self._looks = Looks(state, OwnEntry(state), self.adopt)
        self._log = LogLookups(state)
        self._logs = self._log.logs

    # --- looking -----------------------------------------------------------------------------

    def listed(self) -> list[OwnDevice]:
        """Every device of the newest manifest, the one that was added first before the others."""
        names, ours = self.facts.names, self._state.keys.device
        primary = ours if self._state.is_primary else self.facts.primary
        shown = [
            OwnDevice(
                device=entry.device,
                name=safe_line(names.get(entry.device, ""), at_most=MAX_NAME),
                added=entry.added,
                this=entry.device == ours,
                primary=entry.device == primary,
            )
            for entry in self._state.manifest.entries
        ]
        return sorted(shown, key=lambda one: (not one.primary, one.added, one.device))

    def find(self, words: str) -> OwnDevice:
        """By name, or by the beginning of its id. Raises RefusedError: none, or several."""
        held = self.listed()
        for found in (
            [one for one in held if words and words == one.name],
            [one for one in held if len(words) >= 4 and one.device.hex().startswith(words)],
        ):
            if len(found) > 1:
                raise RefusedError("several devices are called so: give the beginning of an id")
            if found:
                return found[0]
        raise RefusedError("no device is called so: see doorless devices")

    @property
    def is_fresh(self) -> bool:
        """Whether our own list is as new as a contact's has to be, for copies to leave."""
        return 0 <= self._state.clock() - self.facts.looked_up <= FRESH_FOR

    # --- what the person says ----------------------------------------------------------------

    def name(self, device: bytes, name: str) -> dict[bytes, str]:
        """Call a device so; returns all names. Raises BadInputError: not possible as a name."""
        size = len(name.encode())
        if not name.strip() or size > MAX_NAME:
            raise BadInputError(f"a name has 1 to {MAX_NAME} bytes, not {size}")
        listed = {entry.device for entry in self._state.manifest.entries}
        names = {known: text for known, text in self.facts.names.items() if known in listed}
        self.facts.set_names({**names, device: name})
        return self.facts.names

    def hear_names(self, names: dict[bytes, str]) -> None:
        """What our devices are called, by the primary; of one that was told of without, say so."""
        self.facts.set_names(names)
        for device in sorted(self._nameless & names.keys()):
            self._nameless.discard(device)
            self._tell(CALLED.format(self._called(device)), alarms=False)

    # --- manifests that were signed elsewhere ------------------------------------------------

    def refresh(self) -> Flow[None]:
        """See to it that our manifest was the newest one ten minutes ago, at most.

        Raises:
            BusyError: the relay does not say.
            DoorlessError: what it shows is older than what we hold, or does not verify.
        """
        if self.is_fresh:
            return
        if (yield from self._is_logged()):
            yield from self._look_by_proof()
        else:
            yield from self._look()
        with self._state.change():
            self.facts.set_looked_up(self._state.clock())

    def _is_logged(self) -> Flow[bool]:
        """Whether our relay has a key log. A device that was linked asks, until it knows of one."""
        view = self._logs.view(self._state.own.relay)
        if view is None and not self._state.is_primary:
            view = yield from self._looks.meet()
        return view is not None

    def _look_by_proof(self) -> Flow[None]:
        try:
            yield from self._looks.list_of_ours()
        except (LogProofError, UnwitnessedError) as failed:
            chain = self._logs.own()
            sighting = chain.sighting if chain is not None else None
            if not self._log.goes_on(self._state.own.relay, sighting, failed):
                raise
        if not (self._state.is_primary or self._is_convicted()):
            check_named(self._logs.own(), self._state.manifest)

    def _is_convicted(self) -> bool:
        """Whether nothing that the log names is believed any more, for ever.

        Then what we hold goes on: the list that it named last, or a later one that a device of
        ours told of, sealed. The relay adds none to it: no list of its is taken.
        """
        view = self._logs.view(self._state.own.relay)
        return bool(view is not None and view.frozen)

    def _look(self) -> Flow[None]:
        own, head = self._state.own, self._state.manifest.head
        request = Lookup(own.handle, head.version)
        answered = yield Anonymously(own.relay, own.pin, request, self._state.random(16))
        if not isinstance(answered, Found):
            raise BusyError("the relay does not show our own devices", FRESH_FOR)
        heads = [SignedHead.decode(encoded) for encoded in answered.heads]
        manifest = Manifest.decode(answered.manifest)
        check_same_key(manifest, heads)
        with self._state.change():
            self.adopt(manifest, heads)

    def adopt(self, manifest: Manifest, between: Sequence[SignedHead] = ()) -> None:
        """Follow a manifest that continues ours; of one that does not, keep the evidence.

        Raises:
            ExpiredError: it is older than ours, or from the future.
            ForgedError: it is no manifest of this account.
        """
        held = self._state.manifest
        if manifest.account != self._state.account:
            self._accuse("our account", held.encode(), manifest.encode(), OTHER_ACCOUNT)
            raise ForgedError("a manifest of another account in our name")
        try:
            check_follows(held.head, between, manifest.head)
        except ForkedError as fork:
            self._accuse(fork.what, fork.ours, fork.theirs, FORKED)
            return
        manifest.head.check_time(self._state.now())
        if manifest.hash != held.hash:
            self._follow(held, manifest)

    def vouch(self, staple: Staple) -> None:
        """A device of ours that a newer manifest than ours lists, by its own staple.

        Raises:
            DoorlessError: ours is as new, and lists it not or otherwise; or a fork.
        """
        held = self._state.manifest
        if staple.version <= held.version:
            if held.entry(staple.entry.device) != staple.entry:
                raise ForgedError("a device with other keys than our manifest lists")
            return
        check_follows(held.head, (), staple.head)
        staple.head.check_time(self._state.now())
        self.facts.set_looked_up(0.0)

    def known_to(self, version: int, hash: bytes) -> dict[int, bytes]:
        """Hash of each version of our manifest, as far as a peer may know it.

        On a device that does not sign them, a later one than ours may be the newest: it is taken
        as it is, and compared as soon as we know ours (`claim`).
        """
        known = {row.version: row.hash for row in self._store.own_manifests.find()}
        if self._is_ahead(version):
            known[version] = hash
        return known

    def _is_ahead(self, version: int) -> bool:
        return not self._state.is_primary and version > self._state.manifest.version

    def claim(self, version: int, hash: bytes, account: bytes) -> None:
        """A peer used this manifest of ours: to be compared when we have seen it."""
        if not self._is_ahead(version):
            return
        claims = self.facts.claimed
        if version not in claims and len(claims) < MAX_CLAIMS:
            self.facts.set_claimed({**claims, version: (hash, account)})
        self.facts.set_looked_up(0.0)

    def _follow(self, held: Manifest, manifest: Manifest) -> None:
        before = {bytes(entry.device): entry for entry in held.entries}
        after = {bytes(entry.device): entry for entry in manifest.entries}
        self._state.adopt(manifest)
        self.facts.set_looked_up(0.0)  # whoever it adds gets nothing before the log names it
        for device in before.keys() - after.keys():
            self._devices.remove(self._state.account, device)
        self._settle_claims()
        if self._state.is_removed:
            self._state.emit(Wake())  # who is at work stops, and says why
        if self._state.is_primary:
            self._tell(ELSEWHERE, alarms=True)
        elif after.keys() - before.keys():
            self._tell_added(after.keys() - before.keys())
        elif before.keys() - after.keys() and not self._state.is_removed:
            self._tell(REMOVED, alarms=False)

    def _tell_added(self, devices: Collection[bytes]) -> None:
        names = self.facts.names
        self._nameless |= {device for device in devices if not names.get(device)}
        self._tell(ADDED.format(", ".join(map(self._called, devices))), alarms=True)

    def _called(self, device: bytes) -> str:
        """As `doorless devices` lists it: its name, as far as it was told, and its id."""
        name, id = safe_line(self.facts.names.get(device, "")), device.hex()[:SHOWN_DIGITS]
        return f"{name} ({id})" if name else id

    def _settle_claims(self) -> None:
        claims = self.facts.claimed
        for version, (hash, account) in list(claims.items()):
            row = self._store.own_manifests.get(version)
            if row is not None:
                del claims[version]
                if row.hash != hash:
                    self._accuse("our manifest", row.hash, hash, MISREPRESENTED, account)
        self.facts.set_claimed(claims)

    def _accuse(
        self, what: str, ours: bytes, theirs: bytes, words: str, account: bytes = b""
    ) -> None:
        if self._trust.keep_evidence(account or self._state.account, what, ours, theirs):
            self._tell(words, alarms=True)

    def _tell(self, words: str, *, alarms: bool) -> None:
        self._state.show(Notice(safe_line(words), alarms=alarms))


def check_named(chain: OwnChain | None, manifest: Manifest) -> None:
    """Raises NotNamedError: the log names another list of our devices than the one that we hold.

    Who signed ours alone does not say that everybody else was shown it.
    """
    if chain is None or not names(chain.standing, manifest):
        raise NotNamedError("the key log does not name our newest list of devices yet")
