"""People with keys, seeded randomness, and others' test vectors."""

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random as Seeded
from typing import Any

import pytest

from doorless_protocol.keys import DeviceKeys, SigningKey, account_signing_key
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_protocol.prekeys import OneTimePair, SignedBundle

NOW = 1_800_000_000

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"
"""Beside the repository, as others made them; DOORLESS_VECTORS names another place."""


@dataclass(frozen=True)
class Owner:
    """An account of some devices; the first one has published a bundle."""

    account: SigningKey
    devices: tuple[DeviceKeys, ...]
    manifest: Manifest
    bundle: SignedBundle
    pairs: tuple[OneTimePair, ...]

    @property
    def entry(self) -> DeviceEntry:
        return self.manifest.entry(self.devices[0].device)


def owner(seed: int, devices: int = 3, pairs: int = 5) -> Owner:
    random = Seeded(seed).randbytes
    account = account_signing_key(random(32))
    keys = tuple(DeviceKeys.draw(random) for _ in range(devices))
    manifest = Manifest.sign(account, [DeviceEntry.of(each, NOW) for each in keys], NOW)
    bundle, one_time, _ = draw_bundle(keys[0], manifest.account, NOW, random, pairs)
    return Owner(account, keys, manifest, bundle, one_time)


@pytest.fixture(scope="session")
def now() -> int:
    return NOW


@pytest.fixture(scope="session")
def bob() -> Owner:
    return owner(1)


@pytest.fixture(scope="session")
def eve() -> Owner:
    return owner(2)


@pytest.fixture
def random() -> Callable[[int], bytes]:
    return Seeded(3).randbytes


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Any]:
    """Read a file of vectors: what JSON holds, else lines of text. Skips where there are none."""

    def read(name: str) -> Any:
        path = Path(os.environ.get("DOORLESS_VECTORS", VECTORS)) / name
        if not path.exists():
            pytest.skip(f"test vectors {name} are not beside the repository")
        if path.is_dir():
            return [json.loads(file.read_text()) for file in sorted(path.rglob("*.json"))]
        data = path.read_bytes()
        if path.suffix == ".json":
            return json.loads(data)
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode().splitlines()

    return read
