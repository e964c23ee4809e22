"""Records everything that our implementation draws, in its order, as SpecPeer plays it.

`Tape.random` stands in for the argument `random`; what a library draws inside is recorded by
its output (docs/spec/01-primitives.md §1.1, §1.2). `specpeer.crypto.Recorded` plays `Tape.said`.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from doorless_protocol import primitives

DRAWN_INSIDE: dict[str, tuple[str, Callable[[Any], bytes]]] = {
    "kem1024_encapsulate": ("ML-KEM-1024 ciphertext", lambda result: result[1]),
    "mldsa65_sign": ("ML-DSA-65 signature", lambda result: result),
    "hpke_seal": ("HPKE seal", lambda result: result),
}
"""The functions of primitives.py that draw: what to call it, and which part of what they return.

`kem768_encapsulate` is a call of EncapsulationKey.encapsulate, which is recorded below.
"""


@dataclass
class Tape:
    """What was drawn inside `with tape:`, in order: (what, bytes)."""

    seeded: Random
    said: list[tuple[str, bytes]] = field(default_factory=list)
    _on: bool = False

    def __enter__(self) -> None:
        self._on = True

    def __exit__(self, *raised: object) -> None:
        self._on = False

    def random(self, size: int) -> bytes:
        return self._keep("random", self.seeded.randbytes(size))

    def _keep(self, what: str, drawn: bytes) -> bytes:
        if self._on:
            self.said.append((what, drawn))
        return drawn

    def recording(
        self, what: str, output: Callable[[Any], bytes], function: Callable[..., Any]
    ) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            result = function(*args)
            self._keep(what, output(result))
            return result

        return call


def record(monkeypatch: pytest.MonkeyPatch, seed: int) -> Tape:
    """Inside `with tape:`, that is where ours draws: SpecPeer calls the same primitives."""
    tape = Tape(Random(seed))
    modules = [each for name, each in sys.modules.items() if name.startswith("doorless_protocol.")]
    for name, (what, output) in DRAWN_INSIDE.items():
        original = getattr(primitives, name)
        for module in _users(modules, name, original):
            monkeypatch.setattr(module, name, tape.recording(what, output, original))
    key, what = primitives.EncapsulationKey, "ML-KEM-768 ciphertext"
    ciphertext = tape.recording(what, lambda result: result[1], key.encapsulate)
    monkeypatch.setattr(key, "encapsulate", ciphertext)
    return tape


def _users(modules: Sequence[Any], name: str, original: object) -> list[Any]:
    return [
        each for each in modules if each is not primitives and getattr(each, name, None) is original
    ]
