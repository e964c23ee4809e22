"""Who may come in: a browser of this machine, at our own page, that was told the token.

A page from elsewhere cannot read what stands here (another origin), cannot have its name point
at 127.0.0.1 (`Host`), and cannot open a connection that acts (`Origin`, then the token).
"""

import hmac
from collections.abc import Mapping
from http import HTTPStatus

NAMES = ("127.0.0.1", "localhost")
"""Of this machine, as a browser may call it. Whatever else leads here was made to."""

TOKEN_BYTES = 32

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer."""

PAPER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-modals allow-downloads"
"""Of a page to print: it brings its own style and can run nothing."""


class ShutError(Exception):
    """Refused at the door; `status` is what the browser is told."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


def check_host(host: str | None, port: int) -> None:
    """Raises ShutError: the page was asked for under a name that is not ours."""
    if host not in {f"{name}:{port}" for name in NAMES}:
        raise ShutError(HTTPStatus.MISDIRECTED_REQUEST, "this is not the name of the lab")


def check_origin(origin: str | None, port: int) -> None:
    """Raises ShutError: somebody else's page wants to act here."""
    if origin not in {f"http://{name}:{port}" for name in NAMES}:
        raise ShutError(HTTPStatus.FORBIDDEN, "another page cannot act in the lab")


def check_site(site: str | None) -> None:
    """`site` is what browsers send as Sec-Fetch-Site; other programs send none.

    Raises ShutError: somebody else's page uses a part of ours.
    """
    if site not in {None, "none", "same-origin"}:
        raise ShutError(HTTPStatus.FORBIDDEN, "another page cannot use this one")


def check_token(given: str, token: str) -> None:
    """Raises ShutError: not what was told to who started the lab."""
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise ShutError(HTTPStatus.FORBIDDEN, "the token is wrong")


def policy(port: int) -> str:
    """The Content-Security-Policy of our own pages. Named, since some browsers do not count a
    WebSocket of the same origin as 'self'."""
    sockets = " ".join(f"ws://{name}:{port}" for name in NAMES)
    return (
        f"default-src 'self'; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
