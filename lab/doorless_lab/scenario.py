"""What a scenario is: steps played against the real components, and verdicts that are computed.

    play(scene) ──► Step, Step, Step …   each with what every seat sees, and evidence
                        │
                        ▼
    Cell.judge(evidence) ──► Verdict     compared with what the scenario expects

A step is a value: going back shows the one before, nothing is ever un-executed. A judge sees
evidence and nothing else, so that a verdict cannot be written down, only be reached.
"""

import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from pathlib import Path

from doorless_lab.words import Words
from doorless_protocol.primitives import Random

Fact = int | float | str | bool
"""Of what JSON has, so that evidence can be kept, compared and given away."""


class Outcome(StrEnum):
    """What became of an attack. Always shown as icon and word and colour, never by colour alone."""

    PREVENTED = "prevented"  # the adversary gets no plaintext; the action fails
    DETECTED = "detected"  # it may work for some messages; somebody named gets an alarm with proof
    HEALED = "healed"  # the adversary reads some messages, then none, though nobody acts
    LIMITED = "limited"  # reduced, not prevented; a number says by how much
    EXPOSED = "exposed"  # not prevented


class Product(StrEnum):
    """What a scenario is played against."""

    E2EE = "e2ee"  # the real product
    CLOUD = "cloud"  # the control: the same, but the operator can read
    MANDATED = "mandated"  # the product with a capability that was demanded; only the lab has it
    LEGACY = "legacy"  # a control, as others were built: without the defence that it is about


class Seat(StrEnum):
    """Whose view a step shows."""

    ALICE = "alice"
    BOB = "bob"
    CAROL = "carol"
    RELAY = "relay"  # all that the operator has, memory included
    AGENCY = "agency"
    MALLORY = "mallory"
    PUBLIC = "public"


class Power(StrEnum):
    """What an adversary can do. It holds handles for these powers and for no others."""

    NET_OBSERVE = "net-observe"
    NET_ALTER = "net-alter"
    SERVER_READ = "server-read"
    SERVER_WRITE = "server-write"
    SERVER_LOG_ON = "server-log-on"
    DIRECTORY_WRITE = "directory-write"
    LOG_EQUIVOCATE = "log-equivocate"
    DEVICE_UNLOCKED = "device-unlocked"
    DEVICE_LOCKED = "device-locked"
    STATE_COPY = "state-copy"
    STORE_NOW = "store-now"
    QUANTUM = "quantum"
    BUILD_CHANGE_ALL = "build-change(all)"
    BUILD_CHANGE_ONE = "build-change(one)"
    RNG_DESIGN = "rng-design"
    ESCROW_KEY = "escrow-key"
    ESCROW_LEAK = "escrow-leak"
    COURT_ORDER = "court-order"
    GAG = "gag"


class Tone(StrEnum):
    """What sort of line it is; a face of the lab gives each a sign and a colour."""

    PLAIN = "plain"
    SAID = "said"  # what a person wrote or reads, in the clear
    SEALED = "sealed"  # ciphertext
    HELD = "held"  # something that is held or handed over
    MISSING = "missing"  # something asked for that is not there
    ALARM = "alarm"
    REFUSED = "refused"  # an attempt that failed


@dataclass(frozen=True, slots=True)
class Line:
    text: Words
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that anybody can check afterwards.

    Attributes:
        name: by which judges ask for it; given again by a later step, it replaces the earlier.
        facts: all that a judge reads.
        data: an attachment, for example a bundle for doorless-verify.
        reproduce: a command that reaches the same; empty where there is none.
    """

    name: str
    caption: Words
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    data: bytes = b""
    media: str = "application/octet-stream"
    reproduce: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before the step is shown: predict, then reveal.

    Attributes:
        right: place of the answer that the run bears out, from 0.
    """

    text: Words
    answers: tuple[Words, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step as everybody saw it.

    Attributes:
        caption: one sentence, shown large and read out.
        views: of the seats that see something; at most four.
        detail: more about it, on request; of any length.
        notes: for who presents it.
    """

    caption: Words
    views: Mapping[Seat, tuple[Line, ...]]
    evidence: tuple[Evidence, ...] = ()
    question: Question | None = None
    detail: Words | None = None
    notes: Words | None = None


Held = Mapping[str, Evidence]
"""The evidence of one run against one product, by name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What evidence shows.

    Attributes:
        number: markers read, messages until the alarm, messages until healed …
        because: one sentence with that number in it.
    """

    outcome: Outcome
    number: float
    because: Words


Judge = Callable[[Held], Verdict]
"""Pure. Raises KeyError where the evidence is missing: then the run is invalid, not green."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One verdict of a scenario: of what, against which product, and what it has to be.

    Attributes:
        what: "content", "metadata", "the sender from now on" …
        at_least, at_most: bounds of the verdict's number.
    """

    product: Product
    what: Words
    judge: Judge
    expected: Outcome
    at_least: float = 0
    at_most: float = float("inf")

    def agrees(self, verdict: Verdict) -> bool:
        in_bounds = self.at_least <= verdict.number <= self.at_most
        return verdict.outcome is self.expected and in_bounds


@dataclass(frozen=True, slots=True)
class Precedent:
    """Something that happened. `checked`: in a public source; else from memory, and said so."""

    what: Words
    when: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be set for a run, `--set NAME=VALUE`; whole numbers."""

    what: Words
    default: int
    least: int
    most: int


class Level(Enum):
    """What an exercise asks for."""

    RECALL, TRANSFER, DISPUTE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Exercise:
    question: Words
    answer: Words
    level: Level


@dataclass(frozen=True, slots=True)
class Scene:
    """Where one run is played.

    Attributes:
        random: seeded for what the lab draws itself; the product's own keys may come from it too.
        now: Unix seconds at which the scene's clock begins.
        folder: empty, removed afterwards.
        powers: those that the scenario names; nobody in it may be given another one.
        armed: those that somebody was given, and has used so far.
    """

    product: Product
    settings: Mapping[str, int]
    random: Random
    now: int
    folder: Path
    powers: frozenset[Power] = frozenset(Power)
    armed: set[Power] = field(default_factory=set[Power])


Play = Callable[[Scene], AsyncGenerator[Step, None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One back door, demand or attack, and what the lab has to show about it.

    Attributes:
        id: "A1", of the catalogue.
        slug: "disclose-stored".
        claim: what somebody might say about it, put to the test.
        limit: what it does not protect from; shown as large as a success. None: nothing to say.
        law_as_of: the day, ISO 8601, on which legal facts on screen were checked; "" without any.
    """

    id: str
    slug: str
    title: Words
    claim: Words
    precedents: tuple[Precedent, ...]
    powers: frozenset[Power]
    cells: tuple[Cell, ...]
    play: Play
    notes: Words
    exercises: tuple[Exercise, ...]
    limit: Words | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    law_as_of: str = ""

    @property
    def group(self) -> str:
        return self.id[0]

    @property
    def products(self) -> tuple[Product, ...]:
        """Those that it is played against, in the order of its cells."""
        return tuple(dict.fromkeys(cell.product for cell in self.cells))
