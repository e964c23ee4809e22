"""How a witness is set up: its folder, and what a command line or config.toml says.

    DIR/config.toml         what the command line does not say:
                                name = "witness.example/w1"
                                listen = "127.0.0.1:8444"
                                logs = ["relay.example/keys+…", "relay.example/keys+…"]
                                audit = "https://relay.example:8443/log"
    DIR/witness.db          what it cosigned; of an auditor: auditor.db
    DIR/keys/witness.key    seeds of its two keys; of an auditor: auditor.key
    DIR/keys/audit.token    what the log's operator gave to the auditor
    DIR/lock                held by the one process that serves from here

A witness and an auditor say different things of a log, and so never with one key, even from
one folder. Spec: docs/spec/12-witness.md §8.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm, Vkey
from doorless_protocol.primitives import SIGNING_SEED_SIZE, Random
from doorless_server import datadir
from doorless_server.http_client import UrlError, check_url

CONFIG = "config.toml"
TOKEN = Path("keys", "audit.token")

DEFAULT_LISTEN = "127.0.0.1:8444"

_TOKEN = re.compile(r"[0-9a-f]{32}")


class SettingsError(Exception):
    """It cannot be run like that; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Attributes:
    name: of its keys; None: one that follows from them.
    logs: verifier keys of the logs that it cosigns for.
    audit: where the one log's pages are; None: it does not replay.
    """

    name: str | None
    listen: str
    logs: tuple[Vkey, ...]
    audit: str | None

    @property
    def role(self) -> str:
        return "witness" if self.audit is None else "auditor"

    @property
    def database(self) -> str:
        return f"{self.role}.db"

    @property
    def key(self) -> Path:
        return Path("keys", f"{self.role}.key")


def read(
    folder: Path,
    *,
    name: str | None = None,
    listen: str | None = None,
    logs: Sequence[str] = (),
    audit: str | None = None,
) -> Settings:
    """What was said, and else what DIR/config.toml says.

    Raises:
        SettingsError: of a name, key or address, or of the file.
    """
    said: dict[str, Any] = {"name": name, "listen": listen, "logs": list(logs), "audit": audit}
    held = {**_config(folder / CONFIG), **{key: each for key, each in said.items() if each}}
    try:
        settings = Settings(
            held.get("name"),
            held.get("listen", DEFAULT_LISTEN),
            tuple(_vkey(each) for each in held.get("logs", ())),
            None if "audit" not in held else check_url(held["audit"]),
        )
    except (MalformedError, UrlError) as error:
        raise SettingsError(str(error)) from None
    if settings.audit is not None and len({key.name for key in settings.logs}) > 1:
        raise SettingsError("an auditor replays one log: give the keys of one")
    return settings


def check_role(folder: Path, settings: Settings) -> None:
    """Before keys are shown. Raises SettingsError: those that are here are an auditor's."""
    auditor = Path("keys", "auditor.key")
    if not (folder / settings.key).exists() and (folder / auditor).exists():
        raise SettingsError("these keys are an auditor's: give its --audit URL as well")


def cosigners(folder: Path, settings: Settings, random: Random) -> tuple[Cosigner, ...]:
    """Its keys: drawn when first asked for, the same ever after. Ed25519 first, then ML-DSA-44.

    Raises:
        SettingsError: no key of a note has this name.
        datadir.DataError: the file is damaged, or cannot be written.
    """
    seeds = datadir.seed(folder / settings.key, 2 * SIGNING_SEED_SIZE, random)
    name = settings.name or _named_after(seeds, settings.role)
    halves = seeds[:SIGNING_SEED_SIZE], seeds[SIGNING_SEED_SIZE:]
    kinds = Algorithm.COSIGNATURE, Algorithm.MLDSA44
    try:
        return tuple(Cosigner.from_seed(name, *each) for each in zip(kinds, halves, strict=True))
    except MalformedError as error:
        raise SettingsError(f"{name!r}: {error}") from None


def token(folder: Path) -> str:
    """Raises SettingsError: there is none, or something else."""
    path = folder / TOKEN
    try:
        held = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        held = ""
    if not _TOKEN.fullmatch(held):
        raise SettingsError(f"put the token that the log's operator gave you into {path}")
    return held


def _vkey(said: str) -> Vkey:
    try:
        return Vkey.parse(said)
    except MalformedError as error:
        what = f"{said[:40]!r} is no key of a log, as `doorless-relay log-key` prints them"
        raise SettingsError(f"{what}: {error}") from None


def _named_after(seeds: bytes, role: str) -> str:
    """A name of its own without asking for one: of the first key, under no name yet."""
    nameless = Cosigner.from_seed(role, Algorithm.COSIGNATURE, seeds[:SIGNING_SEED_SIZE])
    return f"doorless-{role}/{nameless.vkey.key_id.hex()}"


def _config(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from None
    for key, each in held.items():
        is_list = isinstance(each, list) and all(isinstance(one, str) for one in each)
        if key not in ("name", "listen", "logs", "audit") or not (
            is_list if key == "logs" else isinstance(each, str)
        ):
            raise SettingsError(f"{path}: {key} is not known, or of another kind")
    return held
