"""Every frame between client and relay: the same bytes from both, and the same refusals."""

from random import Random

import pytest

from beside_ours import ours_says, theirs_says
from doorless_protocol import frames as ours
from doorless_protocol.notice_frames import Handed, Notice, Slot
from specpeer import frames as theirs
from specpeer.crypto import Refused
from specpeer.packing import Value, pack

ID, HASH, KEY = bytes(16), bytes(32), bytes(1984)

TOLD = Notice(
    *("2026-1", "court", "DE", "Amtsgericht Köln", "", "DE_BESTAND", ("basic",), "no_data"),
    *((Handed("accounts", "public_key", 1),), 20_000, 20_001, False, True, Slot(20_000, 3), 20_001),
)
SAID: list[Value] = [
    *("notice", "2026-1", "court", "DE", "Amtsgericht Köln", "", "DE_BESTAND", ["basic"]),
    *("no_data", [["handed", "accounts", "public_key", 1]], 20_000, 20_001, False, True),
    *(["slot", 20_000, 3], 20_001),
]

REQUESTS: list[tuple[ours.Request, list[Value]]] = [
    (ours.SignIn(HASH, ID, KEY, bytes(3373)), ["sign_in", HASH, ID, KEY, bytes(3373)]),
    (
        ours.Register("bob", bytes(300), HASH, bytes(3535), ID),
        ["register", "bob", bytes(300), HASH, bytes(3535), ID],
    ),
    (
        ours.PublishManifest(bytes(24_880), bytes(3535), ID),
        ["publish_manifest", bytes(24_880), bytes(3535), ID],
    ),
    (ours.BeginPrekeys(bytes(6324)), ["begin_prekeys", bytes(6324)]),
    (ours.AddPrekeys((bytes(1618),) * 32), ["add_prekeys", [bytes(1618)] * 32]),
    (ours.CommitPrekeys(), ["commit_prekeys"]),
    (ours.PrekeyStatus(), ["prekey_status"]),
    (ours.SetDeliveryToken(HASH), ["set_delivery_token", HASH]),
    (ours.Subscribe(), ["subscribe"]),
    (ours.Acknowledge((ID,) * 256), ["acknowledge", [ID] * 256]),
    (ours.Incarnation(0, 2**53 - 1), ["incarnation", 0, 2**53 - 1]),
    (ours.CloseAccount(bytes(3535), ID), ["close_account", bytes(3535), ID]),
    (ours.FetchNotices(), ["fetch_notices"]),
    (ours.Hello(), ["hello"]),
    (ours.Submit(ID, b"", ID, bytes(2048)), ["submit", ID, b"", ID, bytes(2048)]),
    (ours.Submit(ID, ID, ID, bytes(65536)), ["submit", ID, ID, ID, bytes(65536)]),
    (ours.Lookup("bob", 7, 3, 9), ["lookup", "bob", 7, 3, 9]),
    (ours.LogHead(7), ["log_head", 7]),
    (ours.LogAnchors(3, 7), ["log_anchors", 3, 7]),
    (ours.LogAtAnchor("bob", 3, 7), ["log_at_anchor", "bob", 3, 7]),
    (ours.LogRecords("bob", 7), ["log_records", "bob", 7]),
    (ours.Dispute("bob", bytes(3535), ID), ["dispute", "bob", bytes(3535), ID]),
    (ours.AuditDeltas(ID, 7, 1000), ["audit_deltas", ID, 7, 1000]),
    (ours.FetchBundle(ID), ["fetch_bundle", ID]),
    (ours.Leave(HASH, bytes(32_768)), ["leave", HASH, bytes(32_768)]),
    (ours.Collect(HASH), ["collect", HASH]),
    (ours.BlobPut(HASH, 2**32 - 1, 9, ID), ["blob_put", HASH, 2**32 - 1, 9, ID]),
    (ours.BlobStatus(HASH), ["blob_status", HASH]),
    (ours.BlobGet(HASH, 65_536), ["blob_get", HASH, 65_536]),
    (ours.BlobDrop(HASH), ["blob_drop", HASH]),
]
ANSWERS: list[tuple[ours.Answered, list[Value]]] = [
    (ours.Done(), ["done"]),
    (ours.Refused(ours.Refusal.BUSY, 600), ["refused", 3, 600]),
    (ours.PrekeysHeld(HASH, 100), ["prekeys_held", HASH, 100]),
    (ours.IncarnationHeld(5), ["incarnation_held", 5]),
    (
        ours.RelayInfo("r.x", (KEY,), HASH, 9, 9, bytes(1500)),
        ["relay_info", "r.x", [KEY], HASH, 9, 9, bytes(1500)],
    ),
    (ours.Collected(bytes(28)), ["collected", bytes(28)]),
    (ours.Logged(bytes(152)), ["logged", bytes(152)]),
    (ours.LogProof(bytes(9000)), ["log_proof", bytes(9000)]),
    (ours.Found(bytes(9), (bytes(5440),), None), ["found", bytes(9), [bytes(5440)], None]),
    (ours.BlobHeld(7), ["blob_held", 7]),
    (ours.NoticesHeld((TOLD,) * 2, HASH), ["notices_held", [SAID] * 2, HASH]),
    (ours.BlobPiece(bytes(65_536)), ["blob_piece", bytes(65_536)]),
    (ours.BundleServed(HASH, b"", 0, ()), ["bundle_served", HASH, b"", 0, []]),
    (ours.BundleServed(HASH, HASH, 9, (HASH,)), ["bundle_served", HASH, HASH, 9, [HASH]]),
]
PUSHES: list[tuple[ours.FromRelay, list[Value]]] = [
    (ours.Challenge("relay.test", HASH), ["challenge", "relay.test", HASH]),
    (ours.Deliver(ID, bytes(2048)), ["deliver", ID, bytes(2048)]),
    (ours.Closing(ours.CloseReason.REVOKED), ["closing", 6]),
]
FRAMES: list[tuple[ours.Call | ours.FromRelay, list[Value]]] = [
    *((ours.Call(70_000, request), ["call", 70_000, said]) for request, said in REQUESTS),
    *((ours.Answer(200, answered), ["answer", 200, said]) for answered, said in ANSWERS),
    *PUSHES,
]


def _ours_reads(data: bytes) -> bytes:
    if data[1:6] == b"\xa4call":
        return ours.encode(ours.decode_call(data))
    return ours.encode(ours.decode_from_relay(data))


def _both_read(data: bytes) -> None:
    ours_said = ours_says(lambda: _ours_reads(data))
    assert ours_said == theirs_says(lambda: theirs.encode(theirs.decode(data))), data[:80]


@pytest.mark.parametrize(("frame", "said"), FRAMES, ids=lambda each: type(each).__name__)
def test_a_frame_has_the_same_bytes(frame: ours.Call | ours.FromRelay, said: list[Value]) -> None:
    data = ours.encode(frame)
    assert data == theirs.encode(said)
    assert theirs.decode(data) == said


def test_every_frame_of_ours_is_here() -> None:
    here = {type(each) for each, _ in [*REQUESTS, *ANSWERS, *PUSHES]}
    there = {each for each in vars(ours).values() if isinstance(each, type)}
    named = {each for each in there if issubclass(each, ours.Frame)} - {ours.Frame}
    assert here == named - {ours.Call, ours.Answer}


PUT: list[Value] = [
    None,
    True,
    0,
    7,
    2**32,
    2**53,
    b"",
    ID,
    HASH,
    bytes(70_000),
    "",
    "bob",
    [],
    [ID],
]


@pytest.mark.parametrize(("_frame", "said"), FRAMES, ids=lambda each: type(each).__name__)
def test_a_frame_with_another_value_in_a_field_is_read_or_refused_alike(
    _frame: ours.Call | ours.FromRelay, said: list[Value]
) -> None:
    inner = said[-1]
    for field in range(len(said)):
        for put in PUT:
            _both_read(pack([*said[:field], put, *said[field + 1 :]]))
    if isinstance(inner, list):
        for field in range(len(inner)):
            for put in PUT:
                _both_read(pack([*said[:-1], [*inner[:field], put, *inner[field + 1 :]]]))
        _both_read(pack([*said[:-1], [*inner, 0]]))
    _both_read(pack([*said, 0]))


def test_altered_frames_are_read_or_refused_alike() -> None:
    random = Random(1)
    for frame, _ in FRAMES:
        whole = ours.encode(frame)
        for _ in range(100):
            data = bytearray(whole)
            data[random.randrange(min(len(data), 60))] = random.randrange(256)
            _both_read(bytes(data[: random.choice([len(data), random.randrange(len(data))])]))


def test_tokens_and_configurations_hash_alike() -> None:
    assert theirs.token_hash(ID) == ours.delivery_token_hash(ID)
    login = ours.login_object("relay.test", HASH, HASH, HASH, ID)
    assert theirs.login_object("relay.test", HASH, HASH, HASH, ID) == login
    with pytest.raises(Refused):
        theirs.decode(bytes(70_000))
