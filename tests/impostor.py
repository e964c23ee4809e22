"""Somebody who stole a signed prekey, and begins anew in a contact's name."""

from doorless_lab.world import Person, World
from doorless_protocol.content import NO_PREVIOUS, Body, Content, Control
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import initiate
from doorless_protocol.frames import BundleServed, FetchBundle
from doorless_protocol.handshake import Kind
from doorless_protocol.keys import conversation_id
from doorless_protocol.prekeys import ServedBundle
from doorless_protocol.session import Session


class Impostor:
    """Begins anew in Bob's name, as who stole Alice's signed prekey can; and hears what she says.

    He cannot decapsulate under Bob's identity KEM key. What he reads, he reads without that
    half, as a changed program would: the test lends it to him.
    """

    def __init__(self, world: World, alice: Person, bob: Person) -> None:
        self._world, self._alice, self._bob = world, alice, bob
        self._read = len(world.submitted)
        answered = world.ask_anonymously(FetchBundle(alice.engine.me.device))
        assert isinstance(answered, BundleServed)
        served = ServedBundle.decode(answered.bundle, answered.pair, answered.index, answered.path)
        us, theirs = bob.engine.state.us, alice.engine.state.manifest
        (held,) = bob.engine.state.sessions.newest_first()
        self.session: Session = initiate(
            us, theirs, served, held.number, world.now, world.random, kind=Kind.RESYNC
        )
        self.says(Control(), 0)

    def says(self, body: Body, counter: int) -> None:
        """Under a counter of the device in whose name he speaks."""
        ours, theirs = self._bob.engine.me.account, self._alice.engine.state.account
        content = Content.saying(
            body,
            id=self._world.random(16),
            counter=counter,
            previous=NO_PREVIOUS,
            conversation=conversation_id(ours, theirs),  # type: ignore[arg-type]
            time=int(self._world.now * 1000),
        )
        self.session, envelope = self.session.seal(content.encode(), self._world.random)
        self._world.put_in_mailbox(self._alice.engine.state.keys.mailbox, envelope)

    def reads(self) -> list[str]:
        new, self._read = self._world.submitted[self._read :], len(self._world.submitted)
        texts = []
        for submitted in new:
            try:
                self.session, plain = self.session.open(
                    submitted.envelope, self._world.now, self._bob.engine.state.keys.kem
                )
            except DoorlessError:
                continue
            said = Content.decode(plain).say()
            texts.append(getattr(said, "text", type(said).__name__))
        return texts
