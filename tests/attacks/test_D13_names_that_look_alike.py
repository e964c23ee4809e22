"""D13: a name that looks like somebody's, or was somebody's until yesterday."""

from random import Random

import pytest

from doorless_client.core import registration
from doorless_client.core.api import RefusedError
from doorless_client.store.memory import MemoryStore as ClientStore
from doorless_protocol.frames import (
    Answered,
    CloseAccount,
    Done,
    Refusal,
    Refused,
    Register,
    Request,
    SignIn,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
DAY = 24 * 3600
RANDOM = Random(13).randbytes

HOSTILE = [
    "p\u0430ypal",  # a Cyrillic letter
    "\u0440\u0430\u0443\u0440\u0430\u04cf",  # all of it Cyrillic
    "pay\u200bpal",  # zero-width space
    "\u202elapyap",  # right-to-left override
    "\u05d0\u05d1\u05d2",  # Hebrew
    "\uff50aypal",  # full width
    "pay\u0301pal",  # combining accent
    "PayPal",
    "paypal.",
    "pay..pal",
    "postmaster",
    "adm1n",
]


class Somebody:
    """An account with one device, which talks to a relay."""

    def __init__(self) -> None:
        self.account, self.keys = SigningKey.draw(RANDOM), DeviceKeys.draw(RANDOM)

    async def asks(self, at: Relay, *requests: Request, now: int = NOW) -> Answered:
        """The answer to the last of them, on one connection."""
        peer = at.greet(now, bytes(32))
        named = account_id(self.account.verifying)
        login = login_object("relay.test", peer.challenge.nonce, bytes(32), named, self.keys.device)
        signature = self.keys.signing.sign(Purpose.RELAY_LOGIN, login)
        signing_in = SignIn(
            named, self.keys.device, self.keys.signing.verifying.encode(), signature
        )
        outcome = await at.handle(peer, signing_in, now)
        for request in requests:
            outcome = await at.handle(outcome.peer, request, now)
        return outcome.answered

    def called(self, handle: str) -> Register:
        manifest = Manifest.sign(self.account, [DeviceEntry.of(self.keys, NOW)], NOW)
        return Register(handle, manifest.encode(), bytes(32))


@pytest.fixture
def relay() -> Relay:
    return Relay(MemoryStore(), Identity("relay.test"), random=RANDOM)


@pytest.fixture(scope="module")
def eve() -> Somebody:
    return Somebody()


@pytest.fixture(scope="module")
def owner() -> Somebody:
    return Somebody()


@pytest.mark.attack(
    "D13",
    "a relay registers no name in another script, unseen, in another spelling, or reserved",
    weaken={"doorless_protocol.handles.check_registrable": lambda text: text},
)
async def test_a_hostile_name_is_refused_by_the_relay(relay: Relay, eve: Somebody) -> None:
    for second, handle in enumerate(HOSTILE):  # signatures at once are bounded as well
        answered = await eve.asks(relay, eve.called(handle), now=NOW + second)
        assert answered == Refused(int(Refusal.UNFIT_HANDLE), 0), ascii(handle)


@pytest.mark.attack(
    "D13",
    "a client says which character is wrong before any relay hears of it",
    weaken={"doorless_client.core.registration.check_registrable": lambda text: text},
)
@pytest.mark.parametrize(
    ("handle", "why"),
    [
        ("p\u0430ypal", "U+0430 CYRILLIC SMALL LETTER A"),
        ("pay\u200bpal", "U+200B ZERO WIDTH SPACE"),
        ("adm1n", "'admin' is reserved"),
    ],
)
def test_a_hostile_name_is_refused_by_the_client_with_the_reason(handle: str, why: str) -> None:
    store = ClientStore()
    with pytest.raises(RefusedError) as refused:
        registration.prepare(
            store,
            handle=handle,
            relay="relay.test",
            tls=False,
            pin=b"",
            seed=bytes(32),
            now=NOW,
            random=RANDOM,
        )
    assert why in str(refused.value)
    assert store.own.last() is None


@pytest.mark.attack(
    "D13",
    "two accounts of a relay never have names that look alike",
    weaken={"doorless_protocol.handles.skeleton": lambda handle: handle},
)
async def test_a_lookalike_is_refused(relay: Relay, owner: Somebody, eve: Somebody) -> None:
    assert await owner.asks(relay, owner.called("paypal")) == Done()
    for lookalike in ("paypa1", "paypai", "pay.pal", "pay_pa1"):
        answered = await eve.asks(relay, eve.called(lookalike))
        assert answered == Refused(int(Refusal.LOOKALIKE), 0)


@pytest.mark.attack(
    "D13",
    "a name that was given up is nobody else's for 400 days",
    weaken={"doorless_server.store.names.is_released_for_good": lambda *_: True},
)
async def test_a_released_name_cools_down(relay: Relay, owner: Somebody, eve: Somebody) -> None:
    assert await owner.asks(relay, owner.called("paypal"), CloseAccount()) == Done()
    for handle, days in (("paypal", 0), ("paypa1", 30), ("paypal", 400)):
        answered = await eve.asks(relay, eve.called(handle), now=NOW + days * DAY)
        assert answered == Refused(int(Refusal.RELEASED), 0)
    assert await eve.asks(relay, eve.called("paypal"), now=NOW + 401 * DAY) == Done()
