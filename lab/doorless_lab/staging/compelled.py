"""What a compelled operator does with the real relay: he stands in the doorway and copies.

The relay has no switch for it. This is the listener of the product with two methods that look
at each message before they hand it on unchanged, so no client can tell the difference.
"""

from hashlib import sha256
from typing import Any, Final

from websockets.datastructures import Headers
from websockets.http11 import Response

from doorless_lab.staging.clock import LabClock
from doorless_lab.staging.control import Control, Order
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import SignIn, Submit, decode_call
from doorless_server.listener import Listener
from doorless_server.websocket import WebSocket

TOKEN_PAGE: Final = "/doorless-lab/instance"  # noqa: S105  (a path)


class Copyist:
    """Writes down what an order says, and no more than that."""

    def __init__(self, control: Control, clock: LabClock) -> None:
        self._control, self._clock = control, clock
        self._kept = len(control.pile.lines())

    def take(self, message: bytes, port: int) -> None:
        order = self._control.order()
        if order is None:
            return
        try:
            request = decode_call(message).request
        except MalformedError:
            return  # which the relay refuses by itself
        if isinstance(request, Submit) and _covers(order, request.mailbox):
            self._submitted(order, request, port)
        elif isinstance(request, SignIn) and order.addresses:
            self._write("sign-in", order, port, {"account": request.account.hex()})

    def _submitted(self, order: Order, submit: Submit, port: int) -> None:
        seen = {
            "mailbox": submit.mailbox.hex(),
            "id": submit.envelope_id.hex(),
            "bytes": len(submit.envelope),
            "sha256": sha256(submit.envelope).hexdigest(),
        }
        if order.addresses:
            seen["token"] = sha256(submit.token).hexdigest() if submit.token else ""
        number = self._write("envelope", order, port, seen)
        if order.envelopes:
            self._control.pile.copy_of(number).write_bytes(submit.envelope)

    def _write(self, what: str, order: Order, port: int, seen: dict[str, Any]) -> int:
        self._kept += 1
        line = {"number": self._kept, "what": what, "at": round(self._clock.now(), 3), **seen}
        if order.addresses:
            line["address"] = self._control.address_of(port)
        self._control.pile.add(line)
        return self._kept


def _covers(order: Order, mailbox: bytes) -> bool:
    return not order.mailboxes or mailbox.hex() in order.mailboxes


def listener_of(control: Control, clock: LabClock) -> type[Listener]:
    """The product's listener, with a copyist in its doorway."""
    copyist = Copyist(control, clock)

    class Watched(Listener):
        def message(self, websocket: WebSocket, data: bytes) -> None:
            copyist.take(data, _port(websocket))
            super().message(websocket, data)

        def asked(self, websocket: WebSocket, target: str) -> None:
            if target != TOKEN_PAGE:
                super().asked(websocket, target)
                return
            body = control.token.encode()
            headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
            websocket.respond(Response(200, "OK", headers, body))

    return Watched


def _port(websocket: WebSocket) -> int:
    transport = websocket._transport
    peer = transport.get_extra_info("peername") if transport is not None else None
    return int(peer[1]) if peer else 0
