"""The gate: nothing is read for an answer before the demand stands in the public log.

    demand ── commit ──► waits ── its period ends ──► signed, cosigned ── pass_for ──► Pass

Whoever reads account data for an answer takes a Pass, and a Pass cannot be made but by checking
the whole way from the demand's record up to the signatures. Spec: docs/spec/18-demand-log.md §7.
"""

from dataclasses import dataclass, field

from doorless_protocol.demand_log.proof import SlotProof
from doorless_protocol.demand_log.record import SlotRecord
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.errors import ProofError
from doorless_server.demands.log import DemandLog


@dataclass(frozen=True, slots=True)
class Pass:
    """That this demand stands in the log: checked when it is made, by whomever.

    Raises:
        ProofError, ForgedError, UnwitnessedError: it does not; there is no such Pass.
    """

    demand_id: str
    record: SlotRecord
    proof: SlotProof = field(repr=False)
    rules: Rules = field(repr=False)

    def __post_init__(self) -> None:
        check_logged(self.record, self.proof, self.rules)


def pass_for(log: DemandLog, demand_id: str, record: SlotRecord) -> Pass:
    """Let this demand be answered, if the log shows it.

    Args:
        record: what the demand at hand says, made from it again.

    Raises:
        NotYetLoggedError: its period is not over, not signed, or not seen by enough witnesses.
        UnknownDemandError: it was never committed.
        ProofError: what was committed under this id is another demand.
    """
    return Pass(demand_id, record, log.proof(demand_id), log.rules)


def check_logged(record: SlotRecord, proof: SlotProof, rules: Rules) -> None:
    """Errors as of `Pass`."""
    proof.check(rules)
    if proof.record != record:
        raise ProofError("the slot commits to another demand than the one to be answered")
