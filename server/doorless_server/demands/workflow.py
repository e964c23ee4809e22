"""The desk, from a file that comes in to a bundle that goes out; for the commands and the lab.

    open ──► in/ID.toml ─► ledger ─► a slot of the public log waits
    check ─► ledger
    answer ► the gate ─► read ─► notices, held back ─► out/ID ─► ledger ─► notices get their time
             ─► ledger ─► the log is told what came of it

Each step is on the disk before the next, and each may be asked for again: what was done is not
done twice. One process at a time. Spec: docs/spec/19-demands.md §1.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from doorless_protocol.demand_log.record import SlotRecord
from doorless_server import datadir
from doorless_server.commands.base import Sources
from doorless_server.demands import (
    begun,
    bundle,
    catching_up,
    checks,
    desk,
    entity,
    entries,
    inventory,
    page,
    preserving,
    records,
    response,
)
from doorless_server.demands.checks import Check, Facts
from doorless_server.demands.demand import Demand
from doorless_server.demands.disclosure import NOTHING, Disclosure, File
from doorless_server.demands.gag import GagState, gag_of
from doorless_server.demands.gate import Pass, pass_for
from doorless_server.demands.intake import DemandError, parse
from doorless_server.demands.items import Case, wanted
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.log import DemandLog
from doorless_server.demands.notices import Notices
from doorless_server.demands.response import Circumstances, GagClock, LedgerHead, Response

E = TypeVar("E", bound=entries.Entry)

IN: Final = "in"
OUT: Final = "out"
LOCK: Final = "lock"
ANSWER: Final = "response.json"
PAGE: Final = "response.html"


class DeskError(Exception):
    """It was not done; the message says what to do."""


class RefusedError(DeskError):
    """The file is refused, and the ledger says so; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and the folder of its bundle."""

    response: Response
    folder: Path


@dataclass(frozen=True, slots=True)
class Desk:
    """One process at the desk: its files, opened.

    Attributes:
        folder: DIR/demands.
        now: Unix seconds.
    """

    data: Path
    folder: Path
    ledger: Ledger
    log: DemandLog
    now: int

    def read(self, demand_id: str) -> tuple[Demand, bytes]:
        """A demand that was opened. Raises DeskError."""
        found = recorded(self.ledger, entries.Opened, demand_id)
        if not found:
            raise DeskError(f"no demand {demand_id} was opened here: `demand list` shows them")
        path = self.folder / IN / f"{demand_id}.toml"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DeskError(f"cannot read {path} ({error.strerror}): restore it") from None
        if hashlib.sha256(data).hexdigest() != found[0].sha256:
            raise DeskError(f"{path} is not what the ledger says was opened: restore it")
        try:
            demand = parse(data)
        except DemandError as error:
            raise DeskError(f"{path} was opened by other rules ({error})") from None
        if not self.log.holds(demand_id):  # it came back from a copy that is older
            self.log.commit(demand_id, self.slot_record(demand, data), self.now)
        return demand, data

    def pass_(self, demand: Demand, data: bytes) -> Pass:
        """Through the gate. Raises NotYetLoggedError, ProofError."""
        self.log.turn(self.now)
        return pass_for(self.log, demand.demand_id, self.slot_record(demand, data))

    def slot_record(self, demand: Demand, data: bytes) -> SlotRecord:
        return records.slot_record(demand, lambda: self.log.document(demand.demand_id, data))

    def gag(self, demand_id: str) -> GagState:
        return gag_of(self.ledger.entries(), demand_id, self.now)

    def around(self, demand_id: str) -> Circumstances:
        """What an answer that is given now says of us. Raises EntityError."""
        gag, head = self.gag(demand_id), self.ledger.head()
        return Circumstances(
            entity.read(self.data),
            self.now,
            GagClock(gag.runs, gag.until if gag.runs else None, len(gag.renewals)),
            None if head is None else LedgerHead(head.hash, head.signature),
        )


@contextmanager
def at_desk(data: Path, sources: Sources) -> Iterator[Desk]:
    """Alone at the desk of a relay's folder.

    Raises:
        DeskError: it is no relay's, or was never served from.
        DataError, LedgerDamagedError, ForkRefusedError, sqlite3.Error: a file cannot be used.
    """
    if not (data / datadir.DATABASE).exists():
        raise DeskError(f"{data / datadir.DATABASE} does not exist: is this a relay's --data?")
    folder, now = data / begun.FOLDER, sources.clock()
    folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder):
        ledger = Ledger.open(folder, random=sources.random)
        log = DemandLog.open(folder, name=entity.relay_name(data), random=sources.random, now=now)
        with closing(log):
            preserving.sweep(folder, now)
            bundle.sweep(folder / OUT)
            # Begun with the first answer, it would tell who is answered next that there was one.
            with closing(Notices.open(folder)) as notices:
                catching_up.catch_up(ledger, log, notices, now)
            yield Desk(data, folder, ledger, log, now)


# --- open ----------------------------------------------------------------------------------------


def open_demand(data: Path, toml: bytes, sources: Sources) -> str:
    """Take a demand in; of a file that was taken in already, go on where that stopped.

    Returns:
        its id.

    Raises:
        RefusedError: it is malformed, or another demand has its id. The ledger holds that.
        DeskError, and as of `at_desk`.
    """
    with at_desk(data, sources) as here:
        sha256 = hashlib.sha256(toml).hexdigest()
        try:
            demand = parse(toml)
        except DemandError as error:
            _refuse(here, "", sha256, f"malformed: {error.field or 'the file as a whole'}")
            raise RefusedError(f"refused, and recorded so: {error}") from None
        path = here.folder / IN / f"{demand.demand_id}.toml"
        if path.exists() and path.read_bytes() != toml:
            _refuse(here, demand.demand_id, sha256, "another demand was opened under this id")
            raise RefusedError(
                f"refused, and recorded so: another demand was opened as {demand.demand_id};"
                " if this one is genuine, give it a demand_id of its own"
            )
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            datadir.sync_names(here.folder)
            datadir.write_once(path, toml)
        here.log.commit(demand.demand_id, here.slot_record(demand, toml), here.now)
        if not recorded(here.ledger, entries.Opened, demand.demand_id):
            here.ledger.append(records.opened(demand, toml, sha256), here.now)
        here.log.turn(here.now)
        return demand.demand_id


def _refuse(here: Desk, demand_id: str, sha256: str, reason: str) -> None:
    """Once for each file: who offers it again adds nothing."""
    refused = entries.Refused(demand_id, sha256, reason)
    if refused not in (recorded.entry for recorded in here.ledger.entries()):
        here.ledger.append(refused, here.now)


def recorded(ledger: Ledger, kind: type[E], demand_id: str) -> list[E]:
    """What the ledger says of one kind about a demand, in its order."""
    found = (one.entry for one in ledger.entries() if isinstance(one.entry, kind))
    return [entry for entry in found if getattr(entry, "demand_id", None) == demand_id]


# --- check ---------------------------------------------------------------------------------------


def check_demand(data: Path, demand_id: str, sources: Sources) -> tuple[Check, ...]:
    """Try it, and write down what came out. Nobody's data is looked at.

    Raises DeskError, EntityError, and as of `at_desk`.
    """
    with at_desk(data, sources) as here:
        demand, _ = here.read(demand_id)
        return _checked(here, demand)


def _checked(here: Desk, demand: Demand) -> tuple[Check, ...]:
    made = checks.check(demand, Facts(entity.read(here.data), here.now))
    entry = entries.Checked(
        demand.demand_id,
        passed=tuple(one.name for one in made if one.passed),
        failed=tuple(one.name for one in checks.failed(made)),
    )
    if recorded(here.ledger, entries.Checked, demand.demand_id)[-1:] != [entry]:
        here.ledger.append(entry, here.now)
    return made


# --- answer --------------------------------------------------------------------------------------


def answer_demand(
    data: Path, demand_id: str, sources: Sources, *, voluntarily: bool = False
) -> Answer:
    """Answer it; what was answered is answered the same again.

    Args:
        voluntarily: give what the demand asks for and cannot compel.

    Raises:
        NotYetLoggedError: the public log does not show it yet; nothing was read.
        BundleError: what was answered is not there any more as it was.
        DeskError, EntityError, InventoryError, ProofError, and as of `at_desk`.
    """
    with at_desk(data, sources) as here:
        folder = here.folder / OUT / demand_id
        demand, toml = here.read(demand_id)
        written, before = bundle.read(folder), recorded(here.ledger, entries.Answered, demand_id)
        if before and (written is None or written.sha256 != before[0].bundle_sha256):
            raise bundle.BundleError(f"{folder} is not what the ledger says was answered")
        if written is None:
            made, read_ = _decided(here, demand, toml, voluntarily=voluntarily)
            written = _write(here, demand, made, read_, folder)
        made = msgspec.json.decode((folder / ANSWER).read_bytes(), type=Response)
        if not before:
            here.ledger.append(records.answered(made, written.sha256), here.now)
        _let_tell(here, demand, made)
        here.log.conclude(demand_id, records.outcome(made))
        return Answer(made, folder)


def _decided(
    here: Desk, demand: Demand, toml: bytes, *, voluntarily: bool
) -> tuple[Response, Disclosure]:
    """The answer; what it needs is read behind the gate, and nothing where it needs nothing."""
    made = _checked(here, demand)
    case = Case(demand, made, inventory.of(here.data), voluntarily)
    disclosure, kinds, allowed = NOTHING, wanted(case), None
    if kinds:
        allowed = here.pass_(demand, toml)
        spool = _spool(here, demand.demand_id)
        disclosure = desk.collect(here.data, demand, kinds, spool, allowed=allowed)
    answered = response.answer(case, disclosure, here.around(demand.demand_id))
    _leave_notices(here, demand, answered, disclosure, allowed)
    if case.instrument.preserves and any(found.records for found in disclosure.found):
        spool = _spool(here, demand.demand_id)
        preserving.keep(here.folder, demand, disclosure, spool, here.now)
        disclosure = NOTHING
    return answered, disclosure


def _write(
    here: Desk, demand: Demand, made: Response, disclosure: Disclosure, folder: Path
) -> bundle.Manifest:
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    datadir.sync_names(here.folder)
    json = msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
    html = page.render(demand, made, disclosure).encode()
    files = (File(ANSWER, json), File(PAGE, html), *response.records_of(disclosure))
    spool, marked = _spool(here, demand.demand_id), demand.simulation
    manifest = bundle.write(
        folder, demand.demand_id, files, disclosure.sealed, spool, simulation=marked
    )
    shutil.rmtree(spool, ignore_errors=True)
    return manifest


def _spool(here: Desk, demand_id: str) -> Path:
    """Where ciphertext lies between its reading and its bundle."""
    return here.folder / OUT / f".{demand_id}.read"


def _leave_notices(
    here: Desk,
    demand: Demand,
    made: Response,
    disclosure: Disclosure,
    allowed: Pass | None,
) -> None:
    """For each person whose data was read: told by the relay itself, once there is an answer.

    What an answer that was cut short had left goes: it would tell of what nobody was given.
    """
    with closing(Notices.open(here.folder)) as notices:
        notices.withdraw(demand.demand_id)
        for found in disclosure.found:
            if found.account is not None:
                proof = None if allowed is None else allowed.proof
                notice = records.notice(demand, made, found.target, proof)
                notices.put(found.account, notice, None)


def _let_tell(here: Desk, demand: Demand, made: Response) -> None:
    """Give the notices of a written answer their time, by the silence that is ordered now."""
    accounts = made.notice.accounts
    if not accounts or recorded(here.ledger, entries.Notified, demand.demand_id):
        return
    from_ = response.notice_from(demand, here.around(demand.demand_id))
    with closing(Notices.open(here.folder)) as notices:
        notices.tell_from(demand.demand_id, from_)
    if from_ is not None:
        here.ledger.append(entries.Notified(demand.demand_id, accounts, from_), here.now)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is at the desk."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
