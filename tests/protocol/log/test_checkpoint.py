import pytest

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner, cosigned_message, verify_cosignature
from doorless_protocol.log.note import Algorithm, Note, Signature, Vkey
from doorless_protocol.log.signing import LogSigner, verify_log
from doorless_protocol.log_primitives import mldsa44_verify
from doorless_protocol.primitives import ed25519_sign

ORIGIN = "relay.example/keys"
ROOT = bytes(range(32))
HEAD = Checkpoint(ORIGIN, 7, ROOT)
LOG = LogSigner.from_seed(ORIGIN, bytes(range(64)))
NOTE = LOG.sign(HEAD, 1_800_000_000)
KEYS = LOG.vkey, LOG.cosigner.vkey
COSIGNING = [Algorithm.COSIGNATURE, Algorithm.MLDSA44]


def witness(algorithm: Algorithm, name: str = "w.example/1") -> Cosigner:
    return Cosigner.from_seed(name, algorithm, bytes(range(32)))


def test_the_examples_of_c2sp_are_checkpoints(vectors) -> None:
    for name in ("checkpoint_example", "cosigned_checkpoint_example"):
        data = ("\n".join(vectors(f"c2sp/{name}.txt")) + "\n").encode()
        note = Note.decode(data)
        checkpoint = Checkpoint.parse(note.text)
        assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
        assert checkpoint.text() == note.text
        assert note.encode() == data


def test_the_notes_of_torchwoods_witness_are_read(vectors) -> None:
    cases = vectors("torchwood/witness_add_checkpoint.json")["cases"]
    read = [
        Checkpoint.parse(Note.decode(case["body"].partition("\n\n")[2].encode()).text).size
        for case in cases
        if case["status"] in (200, 409, 422)
    ]
    assert read
    assert min(read) >= 1


def test_a_log_signs_twice_and_both_must_verify() -> None:
    assert verify_log(NOTE, *KEYS) == HEAD
    for kept in NOTE.signatures:
        with pytest.raises(ForgedError):
            verify_log(Note(NOTE.text, (kept,)), *KEYS)
    other = LogSigner.from_seed(ORIGIN, bytes(64))
    for keys in ((other.vkey, KEYS[1]), (KEYS[0], other.cosigner.vkey)):
        with pytest.raises(ForgedError):
            verify_log(NOTE, *keys)


@pytest.mark.parametrize("at", [0, 1])
def test_a_changed_signature_is_refused(at: int) -> None:
    lines = list(NOTE.signatures)
    line = lines[at]
    lines[at] = Signature(line.name, line.key_id, line.blob[:-1] + bytes((line.blob[-1] ^ 1,)))
    with pytest.raises(ForgedError):
        verify_log(Note(NOTE.text, tuple(lines)), *KEYS)


@pytest.mark.parametrize("head", [Checkpoint(ORIGIN, 8, ROOT), Checkpoint(ORIGIN, 7, bytes(32))])
def test_signatures_serve_no_other_head(head: Checkpoint) -> None:
    with pytest.raises(ForgedError):
        verify_log(Note(head.text(), NOTE.signatures), *KEYS)


def test_a_head_of_another_log_is_refused() -> None:
    theirs = LogSigner.from_seed("other.example/keys", bytes(range(64)))
    note = theirs.sign(Checkpoint("other.example/keys", 7, ROOT), 1)
    with pytest.raises(ForgedError, match="another log"):
        verify_log(note, *KEYS)
    with pytest.raises(ValueError, match="another log"):
        LOG.sign(Checkpoint("other.example/keys", 7, ROOT), 1)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"o\n7\n", b"o\n7\nAA==\n\n", b"o\n7\nAA==", b"o\n7\nAA==\next\n"),
        *(b"o\n0\n%s\n", b"o\n07\n%s\n", b"o\n-7\n%s\n", b"o\n7 \n%s\n", b"o\n+7\n%s\n"),
        *(b"o\n%d\n%%s\n" % size for size in (2**63, 2**64, MAX_NUMBER + 1)),
        *(b"\n7\n%s\n", b"o o\n7\n%s\n", b"\xff\n7\n%s\n", b"o\n7\n%s", b"o\n7\n%s\nextension\n"),
        *(b"o\n7\nAAAA\n", b"o\n7\n%sA\n"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: bytes) -> None:
    coded = b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    with pytest.raises(MalformedError):
        Checkpoint.parse(text.replace(b"%s", coded))
    assert Checkpoint.parse(b"o\n7\n" + coded + b"\n") == Checkpoint("o", 7, ROOT)


@pytest.mark.parametrize("algorithm", COSIGNING)
def test_a_witness_says_when_it_saw_which_head(algorithm: Algorithm) -> None:
    one = witness(algorithm)
    line = one.cosign(HEAD, 1_800_000_001)
    note = NOTE.with_signatures([line])
    assert verify_cosignature(note, one.vkey) == 1_800_000_001
    assert verify_log(note, *KEYS) == HEAD
    for head in (Checkpoint(ORIGIN, 8, ROOT), Checkpoint("o", 7, ROOT)):
        with pytest.raises(ForgedError):
            verify_cosignature(Note(head.text(), (line,)), one.vkey)
    later = Signature(line.name, line.key_id, b"\0" + line.blob[1:7] + b"\2" + line.blob[8:])
    with pytest.raises(ForgedError):
        verify_cosignature(Note(NOTE.text, (later,)), one.vkey)


def test_what_is_cosigned_has_the_bytes_of_c2sp() -> None:
    text = b"cosignature/v1\ntime 5\n" + HEAD.text()
    assert cosigned_message(witness(Algorithm.COSIGNATURE).vkey, HEAD, 5) == text
    structure = (
        b"subtree/v1\n\0"
        + b"\x0bw.example/1"
        + (5).to_bytes(8, "big")
        + b"\x12relay.example/keys"
        + bytes(8)
        + (7).to_bytes(8, "big")
        + ROOT
    )
    one = witness(Algorithm.MLDSA44)
    assert cosigned_message(one.vkey, HEAD, 5) == structure
    mldsa44_verify(one.vkey.public, structure, one.cosign(HEAD, 5).blob[8:])
    with pytest.raises(ForgedError):
        mldsa44_verify(b"no key", structure, bytes(2420))


def test_a_log_key_is_no_cosigner() -> None:
    """Else a text signed as a log's could be taken for a witness's word, or the reverse."""
    one = witness(Algorithm.COSIGNATURE, ORIGIN)
    plain = Vkey(ORIGIN, Algorithm.ED25519, one.vkey.public)
    line = Signature(ORIGIN, plain.key_id, ed25519_sign(one.seed, HEAD.text()))
    with pytest.raises(ForgedError, match="no cosigner"):
        verify_cosignature(Note(HEAD.text(), (line,)), plain)
    with pytest.raises(ValueError, match="cosigner"):
        Cosigner.from_seed(ORIGIN, Algorithm.ED25519, bytes(32))


@pytest.mark.parametrize("algorithm", COSIGNING)
@pytest.mark.parametrize(
    "change", [lambda blob: blob + b"\0", lambda blob: blob[:-1], lambda blob: bytes(8) + blob[8:]]
)
def test_a_cosignature_of_another_form_is_refused(algorithm: Algorithm, change) -> None:
    one = witness(algorithm)
    line = one.cosign(HEAD, 5)
    changed = Signature(line.name, line.key_id, change(line.blob))
    with pytest.raises(MalformedError):
        verify_cosignature(Note(HEAD.text(), (changed,)), one.vkey)


@pytest.mark.parametrize("algorithm", COSIGNING)
def test_the_last_epoch_and_the_last_second_have_their_cosignature(algorithm: Algorithm) -> None:
    head, one = Checkpoint(ORIGIN, MAX_NUMBER, ROOT), witness(algorithm)
    assert Checkpoint.parse(head.text()) == head
    note = Note(head.text(), (one.cosign(head, MAX_NUMBER),))
    assert verify_cosignature(note, one.vkey) == MAX_NUMBER


def test_misuse_of_our_own_is_a_value_error() -> None:
    for time in (0, MAX_NUMBER + 1):
        with pytest.raises(ValueError, match="cosignature at"):
            witness(Algorithm.MLDSA44).cosign(HEAD, time)
    with pytest.raises(ValueError, match="seed"):
        LogSigner.from_seed(ORIGIN, bytes(63))
