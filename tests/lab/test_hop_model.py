"""The hop in every order: nothing disagrees, nothing is stuck, a thief is locked out.

And the checker sees what it looks for: each bug that is put in here breaks a claim. `make
model` goes deeper.
"""

import pytest
from msgspec.structs import replace

from doorless_lab.hop_model import party
from doorless_lab.hop_model.check import check
from doorless_lab.hop_model.explore import BrokenClaimError
from doorless_protocol.primitives import hmac_sha256
from doorless_protocol.ratchet import epochs, hop, late, triple

AGREE, TAKE, ADD, HEAR = hop.Auth.agree, hop._take, epochs.Epochs.add, epochs.Epochs.hear
ENCODE = triple.Header.encode


def test_every_claim_holds_in_every_world() -> None:
    figures = check(6, 3, 5)
    assert figures.worlds >= 66
    assert figures.made_up >= 10_000
    assert figures.robbed >= 1_000
    assert figures.orders >= 800
    assert figures.advance <= 5
    assert figures.heal <= 8


def the_answerer_waits(self, label, field, identity):
    return (self if label == self.epoch else hop.Waiting(label, self.auth)), None


def the_owner_goes_on_owning(state, key, ek, field):
    follows, secret = TAKE(state, key, ek, field)
    return hop.Drawing(follows.epoch, follows.auth), secret


def a_key_that_comes_again_is_answered_again(self, label, field, identity):
    if label == self.epoch and field[0] == hop.EK:
        theirs = hop.EncapsulationKey(field[1:1185])
        return hop.Holding(self.epoch, self.auth, theirs), None
    return (self if label == self.epoch else hop.Drawing(label, self.auth)), None


def each_send_encapsulates(self, random):
    shared, ct = self.theirs.encapsulate()
    auth, secret = self.auth.agree(self.epoch, shared, self.theirs.raw, ct)
    return self, auth.field(hop.CT, self.epoch, ct), secret


def any_message_ends_the_answer(self, label, field, identity):
    return hop.Drawing(self.epoch + 1, self.auth), None


def the_key_is_offered_once(self, random):
    return self, hop.EMPTY, None


def the_authenticator_stays(self, epoch, shared, ek, ct):
    return self, AGREE(self, epoch, shared, ek, ct)[1]


def the_secret_is_left_out(self, epoch, shared, ek, ct):
    return AGREE(self, epoch, b"", ek, ct)


def the_seed_is_zeros(self, random):
    key = hop.DecapsulationKey(bytes(len(random(64))))
    field = self.auth.field(hop.EK, self.epoch, key.public())
    return hop.Offering(self.epoch, self.auth, field, key), field, None


def neither_kind_nor_epoch_is_in_the_mac(self, epoch, body):
    return hmac_sha256(self.mac_key, body[1:])


def without_the_kind(self, epoch, body):
    return hmac_sha256(self.mac_key, epoch.to_bytes(8, "big") + body[1:])


def without_the_epoch(self, epoch, body):
    return hmac_sha256(self.mac_key, body)


def the_chain_stays(self):
    return epochs.Epochs(replace(self.epoch, ready=b""), self.sending, self.receiving)


def the_chains_are_without_the_secret(self, epoch, secret):
    return ADD(self, epoch, bytes(32))


def the_direction_is_left_out(self, epoch, secret):
    added = ADD(self, epoch, secret)
    return replace(added, epoch=replace(added.epoch, coming=added.epoch.ready))


def an_old_field_is_acted_on(held, chains, label, field, identity):
    state, secret = held.hear(label, field, identity)
    if secret is not None:
        chains = chains.add(held.epoch, secret)
    return state, chains if state.epoch == held.epoch else chains.speak()


def a_gap_forgets_the_old_epoch(self, label, index, gap):
    follows, passed, key = HEAR(self, label, index, gap)
    return follows, [(label, key) for _, key in passed], key


def a_late_key_stays(self, header_key, number):
    return self


def the_length_of_the_last_chain_is_not_told(self):
    return ENCODE(replace(self, previous=0))


HOP_BUGS = [
    (hop.Answering, "hear", the_answerer_waits, "locks a thief out"),
    (hop, "_take", the_owner_goes_on_owning, "locks a thief out"),
    (
        hop.Answering,
        "hear",
        a_key_that_comes_again_is_answered_again,
        "no honest message is refused",
    ),
    (hop.Holding, "send", each_send_encapsulates, "goes on from every world"),
    (hop.Answering, "hear", any_message_ends_the_answer, "no honest message is refused"),
    (hop.Offering, "send", the_key_is_offered_once, "advances the epoch"),
    (hop.Auth, "agree", the_authenticator_stays, "plants nothing"),
    (hop.Auth, "agree", the_secret_is_left_out, "plants nothing"),
    (hop.Drawing, "send", the_seed_is_zeros, "plants nothing"),
    (hop.Auth, "mac", neither_kind_nor_epoch_is_in_the_mac, "moves a state"),
    (hop, "check_mac", lambda *_: None, "plants nothing"),
    (epochs.Epochs, "speak", the_chain_stays, "goes on from every world"),
    (epochs.Epochs, "add", the_chains_are_without_the_secret, "locked out by a fresh epoch"),
    (epochs.Epochs, "add", the_direction_is_left_out, "goes on from every world"),
    (party, "hear_hop", an_old_field_is_acted_on, "can always speak"),
]

WHOLE_BUGS = [
    (epochs.Epochs, "hear", a_gap_forgets_the_old_epoch, "every honest message opens"),
    (late.Late, "take", a_late_key_stays, "no message opens twice"),
    (
        triple.Header,
        "encode",
        the_length_of_the_last_chain_is_not_told,
        "every honest message opens",
    ),
]


@pytest.mark.parametrize(("owner", "name", "bug", "claim"), HOP_BUGS + WHOLE_BUGS)
def test_a_bug_breaks_a_claim(owner, name, bug, claim, monkeypatch) -> None:
    monkeypatch.setattr(owner, name, bug)
    with pytest.raises(BrokenClaimError, match=claim):
        check(3, 3, 5)


def test_a_broken_claim_tells_how_to_get_there(monkeypatch) -> None:
    monkeypatch.setattr(hop.Offering, "send", the_key_is_offered_once)
    with pytest.raises(BrokenClaimError) as broken:
        check(3, 3, 0)
    assert broken.value.steps[-1] == "the responder sends EK labelled 2 of the responder"


def test_either_kind_or_epoch_in_the_mac_would_do(monkeypatch) -> None:
    """What the model shows of the two: one is enough, and both are there."""
    for without in (without_the_kind, without_the_epoch):
        monkeypatch.setattr(hop.Auth, "mac", without)
        check(3, 2, 0)


def test_a_theft_that_goes_on_tells_where_it_began(monkeypatch) -> None:
    monkeypatch.setattr(hop.Auth, "agree", the_authenticator_stays)
    with pytest.raises(BrokenClaimError) as broken:
        check(3, 3, 0)
    assert "stolen: the state of the initiator" in broken.value.steps
