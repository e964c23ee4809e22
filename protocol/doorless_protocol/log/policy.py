"""Which witnesses must have seen a head: the policy files of C2SP.

    witness W1 <vkey>
    witness W2 <vkey>
    witness W3 <vkey>
    group two-of-three 2 W1 W2 W3
    quorum two-of-three

`quorum none` asks for none. Members of a group with the name `auditors` are cosigners that
replay each epoch before they sign. Spec: docs/spec/09-key-log.md §6.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from doorless_protocol.errors import ForgedError, MalformedError, UnwitnessedError
from doorless_protocol.log.cosignature import verify_cosignature
from doorless_protocol.log.note import Algorithm, Note, Vkey

MAX_POLICY = 12 * 1024
"""Bytes of a policy: six witnesses with ML-DSA-44 keys of 1.8 KB."""

AUDITORS = "auditors"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses a head if `threshold` of its members do: witnesses, or groups before it."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Equal if the text is. Attributes besides: what the text says."""

    text: str
    witnesses: Mapping[str, Vkey] = field(compare=False, repr=False)
    groups: Mapping[str, Group] = field(compare=False, repr=False)
    quorum: str | None = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take the text of a policy, without lines for logs: a configuration names the one.

        Raises:
            MalformedError: anything else than tlog-policy allows, a name used before it is
                defined, a key twice, not exactly one quorum, or more than MAX_POLICY bytes.

        Spec: docs/spec/09-key-log.md §6.4.
        """
        parsing = _Parsing()
        if len(text) > MAX_POLICY or not all(c in "\t\n" or " " <= c <= "~" for c in text):
            raise MalformedError(f"policy of {len(text)} characters, or one that is not ASCII")
        if not text.endswith("\n"):
            raise MalformedError("policy whose last line does not end")
        for line in text.splitlines():
            words = line.split()
            if words and not words[0].startswith("#"):
                parsing.take(words)
        if not parsing.has_quorum:
            raise MalformedError("policy without a quorum")
        witnesses, groups = MappingProxyType(parsing.witnesses), MappingProxyType(parsing.groups)
        return cls(text, witnesses, groups, parsing.quorum)

    @property
    def auditors(self) -> frozenset[str]:
        """Names of the witnesses that replay the log."""
        group = self.groups.get(AUDITORS)
        return frozenset(group.members if group else ()) & self.witnesses.keys()

    def cosigners(self, note: Note) -> Mapping[str, int]:
        """Which witnesses cosigned, and when (Unix seconds). A bad line counts as none."""
        times = {}
        for name, vkey in self.witnesses.items():
            try:
                times[name] = verify_cosignature(note, vkey)
            except (ForgedError, MalformedError):
                continue
        return times

    def check(self, note: Note) -> Mapping[str, int]:
        """Check that enough witnesses cosigned, and return who did, and when.

        Raises:
            UnwitnessedError: too few did.

        Spec: docs/spec/09-key-log.md §6.4.
        """
        times = self.cosigners(note)
        if self.quorum is not None and not self._witnessed(self.quorum, times):
            raise UnwitnessedError(f"head with {len(times)} cosignatures of {len(self.witnesses)}")
        return times

    def _witnessed(self, name: str, times: Mapping[str, int]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in times
        return sum(self._witnessed(each, times) for each in group.members) >= group.threshold


class _Parsing:
    """The lines of a policy, one by one."""

    def __init__(self) -> None:
        self.witnesses: dict[str, Vkey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.has_quorum = False
        self._grouped: set[str] = set()

    def take(self, words: list[str]) -> None:
        match words:
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._witness(name, Vkey.parse(vkey))
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, tuple(members))
            case ["quorum", name] if not self.has_quorum:
                if name != _NONE:
                    self._check_defined(name)
                    self.quorum = name
                self.has_quorum = True
            case _:
                raise MalformedError("policy with a line that says nothing known")

    def _witness(self, name: str, vkey: Vkey) -> None:
        self._check_new(name)
        if vkey.algorithm is Algorithm.ED25519:
            raise MalformedError("policy with a witness that has the key of a log")
        if vkey.public in (each.public for each in self.witnesses.values()):
            raise MalformedError("policy with two witnesses of one key")
        self.witnesses[name] = vkey

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        self._check_new(name)
        for member in members:
            self._check_defined(member)
            if member in self._grouped:
                raise MalformedError("policy in which a name counts twice")
            self._grouped.add(member)
        sizes = {"any": "1", "all": str(len(members))}
        number = sizes.get(threshold, threshold)
        if number not in {str(size) for size in range(1, len(members) + 1)}:
            raise MalformedError(f"policy with a group of {len(members)} that needs another number")
        self.groups[name] = Group(int(number), members)

    def _check_new(self, name: str) -> None:
        if name == _NONE or name in self.witnesses or name in self.groups:
            raise MalformedError("policy in which a name is defined twice")

    def _check_defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise MalformedError("policy in which a name is used before it is defined")


NO_WITNESSES = Policy.parse("quorum none\n")
