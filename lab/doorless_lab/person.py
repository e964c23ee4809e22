"""Somebody in the lab: an encrypted profile, and the messenger itself, behind a tap."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from mnemonic import Mnemonic
from msgspec.structs import replace

from doorless_client.core.registration import forget_seed
from doorless_client.core.views import Chat, Message
from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger, open_messenger
from doorless_client.network import RelayNetwork
from doorless_client.profile import Profile
from doorless_client.registering import register
from doorless_client.store.sqlcipher import open_store
from doorless_lab.leakscan import Marker
from doorless_lab.tap import Tap
from doorless_lab.threads import in_thread
from doorless_protocol.frames import AnonymousRequest, Answered
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.primitives import Random

CONNECT_WITHIN = 30.0
"""Seconds until somebody new is connected; it takes one."""

SEED_SIZE = 32
"""Bytes of entropy behind the recovery words."""


class TappedNetwork(RelayNetwork):
    """The messenger's network, led through a tap: under the relay's name stands the tap."""

    def __init__(self, relay: str, tap: Tap, random: Random) -> None:
        host, port = tap.address
        home = Endpoint.parse(f"ws://{host}:{port}")
        super().__init__(home, random)
        self._relay, self._tap_name = relay, home.name

    async def anonymous(
        self, relay: str, request: AnonymousRequest, *, apart: bytes = b"", pin: bytes = b""
    ) -> Answered:
        where = self._tap_name if relay == self._relay else relay
        return await super().anonymous(where, request, apart=apart, pin=pin)


class Person:
    """Entered, `begin` gives it an account; left, it is disconnected and its store is closed."""

    def __init__(self, handle: str, name: str, display_name: str, passphrase: Marker) -> None:
        """`display_name` is what contacts see: sealed, like everything that is said."""
        self.handle, self.name, self.display_name = handle, name, display_name
        self.passphrase = passphrase
        self.folder = Path()
        self.seed = b""
        self._leaving = AsyncExitStack()
        self._messenger: Messenger | None = None
        self._network: TappedNetwork | None = None
        self._tap: Tap | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._messenger = None
        await self._leaving.aclose()

    async def begin(
        self,
        folder: Path,
        relay: str,
        tap: Tap,
        *,
        now: Callable[[], float],
        random: Random,
    ) -> None:
        """Make the profile, register, connect."""
        self.folder, self._tap = folder, tap
        profile, key = await in_thread(lambda: Profile.create(folder, self.passphrase.text, random))
        self._leaving.callback(profile.close)
        self.store_key = key
        self.store = store = open_store(profile.store_path, key, create=True)
        self._leaving.callback(store.close)
        self.seed = random(SEED_SIZE)
        self._network = network = TappedNetwork(relay, tap, random)
        self._leaving.push_async_callback(network.close)
        await register(
            store, network, handle=self.handle, relay=relay, seed=self.seed, now=now, random=random
        )
        forget_seed(store)  # this object keeps it, to show the words
        messenger = open_messenger(store, network, now=now, random=random)
        self._messenger = await self._leaving.enter_async_context(messenger)
        messenger.change_settings(replace(messenger.settings, name=self.display_name))
        await messenger.online(CONNECT_WITHIN)

    @property
    def messenger(self) -> Messenger:
        if self._messenger is None:
            raise ValueError(f"{self.name} has no account yet")
        return self._messenger

    @property
    def mailbox(self) -> bytes:
        """Where our envelopes wait; the relay knows it."""
        own = self.store.own.last()
        return bytes(DeviceKeys.decode(own.device_keys).mailbox) if own is not None else b""

    @property
    def connected(self) -> bool:
        """Whether the cable is in, not whether the relay answers."""
        return self._tap is not None and self._tap.connected

    def cut(self) -> None:
        if self._tap is not None:
            self._tap.cut()

    def restore(self) -> None:
        """The network is back; as a system does, tell the messenger."""
        if self._tap is not None:
            self._tap.restore()
            self.retry_now()

    def retry_now(self) -> None:
        if self._network is not None:
            self._network.retry_now()

    @property
    def words(self) -> str:
        """The recovery words."""
        return str(Mnemonic("english").to_mnemonic(self.seed))

    def chat(self, other: "Person") -> Chat | None:
        """Our conversation with somebody, if there is one."""
        account, details = other.messenger.me.account, self.messenger.details
        chats = self.messenger.chats()
        return next((c for c in chats if details(c.conversation).account == account), None)

    def messages(self, other: "Person") -> list[Message]:
        """All that our screen holds of it, oldest first."""
        chat = self.chat(other)
        if chat is None:
            return []
        history = self.messenger.history(chat.conversation)
        return list(history.slice(0, len(history)))
