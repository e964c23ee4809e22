"""settings.toml of a profile: what must be known before its store is open.

    theme = "dark"

Taken strictly: an unknown name or another type is refused with a line that says so.
"""

import json
import tomllib
from dataclasses import asdict, dataclass, fields

from doorless_client.text import safe_line
from doorless_protocol.errors import MalformedError

THEMES = ("dark", "light", "contrast")
MAX_SETTINGS_BYTES = 4 * 1024
"""Room for a hundred settings. The library takes quadratic time on a key of many dots."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the messenger looks: `theme` is one of THEMES."""

    theme: str = "dark"

    def __post_init__(self) -> None:
        """Raises MalformedError: a value that is none of its setting's."""
        if self.theme not in THEMES:
            raise MalformedError(f"setting theme is one of: {', '.join(THEMES)}")

    def encode(self) -> bytes:
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(self).items()]
        return "".join(lines).encode()

    @classmethod
    def decode(cls, data: bytes) -> "Settings":
        """Raises MalformedError, with a line for the person who wrote the file."""
        if len(data) > MAX_SETTINGS_BYTES:
            raise MalformedError(f"settings of {len(data)} bytes, at most {MAX_SETTINGS_BYTES}")
        try:
            table = tomllib.loads(data.decode())
        except (ValueError, RecursionError):  # also not UTF-8, or a number of too many digits
            raise MalformedError("it is not TOML") from None
        known = {field.name for field in fields(cls)}
        for name, value in table.items():
            if name not in known:
                raise MalformedError(f"unknown setting {safe_line(name, at_most=40)!r}")
            if not isinstance(value, str):
                raise MalformedError(f"setting {name} is a text in quotes")
        return cls(**table)
