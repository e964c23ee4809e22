"""All that an engine has of files: what is stored of them, and the flows that move them."""

from collections.abc import Callable

from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.gossip import Gossip
from doorless_client.core.moving import Moving
from doorless_client.core.outbox import Outbox
from doorless_client.core.state import State
from doorless_client.core.transfers import Transfers
from doorless_client.core.vault import MemoryVault, Vault
from doorless_client.core.views import Message
from doorless_protocol.content import Text


class Files:
    """Attributes:
    text: what is said with these words: what it answers, and how long it lasts there.
    """

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        outbox: Outbox,
        gossip: Gossip,
        vault: Vault | None,
    ) -> None:
        """`vault`: None: in memory, for as long as the engine is there."""
        held = MemoryVault() if vault is None else vault
        self.transfers = Transfers(state, conversations, contacts, outbox, gossip, held)
        self.moving = Moving(state, self.transfers)
        self.text: Callable[[bytes, str, Message | None], Text] = lambda _, text, __: Text(text)
