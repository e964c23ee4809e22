"""SpecPeer signs in at our relay, registers, and two of them talk through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from websockets.asyncio.client import connect

from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from specpeer import frames, prekeys
from specpeer.content import TEXT, Content, Voice, plain
from specpeer.crypto import Fresh
from specpeer.identities import conversation_id
from specpeer.manifests import Head, Manifest, check_follows
from specpeer.people import NOW, person
from specpeer.relay_client import SUBPROTOCOL, RelayClient

DONE = ["done"]
NO_RECORD = (b"", b"")
"""For a relay without a key log, which looks at neither (§3.2)."""
NOT_ALLOWED = ["refused", 2]


@pytest.fixture
async def url() -> AsyncIterator[str]:
    relay = Relay(MemoryStore(), Identity(name="relay.test"), random=Random(1).randbytes)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: NOW)
    yield server.url
    await server.close()


@asynccontextmanager
async def calling(url: str) -> AsyncIterator[RelayClient]:
    async with connect(url, subprotocols=[SUBPROTOCOL], compression=None) as socket:
        client = RelayClient(socket)
        await client.greeted()
        yield client


async def test_two_of_them_register_meet_and_talk_through_our_relay(url: str) -> None:
    draws = Fresh(Random(2).randbytes)
    alice, bob = person(b"alice", draws), person(b"bob", draws)
    token = draws.random(16)
    async with calling(url) as line, calling(url) as ours, calling(url) as nobody:
        for client, who, handle in ((line, bob, "bob"), (ours, alice, "alice")):
            assert await client.sign_in(who.account, who.device, draws) == DONE
            manifest = who.manifest.encode()
            registered = await client.ask(
                "register", handle, manifest, frames.token_hash(token), *NO_RECORD
            )
            assert registered == DONE
            who.prekeys = [prekeys.draw(who.device, who.account, NOW, draws, 40)]
            assert await client.publish_prekeys(who.prekeys[0]) == [DONE] * 4
            held = await client.ask("prekey_status")
            assert held == ["prekeys_held", who.prekeys[0].bundle.hash, 40]
        assert await line.ask("subscribe") == DONE

        found = await nobody.ask("lookup", "bob", 0, 0, 0)
        theirs = Manifest.decode(found[1])
        assert (found[0], theirs.account, found[2:]) == ("found", bob.account, [[], None])
        served = await nobody.fetch_bundle(bob.device.id)
        assert served.pair
        session = alice.start(theirs, served, NOW, draws)
        voice = Voice(conversation_id(alice.account, bob.account))
        said = voice.say(TEXT, plain("good morning"), draws.random(16), NOW * 1000)
        envelope_id, mailbox = draws.random(16), theirs.entries[0].mailbox
        envelope = session.seal(said.encode(), draws)
        for _ in range(2):  # the second changes nothing
            submitted = await nobody.ask("submit", mailbox, token, envelope_id, envelope)
            assert submitted == DONE

        delivered_id, delivered = await line.delivered()
        assert delivered_id == envelope_id
        _, heard = bob.hear(delivered, NOW)
        assert Content.decode(heard).said() == plain("good morning")
        assert await line.ask("acknowledge", [envelope_id]) == DONE
        assert await line.ask("subscribe") == DONE
        assert not line.pushed


async def test_what_the_other_side_may_ask_is_refused(url: str) -> None:
    draws = Fresh(Random(3).randbytes)
    alice = person(b"alice", draws)
    async with calling(url) as client:
        assert (await client.ask("hello"))[0] == "relay_info"
        assert (await client.sign_in(alice.account, alice.device, draws))[:2] == NOT_ALLOWED
        assert (await client.ask("subscribe"))[:2] == NOT_ALLOWED


async def test_hello_tells_the_configuration_that_links_pin(url: str) -> None:
    async with calling(url) as client:
        _, name, keys, config_hash, waiting, requests, config = await client.ask("hello")
        assert (keys, config) == ([], b"")
        assert config_hash == frames.config_hash(name)
        assert (name, waiting, requests) == ("relay.test", 2000, 20)


async def test_a_new_manifest_is_published_and_its_chain_is_found(url: str) -> None:
    draws = Fresh(Random(4).randbytes)
    alice = person(b"alice", draws)
    async with calling(url) as client, calling(url) as nobody:
        await client.sign_in(alice.account, alice.device, draws)
        first = alice.manifest
        assert await client.ask("register", "alice", first.encode(), bytes(32), *NO_RECORD) == DONE
        second = alice.renewed(draws)
        third = alice.renewed(draws)
        stale = await client.ask("publish_manifest", third.encode(), *NO_RECORD)
        assert stale[:2] == ["refused", 5]
        assert await client.ask("publish_manifest", second.encode(), *NO_RECORD) == DONE
        assert await client.ask("publish_manifest", third.encode(), *NO_RECORD) == DONE

        _, newest, heads, _ = await nobody.ask("lookup", "alice", 1, 0, 0)
        assert newest == third.encode()
        check_follows(first.head, Head.decode(heads[0]))
        check_follows(Head.decode(heads[0]), third.head)


async def test_incarnations_swap_and_tell(url: str) -> None:
    draws = Fresh(Random(5).randbytes)
    alice = person(b"alice", draws)
    async with calling(url) as client:
        await client.sign_in(alice.account, alice.device, draws)
        await client.ask("register", "alice", alice.manifest.encode(), bytes(32), *NO_RECORD)
        assert await client.ask("incarnation", 0, 77) == DONE
        assert await client.ask("incarnation", 0, 78) == ["incarnation_held", 77]
        assert await client.ask("set_delivery_token", bytes(32)) == DONE
        assert await client.ask("close_account", *NO_RECORD) == DONE
