from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.ratchet import header, triple

NOW = 1_800_000_000
aead_seal, pack = triple.aead_seal, header.FORM.pack


@pytest.mark.attack(
    "K12",
    "a message under a label, flag or field that there is not is refused, never guessed at",
    weaken={
        "doorless_protocol.ratchet.epochs.check_label": lambda label, heard, coming: None,
        "doorless_protocol.ratchet.epochs.check_tail": lambda tail: None,
        "doorless_protocol.ratchet.header.check_unused": lambda flags, zero: None,
        "doorless_protocol.ratchet.triple.check_form": lambda field: None,
    },
)
@pytest.mark.parametrize(
    "what", ["no epoch", "last epoch", "next epoch", "flag", "spare byte", "hop field"]
)
@pytest.mark.parametrize("turns", [False, True])
def test_a_message_of_another_form_changes_nothing(monkeypatch, what, turns) -> None:
    random = Seeded(12).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    if turns:
        alice.hears(bob.says(b"your turn"))
    honest = alice.session
    claims = {"no epoch": 0, "last epoch": honest.epoch - 1, "next epoch": honest.epoch + 1}
    label = claims.get(what, honest.epoch)
    flags, spare = 2 * (what == "flag"), b"\0\0\1" if what == "spare byte" else b"\0\0\0"

    class Evil(header.Header, frozen=True, gc=False):
        def encode(self) -> bytes:
            return pack(self.dh, self.previous, self.number, label, self.index, flags, spare)

    def with_a_field(key, nonce, plain, context):
        return aead_seal(key, nonce, b"\3" + plain[1:], context)

    with monkeypatch.context() as patch:
        patch.setattr(triple, "Header", Evil)
        if what == "hop field":
            patch.setattr(triple, "aead_seal", with_a_field)
        envelope = alice.says(b"of another version")
    before = bob.session
    with pytest.raises(BrokenSessionError):
        bob.hears(envelope)
    assert bob.session is before
    alice.session = replace(honest)
    assert bob.hears(alice.says(b"good")) == b"good"
