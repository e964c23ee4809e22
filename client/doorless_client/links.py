"""Links in what somebody wrote: found, shown for what they are, and opened only on purpose.

Nothing is ever fetched: whoever wrote a link would learn our address. A link that the person
opens is http or https, goes to the system's opener as one argument, and was shown first with the
host that it really leads to, letters of other alphabets spelled out.
Spec: docs/spec/08-state.md §17.4.
"""

import re
import shutil
import sys
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from doorless_client.text import SafeText, safe_line

MAX_LINK = 2048
"""Characters of a link; browsers take no more."""

MAX_LINKS = 32
"""Links of one message that can be opened."""

_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20]+", re.IGNORECASE)
_TRAILING = ".,;:!?…)]}»”\N{RIGHT SINGLE QUOTATION MARK}"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.ASCII)
_ADDRESS = re.compile(r"\[[0-9a-f:.]+\]", re.ASCII)

OPENERS: dict[str, tuple[str, ...]] = {"linux": ("xdg-open",), "darwin": ("open",)}
"""The program of each system that opens a link, and what stands before the link."""


class NotALinkError(ValueError):
    """Nothing that is opened: another scheme, no host, or a name in front of it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text.

    Attributes:
        first, after: where it stands in the text.
        url: as it is opened: ASCII alone.
        host: where it leads, as the network spells it: `xn--…` where the name has other letters.
        written: the host as the text has it; another one than `host` may look like somebody else.
    """

    first: int
    after: int
    url: str
    host: SafeText
    written: SafeText

    @property
    def deceives(self) -> bool:
        """Whether the name in the text is not the name that is asked for."""
        return self.host.strip("[]") != self.written.lower()


def links(text: SafeText) -> tuple[Link, ...]:
    """The links of a message, in order."""
    found = []
    for match in _LINK.finditer(text):
        whole = _without_trailing(match.group())
        try:
            url, host, written = _checked(whole)
        except NotALinkError:
            continue
        found.append(Link(match.start(), match.start() + len(whole), url, host, written))
        if len(found) == MAX_LINKS:
            break
    return tuple(found)


def opener(link: Link, platform: str = sys.platform) -> list[str]:
    """What to run to open a link, as a list of arguments: no shell reads it.

    Raises:
        NotALinkError: it is none that is opened, or this system has no opener.
    """
    url, _, _ = _checked(link.url)
    program, *before = OPENERS.get(platform, ("",))
    found = shutil.which(program) if program else None
    if found is None:
        raise NotALinkError("nothing on this computer opens links: copy it instead")
    return [found, *before, url]


def warning(link: Link) -> str:
    """What to ask before it is opened."""
    if link.deceives:
        return f"open {link.host}? It is written as {link.written}: is that who you mean?"
    return f"open {link.host}? Whoever runs it sees your address"


def _checked(text: str) -> tuple[str, SafeText, SafeText]:
    """The link in ASCII, its host, and the host as it was written."""
    if len(text) > MAX_LINK:
        raise NotALinkError("a link of more than 2048 characters")
    try:
        parts = urlsplit(text)
        written, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotALinkError("that is no link") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise NotALinkError("only http and https are opened")
    if "@" in parts.netloc:
        raise NotALinkError("what stands before an @ is a name, not where it leads")
    host = _in_ascii(written)
    netloc = f"{host}:{port}" if port is not None else host
    return _quoted(parts, netloc), safe_line(host), safe_line(_as_written(parts, written))


def _as_written(parts: SplitResult, lowered: str) -> str:
    """`urlsplit` gives the host in small letters; the text may have others."""
    at = parts.netloc.lower().find(lowered)
    return parts.netloc[at : at + len(lowered)] if at >= 0 else lowered


def _in_ascii(host: str) -> str:
    if ":" in host:
        if not _ADDRESS.fullmatch(f"[{host}]"):
            raise NotALinkError("that is no address")
        return f"[{host}]"
    try:
        encoded = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise NotALinkError("that is no name of a host") from None
    if not _HOST.fullmatch(encoded) or len(encoded) > 253:
        raise NotALinkError("that is no name of a host")
    return encoded


def _quoted(parts: SplitResult, netloc: str) -> str:
    safe = "/:?#[]@!$&'()*+,;=%-._~"
    rest = quote(parts.path, safe=safe)
    rest += f"?{quote(parts.query, safe=safe)}" if parts.query else ""
    rest += f"#{quote(parts.fragment, safe=safe)}" if parts.fragment else ""
    return f"{parts.scheme.lower()}://{netloc}{rest}"


def _without_trailing(text: str) -> str:
    """Without what ends the sentence; a closing bracket belongs to it if it was opened in it."""
    while text and text[-1] in _TRAILING:
        opening = _PAIRS.get(text[-1])
        if opening is not None and text.count(opening) >= text.count(text[-1]):
            break
        text = text[:-1]
    return text
