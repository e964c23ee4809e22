"""Who the operator is, for checks and answers: DIR/demands/operator.toml, where there is one.

    name = "Example Relay GmbH"      to whom demands are addressed
    also = ["relay.example"]         other names for the same
    country = "DE"                   where it is established, ISO 3166-1 alpha-2
    custodian = "A. Beispiel"        who answers for the records

Without the file, the relay's own name is all that is known. Spec: docs/spec/19-demands.md §5.
"""

import tomllib
from pathlib import Path

import msgspec

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.config import LogConfig
from doorless_server.demands import begun
from doorless_server.demands.demand import Country, Line, Said
from doorless_server.directory import opening

FILE = "operator.toml"
_LOG = "/keys"


class EntityError(Exception):
    """Nothing says who the operator is, or operator.toml is not in its form. Says what to do."""


class Operator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields of operator.toml; `country` None: nobody said."""

    name: Said
    also: tuple[Said, ...] = ()
    country: Country | None = None
    custodian: Line = ""

    def is_named(self, entity: str) -> bool:
        """Whether a demand that is addressed to this entity is addressed to us."""
        return entity.casefold() in {name.casefold() for name in (self.name, *self.also)}


def read(data: Path) -> Operator:
    """Raises EntityError."""
    path = data / begun.FOLDER / FILE
    if not path.exists():
        name = relay_name(data)
        if name is None:
            raise EntityError(f"write {path} first: nothing else says who the operator is")
        return Operator(name)
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return msgspec.convert(fields, Operator)
    except (OSError, ValueError, RecursionError) as error:
        raise EntityError(f"{path}: {error}: see docs/howto/answer-a-demand.md") from None


def relay_name(data: Path) -> str | None:
    """As the relay's key log was begun under it. None: it was not begun yet."""
    try:
        config = LogConfig.decode((data / opening.CONFIG).read_bytes())
    except (OSError, MalformedError):
        return None
    return config.origin.removesuffix(_LOG)
