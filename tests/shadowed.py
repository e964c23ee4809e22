"""Ours with a shadow beside it: SpecPeer with the same keys, which must hear and say the same."""

from beside_ours import NOW, Ours, Refusal, Theirs
from doorless_lab.pair import Device
from doorless_lab.tape import Recorder
from specpeer import identities, prekeys
from specpeer.crypto import Recorded
from specpeer.manifests import Entry, Manifest
from specpeer.people import Person


class Shadowed:
    """Ours and its shadow, as one end that says nothing which both do not say."""

    def __init__(self, recorder: Recorder, other: Theirs) -> None:
        self.recorder, self.other = recorder, other
        with recorder.drawing():
            self.ours = Ours(Device.draw("alice", NOW, recorder.random, pairs=3), recorder.random)
        self.draws = Recorded(recorder.tape, {})
        self.shadow = Theirs(self._derived(), self.draws)
        assert self.shadow.manifest() == self.ours.manifest()
        for index in (None, 0, 1, 2):
            assert self.shadow.serve(index) == self.ours.serve(index)

    def _derived(self) -> Person:
        """The same device, account, manifest and bundle, from the tape."""
        device = identities.Device.draw(self.draws)
        account = identities.account_signer(self.draws.random(32))
        manifest = Manifest.sign(account, [Entry.of(device, NOW)], NOW, None, self.draws)
        secrets = prekeys.draw(device, manifest.account, NOW, self.draws, 3)
        return Person(device, manifest, "alice@relay.example", [secrets], signer=account)

    def says(self, content: bytes) -> bytes:
        envelope = self.ours_says(content)
        assert self.shadow.says(content) == envelope
        return envelope

    def ours_says(self, content: bytes) -> bytes:
        self._learn()
        with self.recorder.drawing():
            return self.ours.says(content)

    def hears(self, envelope: bytes) -> bytes:
        content = self.ours.hears(envelope)
        assert self.shadow.hears(envelope) == content
        assert (self.ours.label, self.ours.confirmed) == (self.shadow.label, self.shadow.confirmed)
        return content

    def contacts(self, pair: int | None) -> None:
        self._learn()
        listed, served = self.other.manifest(), self.other.serve(pair)
        with self.recorder.drawing():
            self.ours.contacts(listed, served)
        self.shadow.contacts(listed, served)

    def _learn(self) -> None:
        """The private keys that the other side has now: they open what is on the tape."""
        person, seeds = self.other.person, self.draws.seeds
        secrets = person.prekeys[0]
        seeds[secrets.bundle.last_key] = secrets.last_key
        seeds[secrets.bundle.envelope_key] = secrets.envelope_key
        seeds.update((pair.public().kem, pair.kem) for pair in secrets.pairs)
        seeds[person.manifest.entries[0].identity_kem] = person.device.identity_kem
        for session in person.sessions:
            hop = session.ratchet.hop
            seeds[hop.key] = hop.seed or person.device.identity_kem

    def refuses(self, envelope: bytes) -> str:
        """The name by which both refuse it; nothing changed."""
        before = self.ours.sessions[0]
        names = []
        for end in (self.ours, self.shadow):
            try:
                end.hears(envelope)
            except Refusal as refusal:
                names.append(str(refusal))
            else:
                raise AssertionError(f"{type(end).__name__} takes it")
        assert names[0] == names[1]
        assert self.ours.sessions[0] is before
        return names[0]
