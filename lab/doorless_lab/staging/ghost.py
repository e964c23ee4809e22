"""A device that Bob never linked: what its holder needs to be sent copies, and to read them."""

from dataclasses import dataclass, replace
from typing import Self

from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.answers import Answers
from doorless_lab.pair import Device
from doorless_protocol import merkle
from doorless_protocol.content import Content, Text
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import Us
from doorless_protocol.frames import Answered, BundleServed, Done, FetchBundle, Submit
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey
from doorless_protocol.manifest import DeviceEntry, Manifest, SignedHead
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session


@dataclass
class Ghost:
    """A device that somebody put on a list in Bob's name.

    Attributes:
        mail: what was sealed to it, and the relay took.
        read: texts that reached it, in the clear.
    """

    device: Device
    mail: list[bytes]
    read: list[str]

    @classmethod
    def forged(cls, listed: Manifest, signing: SigningKey, now: int, random: Random) -> Self:
        """On the list that follows `listed`, signed by a key that is not its owner's."""
        before, keys = listed.head, DeviceKeys.draw(random)
        entries = (*listed.entries, DeviceEntry.of(keys, now))
        longer = tuple(sorted(entries, key=lambda entry: entry.device))
        unsigned = SignedHead(
            before.key,
            before.version + 1,
            before.hash,
            now,
            len(longer),
            merkle.root([entry.encode() for entry in longer]),
            b"",
        )
        signature = signing.sign(Purpose.MANIFEST, unsigned.encode())
        manifest = Manifest(replace(unsigned, signature=signature), longer)
        return cls._of(manifest, keys, now, random)

    @classmethod
    def signed(cls, listed: Manifest, stolen: SigningKey, now: int, random: Random) -> Self:
        """On the list that follows `listed`, signed by its owner's own key."""
        keys = DeviceKeys.draw(random)
        entries = [*listed.entries, DeviceEntry.of(keys, now)]
        manifest = Manifest.sign(stolen, entries, now, after=listed.head)
        return cls._of(manifest, keys, now, random)

    @classmethod
    def _of(cls, manifest: Manifest, keys: DeviceKeys, now: int, random: Random) -> Self:
        bundle, pairs, secrets = draw_bundle(keys, manifest.account, now, random, 2)
        return cls(Device(Us(manifest, keys, "bob@relay.test"), bundle, pairs, secrets), [], [])

    @property
    def manifest(self) -> Manifest:
        return self.device.us.manifest

    @property
    def mailbox(self) -> bytes:
        return bytes(self.device.us.device.mailbox)

    def served_by(self, answers: Answers) -> None:
        """Besides all that it answers, the relay hands out its prekeys and takes its mail."""
        device, served = self.device.us.device.device, self.device.serve()
        bundle = BundleServed(
            served.signed.encode(),
            served.pair.encode() if served.pair else b"",
            served.index,
            served.path,
        )

        def answer(ask: Ask, answered: Answered) -> Answered:
            request = ask.request if isinstance(ask, Anonymously) else None
            if isinstance(request, FetchBundle) and request.device == device:
                return bundle
            if isinstance(request, Submit) and bytes(request.mailbox) == self.mailbox:
                self.mail.append(request.envelope)
                return Done()
            return answered

        answers.changes.append(answer)

    def reads(self, now: int) -> list[str]:
        """Open all that was sealed to it so far."""
        session: Session | None = None
        self.read = []
        for envelope in self.mail:
            try:
                initial = self.device.unseal(envelope)
                if session is None:
                    accepted = self.device.accept(initial, now)
                    session, plain = accepted.session, accepted.content
                else:
                    session, plain = session.open(initial.message, now, self.device.us.device.kem)
            except DoorlessError:
                continue
            body = Content.decode(plain).say()
            if isinstance(body, Text):
                self.read.append(body.text)
        return self.read
