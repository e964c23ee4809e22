"""A witness cosigns what extends what it cosigned before, and nothing else."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner, verify_cosignature
from doorless_protocol.log.note import Algorithm, Note, Signature, Vkey
from doorless_protocol.primitives import ed25519_sign
from doorless_server.http_server import Request, Response
from doorless_server.witness import store
from doorless_server.witness.approval import ConvictedError, UnauditedError
from doorless_server.witness.decision import NOTHING, Head, Signed, known_logs
from doorless_server.witness.desk import Desk, open_desk
from doorless_server.witness.service import Witness
from doorless_server.witness.wire import MAX_PROOF_HASHES, Submission
from growing_log import NOW, ORIGIN, GrowingLog

VECTORS = Path(__file__).parents[3] / "shared/vectors/torchwood/witness_add_checkpoint.json"

COSIGNERS = tuple(
    Cosigner.from_seed("witness.test/w", algorithm, bytes([5]) * 32)
    for algorithm in (Algorithm.COSIGNATURE, Algorithm.MLDSA44)
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "witness.db")
    yield opened
    opened.close()


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog().grow(9)


def witness_of(desk: Desk, log: GrowingLog, *, audit: object = None) -> Witness:
    return Witness(desk, known_logs(log.vkeys), COSIGNERS, clock=lambda: NOW, audit=audit)  # type: ignore[arg-type]


@pytest.fixture
def witness(desk: Desk, log: GrowingLog) -> Witness:
    return witness_of(desk, log)


async def ask(witness: Witness, body: bytes) -> Response:
    return await witness.handle(Request("POST", "/add-checkpoint", "", body))


def held(desk: Desk) -> Head:
    return desk.do(lambda db: store.head(db, ORIGIN))


def cosigned(note: Note, answer: Response) -> Note:
    return Note.decode(note.encode() + answer.body)


# --- what it cosigns -------------------------------------------------------------------------


async def test_it_cosigns_a_log_that_grows(witness: Witness, desk: Desk, log: GrowingLog) -> None:
    for old, size in [(0, 1), (1, 3), (3, 3), (3, 8), (8, 9)]:
        answer = await ask(witness, log.submission(old, size))
        assert answer.status == 200
        note = cosigned(log.note(size), answer)
        assert [verify_cosignature(note, each.vkey) for each in COSIGNERS] == [NOW, NOW]
        assert held(desk) == Head(size, log.root(size), log.note(size).encode())


async def test_it_passes_over_signatures_of_others(witness: Witness, log: GrowingLog) -> None:
    stranger = Cosigner.from_seed("stranger.test", Algorithm.COSIGNATURE, bytes(32))
    line = stranger.cosign(Checkpoint(ORIGIN, 2, bytes(32)), NOW)  # not even of this checkpoint
    note = log.note(3).with_signatures([line])
    assert (await ask(witness, Submission(0, (), note.encode()).encode())).status == 200


async def test_what_was_cosigned_is_known_after_a_restart(tmp_path: Path, log: GrowingLog) -> None:
    for old, size in [(0, 3), (3, 5)]:
        desk = open_desk(tmp_path / "again.db")
        assert (await ask(witness_of(desk, log), log.submission(old, size))).status == 200
        desk.close()


async def test_what_is_persisted_is_persisted_before_the_cosignature(
    log: GrowingLog, desk: Desk
) -> None:
    seen: list[Head] = []

    class Looking(Cosigner):
        def cosign(self, checkpoint: Checkpoint, time: int) -> Signature:
            seen.append(held(desk))
            return super().cosign(checkpoint, time)

    looking = Looking(COSIGNERS[0].vkey, COSIGNERS[0].seed)
    witness = Witness(desk, known_logs(log.vkeys), [looking], clock=lambda: NOW)
    await ask(witness, log.submission(0, 4))
    assert [head.size for head in seen] == [4]


# --- what it refuses -------------------------------------------------------------------------


async def test_an_older_size_is_told_the_size_that_is_held(
    witness: Witness, desk: Desk, log: GrowingLog
) -> None:
    await ask(witness, log.submission(0, 5))
    before = held(desk)
    for old, size in [(0, 3), (3, 5), (3, 4), (0, 9), (6, 9), (2, 2)]:
        answer = await ask(witness, log.submission(old, size))
        assert (answer.status, answer.body) == (409, b"5\n")
        assert answer.content_type == "text/x.tlog.size"
    assert held(desk) == before


@pytest.mark.parametrize("old", [0, 3, 5])
async def test_a_fork_is_refused_and_the_proof_is_kept(
    old: int, witness: Witness, desk: Desk, log: GrowingLog
) -> None:
    await ask(witness, log.submission(0, 5))
    fork = log.fork(3, 5)
    answer = await ask(witness, fork.submission(old, 5))
    assert (answer.status, answer.body) == (409, b"5\n")
    [(origin, ours, theirs)] = desk.do(store.forks)
    assert origin == ORIGIN
    assert Note.decode(ours) == log.note(5)
    assert Note.decode(theirs) == fork.note(5)
    assert held(desk).root == log.root(5)
    assert (await ask(witness, log.submission(5, 6))).status == 200  # the line that it saw goes on


async def test_of_a_log_that_forks_again_and_again_the_first_proof_is_kept(
    witness: Witness, desk: Desk, log: GrowingLog
) -> None:
    await ask(witness, log.submission(0, 5))
    forks = [log.fork(at, 5) for at in (1, 2, 3)]
    for fork in forks:
        await ask(witness, fork.submission(0, 5))
    [(_, _, theirs)] = desk.do(store.forks)
    assert Note.decode(theirs) == forks[0].note(5)


async def test_a_log_that_does_not_continue_is_refused(
    witness: Witness, desk: Desk, log: GrowingLog
) -> None:
    await ask(witness, log.submission(0, 5))
    fork = log.fork(3, 9)
    assert (await ask(witness, fork.submission(5, 9))).status == 422
    assert held(desk).size == 5


async def test_a_proof_has_to_be_the_one(witness: Witness, desk: Desk, log: GrowingLog) -> None:
    await ask(witness, log.submission(0, 5))
    note, proof = log.note(8).encode(), log.proof(5, 8)
    for wrong in [
        (),
        proof[:-1],
        (*proof, proof[0]),
        proof[::-1],
        (*proof[:-1], bytes(32)),
        log.proof(4, 8),
        (bytes(32),) * MAX_PROOF_HASHES,
    ]:
        assert (await ask(witness, Submission(5, wrong, note).encode())).status == 422
    same = Submission(5, proof[:1], log.note(5).encode()).encode()
    assert (await ask(witness, same)).status == 422
    assert held(desk).size == 5
    assert (await ask(witness, Submission(5, proof, note).encode())).status == 200


async def test_the_first_checkpoint_has_no_proof(witness: Witness, log: GrowingLog) -> None:
    body = Submission(0, (bytes(32),), log.note(4).encode()).encode()
    assert (await ask(witness, body)).status == 422


async def test_another_log_is_not_known(witness: Witness) -> None:
    other = GrowingLog("other.test/keys").grow(3)
    assert (await ask(witness, other.submission(0, 3))).status == 404


async def test_what_this_log_did_not_sign_is_forbidden(witness: Witness, log: GrowingLog) -> None:
    impostor = GrowingLog(seed=9).grow(3)  # the same name, other keys
    assert (await ask(witness, impostor.submission(0, 3))).status == 403
    note, later = log.note(3), log.note(4)
    for signatures in [
        later.signatures,
        note.signatures[:1],  # a quantum computer can make this one
        note.signatures[1:],
        (note.signatures[0], later.signatures[1]),
    ]:
        body = Submission(0, (), Note(note.text, signatures).encode()).encode()
        assert (await ask(witness, body)).status == 403


async def test_it_is_asked_in_one_place_by_one_method(witness: Witness, log: GrowingLog) -> None:
    body = log.submission(0, 3)
    assert (await witness.handle(Request("GET", "/add-checkpoint", "", b""))).status == 405
    assert (await witness.handle(Request("POST", "/", "", body))).status == 404


NOTE = GrowingLog().grow(3).note(3).encode()
TEXT, _, LINES = NOTE.partition(b"\n\n")
HASH = base64.b64encode(bytes(32)) + b"\n"

BAD_BODIES = {
    "nothing": b"",
    "the size alone": b"old 0\n",
    "no checkpoint": b"old 0\n\n",
    "no old size": b"\n" + NOTE,
    "another word": b"new 0\n\n" + NOTE,
    "two spaces": b"old  0\n\n" + NOTE,
    "no number": b"old x\n\n" + NOTE,
    "a sign": b"old +0\n\n" + NOTE,
    "a minus": b"old -1\n\n" + NOTE,
    "a leading zero": b"old 00\n\n" + NOTE,
    "2^63": b"old 9223372036854775808\n\n" + NOTE,
    "2^64": b"old 18446744073709551616\n\n" + NOTE,
    "a hundred digits": b"old " + b"9" * 100 + b"\n\n" + NOTE,
    "older than what it extends": b"old 4\n\n" + NOTE,
    "no empty line": b"old 0\n" + NOTE,
    "two empty lines": b"old 0\n\n\n" + NOTE,
    "64 hashes": b"old 0\n" + HASH * 64 + b"\n" + NOTE,
    "a hash that is not base64": b"old 1\n" + b"!" * 44 + b"\n\n" + NOTE,
    "a short hash": b"old 1\n" + base64.b64encode(bytes(31)) + b"\n\n" + NOTE,
    "a long hash": b"old 1\n" + base64.b64encode(bytes(33)) + b"\n\n" + NOTE,
    "a hash in a second form": b"old 1\n" + b"A" * 42 + b"B=\n\n" + NOTE,
    "a hash without padding": b"old 1\n" + b"A" * 43 + b"\n\n" + NOTE,
    "a hash of another alphabet": b"old 1\n" + b"_" * 43 + b"=\n\n" + NOTE,
    "a hash behind a space": b"old 1\n " + HASH + b"\n" + NOTE,
    "carriage returns": (b"old 0\n\n" + NOTE).replace(b"\n", b"\r\n"),
    "a carriage return": b"old 0\r\n\n" + NOTE,
    "trailing bytes": b"old 0\n\n" + NOTE + b"x",
    "a trailing line": b"old 0\n\n" + NOTE + b"\n",
    "no last newline": b"old 0\n\n" + NOTE[:-1],
    "no signature": b"old 0\n\n" + TEXT + b"\n\n",
    "text alone": b"old 0\n\n" + TEXT + b"\n",
    "a signature twice": b"old 0\n\n" + NOTE + LINES.splitlines(keepends=True)[0],
    "17 signatures": b"old 0\n\n" + NOTE + b"\xe2\x80\x94 x AAAAAAA=\n" * 15,
    "a line that is no signature": b"old 0\n\n" + NOTE + b"- x AAAAAAA=\n",
    "bytes that are no text": b"old 0\n\n" + NOTE.replace(b"log.test", b"log\xff\xfe.."),
    "a control character": b"old 0\n\n" + NOTE.replace(b"log.test", b"log\x00test"),
}


@pytest.mark.parametrize("kind", BAD_BODIES)
async def test_a_bad_body_is_refused_and_nothing_is_kept(
    kind: str, witness: Witness, desk: Desk
) -> None:
    assert (await ask(witness, BAD_BODIES[kind])).status == 400
    assert held(desk) == NOTHING


BAD_CHECKPOINTS = {
    "size 0": b"0\n" + HASH,
    "size 2^63": b"9223372036854775808\n" + HASH,
    "a leading zero": b"03\n" + HASH,
    "a short root": b"3\nAAAA\n",
    "no root": b"3\n",
    "an extension": b"3\n" + HASH + b"more\n",
}


@pytest.mark.parametrize("kind", BAD_CHECKPOINTS)
async def test_a_checkpoint_that_is_none_is_refused_also_if_the_log_signed_it(
    kind: str, desk: Desk, log: GrowingLog
) -> None:
    text = ORIGIN.encode() + b"\n" + BAD_CHECKPOINTS[kind]
    line = Signature(ORIGIN, log.signer.vkey.key_id, ed25519_sign(log.signer.seed, text))
    witness = Witness(desk, known_logs(log.vkeys[:1]), COSIGNERS, clock=lambda: NOW)
    body = Submission(0, (), Note(text, (line,)).encode()).encode()
    assert (await ask(witness, body)).status == 400
    assert held(desk) == NOTHING


# --- at once ---------------------------------------------------------------------------------


async def test_of_two_who_ask_at_once_for_two_histories_one_is_cosigned(
    desk: Desk, log: GrowingLog
) -> None:
    """Both prove that they extend what is held; the second meets what the first one left."""
    first, second = witness_of(desk, log), witness_of(desk, log)
    await ask(first, log.submission(0, 3))
    fork = log.fork(3, 6)
    answers = await asyncio.gather(
        ask(first, log.submission(3, 6)), ask(second, fork.submission(3, 6))
    )
    assert sorted(answer.status for answer in answers) == [200, 409]
    assert len(desk.do(store.forks)) == 1


async def test_two_processes_with_one_database_do_not_cosign_a_fork(
    tmp_path: Path, log: GrowingLog
) -> None:
    desks = [open_desk(tmp_path / "one.db") for _ in range(2)]
    one, other = (witness_of(desk, log) for desk in desks)
    await ask(one, log.submission(0, 3))
    for size in range(4, 10):
        fork = log.fork(size - 1, size)
        answers = await asyncio.gather(
            ask(one, log.submission(size - 1, size)), ask(other, fork.submission(size - 1, size))
        )
        assert sorted(answer.status for answer in answers)[0] == 200
        assert sorted(answer.status for answer in answers)[1] in (409, 422)
        if answers[1].status == 200:
            break  # it is on the other history from here on
    for desk in desks:
        desk.close()


# --- an auditor's word -----------------------------------------------------------------------


@pytest.mark.parametrize(("error", "status"), [(UnauditedError, 503), (ConvictedError, 403)])
async def test_what_is_not_approved_is_not_cosigned(
    error: type[Exception], status: int, desk: Desk, log: GrowingLog
) -> None:
    class Refusing:
        async def approve(self, signed: Signed) -> None:
            raise error(f"of {signed.checkpoint.size}")

    witness = witness_of(desk, log, audit=Refusing())
    answer = await ask(witness, log.submission(0, 3))
    assert (answer.status, answer.body) == (status, b"of 3\n")
    assert held(desk) == NOTHING


# --- others' vectors -------------------------------------------------------------------------


EXPECTED = {'contains "unknown log"': 404, 'contains "invalid signature"': 400}
"""Where we differ: C2SP's tlog-witness says 404 by now; and the published bad signature is one
in base64 that is not in its one form."""


async def test_the_published_requests_get_the_published_answers(desk: Desk) -> None:
    if not VECTORS.exists():
        pytest.skip(f"no {VECTORS}")
    vectors = json.loads(VECTORS.read_text())
    public = bytes.fromhex(vectors["log_ed25519_public_key"])
    origin = vectors["cases"][0]["body"].split("\n")[2]
    key = Vkey(origin, Algorithm.ED25519, public)
    cosigner = Cosigner.from_seed(vectors["witness_name"], Algorithm.COSIGNATURE, bytes(32))
    witness = Witness(desk, known_logs([key]), [cosigner], clock=lambda: NOW)
    for case in vectors["cases"]:
        body = case["body"].encode()
        answer = await ask(witness, body)
        assert answer.status == EXPECTED.get(case["assert"], case["status"])
        if answer.status == 400:  # the same wrong signature, in its one form
            answer = await ask(witness, body.replace(b"gx=", b"gw="))
            assert answer.status == case["status"]
        if answer.status == 409:
            assert f'== "{answer.body.decode()}"' == case["assert"].replace("\\n", "\n")
        if answer.status == 200:
            note = body.partition(b"\n\n")[2]
            assert verify_cosignature(Note.decode(note + answer.body), cosigner.vkey) == NOW


def test_a_request_has_one_form() -> None:
    """Whatever is altered in one: it is refused, or these very bytes say it."""
    log, random = GrowingLog().grow(9), Random(4)
    body = log.submission(5, 9)
    assert Submission.decode(body).encode() == body
    for _ in range(3_000):
        at = random.randrange(300)
        more, less = random.randbytes(random.randrange(3)), random.randrange(3)
        altered = body[:at] + more + body[at + less :]
        with contextlib.suppress(MalformedError):
            assert Submission.decode(altered).encode() == altered
