"""Plays a published conversation from the tapes of its people."""

from dataclasses import dataclass
from typing import Any

from specpeer import identities, prekeys
from specpeer.crypto import Recorded, Refused
from specpeer.handshake import RESYNC, START
from specpeer.identities import Device
from specpeer.manifests import Entry, Manifest
from specpeer.prekeys import Secrets
from specpeer.session import Peer, Session

Step = dict[str, Any]


@dataclass
class Player:
    """One of the two, and the session that was used last, in which he seals."""

    peer: Peer
    draws: Recorded
    last: Session | None = None

    @classmethod
    def draw(cls, name: str, draws: Recorded, now: int) -> "Player":
        """Device keys, the recovery seed of the account, the manifest, two one-time pairs."""
        device = Device.draw(draws)
        account = identities.account_signer(draws.random(32))
        manifest = Manifest.sign(account, [Entry.of(device, now)], now, None, draws)
        secrets = prekeys.draw(device, manifest.account, now, draws, 2)
        return cls(Peer(device, manifest, f"{name}@relay.example", [secrets]), draws)

    @property
    def secrets(self) -> Secrets:
        return self.peer.prekeys[0]

    def begin(self, other: "Player", step: Step, now: int) -> None:
        self.last = self.peer.start(
            other.peer.manifest,
            prekeys.serve(other.secrets, step["begins"]),
            now,
            self.draws,
            known=max((each.handshake.number for each in self.peer.sessions), default=0),
            kind=RESYNC if step["resync"] else START,
            received=step["received"],
        )

    def seal(self, content: bytes) -> bytes:
        assert self.last
        return self.last.seal(content, self.draws)

    def open(self, envelope: bytes, now: int) -> bytes:
        self.last, content = self.peer.hear(envelope, now)
        return content


def play(conversation: dict[str, Any], seeds: dict[bytes, bytes]) -> list[Step]:
    """The steps as this implementation takes them. Raises Unaccounted."""
    now = conversation["now"]
    tapes = {
        name: Recorded([(what, data) for what, data in tape], seeds)
        for name, tape in conversation["tapes"].items()
    }
    people = {name: Player.draw(name, tape, now) for name, tape in tapes.items()}
    others = dict(zip(people, reversed(people), strict=True))
    taken: list[Step] = []
    for step in conversation["steps"]:
        who = people[step["by"]]
        if "begins" in step:
            who.begin(people[others[step["by"]]], step, now)
            taken.append(step)
        elif "seals" in step:
            taken.append({**step, "envelope": who.seal(step["seals"])})
        else:
            taken.append(_opened(who, step, taken[step["opens"]]["envelope"], now))
    for tape in tapes.values():
        tape.finish()
    return taken


def _opened(who: Player, step: Step, envelope: bytes, now: int) -> Step:
    done = {"by": step["by"], "opens": step["opens"]}
    try:
        return {**done, "content": who.open(envelope, now)}
    except Refused as refused:
        return {**done, "refused": refused.reason}
