"""Who reads a mailbox at a relay, acknowledges what comes, and enters it all in a ledger."""

import asyncio

from websockets.asyncio.client import ClientConnection

from doorless_protocol.frames import Acknowledge, Answer, Call, Closing, Deliver, Done, encode
from ledger import Ledger
from served import hear

AT_ONCE = 64
"""Envelopes that one acknowledgement names."""

PATIENCE = 5.0
"""Seconds that a client waits for an answer before it looks for another relay."""

PAUSE = 0.1
"""Seconds after which an acknowledgement is said again that was refused."""


async def read(socket: ClientConnection, ledger: Ledger, handle: str, last: int = 0) -> None:
    """Behind a Subscribe; until the envelope `last` is released, or the connection breaks."""
    order = ledger.opens(handle)
    due: list[int] = []
    asked: list[int] = []  # in the one acknowledgement that waits for its answer
    while last == 0 or (handle, last) not in ledger.released:
        # Who waits for a certain one hears of it soon, or looks elsewhere.
        async with asyncio.timeout(PATIENCE if last else None):
            heard = await hear(socket)
        if isinstance(heard, Closing):
            return
        if isinstance(heard, Deliver):
            due.append(int.from_bytes(heard.envelope_id, "big"))
            ledger.come((handle, due[-1]), order)
        else:
            assert isinstance(heard, Answer), heard
            if heard.answered == Done():
                ledger.release([(handle, number) for number in asked])
            else:
                due = asked + due
                await asyncio.sleep(PAUSE)
            asked = []
        if due and not asked:
            asked, due = due[:AT_ONCE], due[AT_ONCE:]
            ids = tuple(number.to_bytes(16, "big") for number in asked)
            await socket.send(encode(Call(2, Acknowledge(ids))))
