"""What the relay's core promises, over both stores."""

from typing import Any

import msgspec
import pytest

from doorless_protocol.frames import (
    Acknowledge,
    BundleServed,
    CloseAccount,
    CloseReason,
    CommitPrekeys,
    Done,
    FetchBundle,
    Found,
    Hello,
    Incarnation,
    IncarnationHeld,
    Lookup,
    PrekeysHeld,
    PrekeyStatus,
    PublishManifest,
    Refusal,
    Refused,
    RelayInfo,
    Request,
    SetDeliveryToken,
    Subscribe,
    delivery_token_hash,
)
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.prekeys import ServedBundle
from doorless_server.effects import Arrived, CloseDevices, PushFrom, TakeOver
from doorless_server.store.base import Position

DAY = 86_400
DONE = Done()


def reason(answered: Any) -> Refusal:
    assert isinstance(answered, Refused), answered
    return Refusal(answered.reason)


async def waiting(world: Any, mailbox: bytes) -> list[bytes]:
    mails = await world.relay.waiting(mailbox, Position(0), 1000, 1 << 30)
    return [mail.id for mail in mails]


# --- signing in and registering --------------------------------------------------------------


async def test_a_stranger_signs_in_and_may_do_nothing_but_register(world: Any, alice: Any) -> None:
    talk = world.connect()
    assert await talk.ask(alice.sign_in(talk.peer)) == DONE
    assert reason(await talk.ask(Subscribe())) is Refusal.NOT_ALLOWED
    assert await talk.ask(alice.register()) == DONE
    assert await talk.ask(Subscribe()) == DONE
    assert talk.effects == [TakeOver(alice.device.device), PushFrom(alice.device.mailbox)]


async def test_a_handle_has_one_account(world: Any, alice: Any, mallory: Any) -> None:
    await world.registered(alice)
    mallory.handle = "alice"
    talk = await world.signed_in(mallory)
    assert reason(await talk.ask(mallory.register())) is Refusal.TAKEN
    mallory.handle = "mallory"
    assert await talk.ask(mallory.register()) == DONE


async def test_a_registration_whose_answer_was_lost_can_be_repeated(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    assert await talk.ask(alice.register()) == DONE


async def test_nobody_registers_for_somebody_else(world: Any, alice: Any, mallory: Any) -> None:
    talk = await world.signed_in(mallory)
    assert reason(await talk.ask(alice.register())) is Refusal.NOT_ALLOWED


async def test_the_first_manifest_lists_one_device(world: Any, alice: Any) -> None:
    alice.manifest = alice.listing(alice.device, DeviceKeys.draw(alice.random))
    talk = await world.signed_in(alice)
    assert reason(await talk.ask(alice.register())) is Refusal.NOT_ALLOWED


async def test_a_forged_manifest_is_refused(world: Any, alice: Any) -> None:
    talk = await world.signed_in(alice)
    asked = alice.register()
    forged = asked.manifest[:200] + bytes([asked.manifest[200] ^ 1]) + asked.manifest[201:]
    bad = msgspec.structs.replace(asked, manifest=forged)
    assert reason(await talk.ask(bad)) is Refusal.MALFORMED
    assert reason(await world.connect().ask(Lookup("alice", 0))) is Refusal.NOT_ALLOWED


# --- manifests -------------------------------------------------------------------------------


async def test_a_manifest_is_replaced_by_the_one_after_it(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    first = alice.manifest
    second = alice.listing(alice.device, DeviceKeys.draw(alice.random), after=first)
    assert await talk.ask(alice.publish(second)) == DONE
    assert await talk.ask(PublishManifest(second.encode())) == DONE
    found = await world.connect().ask(Lookup("alice", 0))
    assert found == Found(second.encode(), (first.head.encode(),), None)
    assert reason(await talk.ask(PublishManifest(first.encode()))) is Refusal.STALE


async def test_a_manifest_that_skips_or_forks_is_stale(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    first = alice.manifest
    second = alice.listing(alice.device, DeviceKeys.draw(alice.random), after=first)
    other = alice.listing(alice.device, DeviceKeys.draw(alice.random), after=first)
    third = alice.listing(alice.device, after=second)
    assert reason(await talk.ask(alice.publish(third))) is Refusal.STALE
    assert await talk.ask(alice.publish(second)) == DONE
    assert reason(await talk.ask(alice.publish(other))) is Refusal.STALE


async def test_heads_come_as_many_as_fit_the_oldest_first(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    history = [alice.manifest]
    for _ in range(14):
        history.append(alice.listing(alice.device, after=history[-1]))
        assert await talk.ask(alice.publish(history[-1])) == DONE
    known, heads = 0, []
    while known < 14:
        found = await world.connect().ask(Lookup("alice", known))
        assert isinstance(found, Found)
        heads += found.heads
        known += len(found.heads)
    assert heads == [manifest.head.encode() for manifest in history[:-1]]


async def test_a_revoked_device_is_cut_off_and_its_mail_is_gone(
    world: Any, alice: Any, bob: Any
) -> None:
    talk = await world.registered(alice)
    stolen = DeviceKeys.draw(alice.random)
    second = alice.listing(alice.device, stolen, after=alice.manifest)
    await talk.ask(alice.publish(second))
    thief = await world.signed_in(alice, stolen)
    assert await thief.ask(Subscribe()) == DONE
    to_stolen = msgspec.structs.replace(alice.envelope(1), mailbox=stolen.mailbox)
    assert await world.connect().ask(to_stolen) == DONE

    await talk.ask(alice.publish(alice.listing(alice.device, after=second)))

    assert talk.effects[-1] == CloseDevices((stolen.device,), CloseReason.REVOKED)
    assert await waiting(world, stolen.mailbox) == []
    assert reason(await thief.ask(Subscribe())) is Refusal.NOT_ALLOWED
    assert reason(await world.connect().ask(to_stolen)) is Refusal.NOT_ALLOWED
    again = await world.signed_in(alice, stolen)
    assert reason(await again.ask(Subscribe())) is Refusal.NOT_ALLOWED


# --- prekeys ---------------------------------------------------------------------------------


async def test_prekeys_are_served_once_each_then_the_last_resort(
    world: Any, alice: Any, now: int
) -> None:
    talk = await world.registered(alice)
    assert await talk.ask_all(alice.upload(3)) == [DONE] * 3
    served = [await world.connect().ask(FetchBundle(alice.device.device)) for _ in range(4)]
    checked = []
    for each in served:
        assert isinstance(each, BundleServed)
        bundle = ServedBundle.decode(each.bundle, each.pair, each.index, each.path)
        bundle.check(alice.manifest.entry(alice.device.device), alice.account, now)
        checked.append(bundle)
    assert [bundle.last_resort for bundle in checked] == [False, False, False, True]
    assert len({bundle.pair.id for bundle in checked if bundle.pair}) == 3
    status = await talk.ask(PrekeyStatus())
    assert status == PrekeysHeld(checked[0].signed.hash, 0)


async def test_fetching_fast_gets_the_last_resort_and_leaves_the_pairs(
    world: Any, alice: Any
) -> None:
    talk = await world.registered(alice)
    await talk.ask_all(alice.upload(20))
    served = [await world.connect().ask(FetchBundle(alice.device.device)) for _ in range(12)]
    assert [bool(each.pair) for each in served] == [True] * 6 + [False] * 6
    later = world.connect(now=talk.now + 600)
    assert (await later.ask(FetchBundle(alice.device.device))).pair
    status = await talk.ask(PrekeyStatus())
    assert isinstance(status, PrekeysHeld)
    assert status.one_time == 20 - 7


async def test_nothing_of_an_upload_is_served_before_it_is_complete(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    upload = alice.upload(40)
    await talk.ask_all(upload[:-2])
    assert reason(await talk.ask(CommitPrekeys())) is Refusal.MALFORMED
    assert reason(await talk.ask(FetchBundle(alice.device.device))) is Refusal.NOT_ALLOWED
    assert reason(await world.connect().ask(FetchBundle(alice.device.device))) is (
        Refusal.NOT_ALLOWED
    )
    assert await talk.ask_all(upload) == [DONE] * 4


async def test_pairs_out_of_order_or_too_many_are_refused(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    begin, add, commit = alice.upload(2)
    swapped = msgspec.structs.replace(add, pairs=add.pairs[::-1])
    assert await talk.ask(begin) == DONE
    assert await talk.ask(swapped) == DONE
    assert reason(await talk.ask(add)) is Refusal.MALFORMED
    assert reason(await talk.ask(commit)) is Refusal.MALFORMED


async def test_a_bundle_of_another_device_or_time_is_refused(
    world: Any, alice: Any, bob: Any, now: int
) -> None:
    talk = await world.registered(alice)
    assert reason(await talk.ask(bob.upload()[0])) is Refusal.MALFORMED
    assert reason(await talk.ask(alice.upload(now=now - 31 * DAY)[0])) is Refusal.MALFORMED
    assert reason(await talk.ask(alice.upload(now=now + 3 * DAY)[0])) is Refusal.MALFORMED


async def test_an_expired_bundle_is_not_served(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    await talk.ask_all(alice.upload())
    later = world.connect(now=talk.now + 31 * DAY)
    assert reason(await later.ask(FetchBundle(alice.device.device))) is Refusal.NOT_ALLOWED


# --- mail ------------------------------------------------------------------------------------


@pytest.mark.claim("P2", "what is submitted waits until it is acknowledged, and is gone then")
async def test_what_is_submitted_waits_in_order_until_it_is_acknowledged(
    world: Any, alice: Any
) -> None:
    talk = await world.registered(alice)
    sender = world.connect()
    sent = [alice.envelope(number) for number in (3, 1, 2)]
    assert await sender.ask_all(sent) == [DONE] * 3
    arrived = [effect for effect in sender.effects if isinstance(effect, Arrived)]
    assert [effect.mail.id for effect in arrived] == [each.envelope_id for each in sent]
    assert await waiting(world, alice.device.mailbox) == [each.envelope_id for each in sent]
    assert await talk.ask(Acknowledge((sent[1].envelope_id, bytes(16)))) == DONE
    assert await waiting(world, alice.device.mailbox) == [sent[0].envelope_id, sent[2].envelope_id]


@pytest.mark.claim("P3", "what is submitted again is kept once, also after it was delivered")
async def test_a_repeated_submit_is_kept_once_also_after_delivery(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    sender = world.connect()
    assert await sender.ask_all([alice.envelope(1)] * 3) == [DONE] * 3
    await talk.ask(Acknowledge((alice.envelope(1).envelope_id,)))
    assert await sender.ask(alice.envelope(1)) == DONE
    assert await waiting(world, alice.device.mailbox) == []
    assert len([effect for effect in sender.effects if isinstance(effect, Arrived)]) == 1


async def test_an_unknown_mailbox_and_a_full_request_quota_look_the_same(
    world: Any, alice: Any, bob: Any
) -> None:
    await world.registered(alice)
    sender = world.connect()
    wrong = bytes(16)
    asked = [alice.envelope(number, token=b"" if number % 2 else wrong) for number in range(20)]
    assert await sender.ask_all(asked) == [DONE] * 20
    full = [await sender.ask(alice.envelope(20, token=token)) for token in (b"", wrong)]
    unknown = [await sender.ask(bob.envelope(20, token=token)) for token in (b"", bob.token)]
    assert full == unknown
    assert reason(full[0]) is Refusal.NOT_ALLOWED
    assert await sender.ask(alice.envelope(21)) == DONE  # strangers do not crowd out friends


@pytest.mark.claim(
    "P8", "a mailbox that is full takes nothing new, says when to come again, and keeps what it has"
)
async def test_a_full_mailbox_says_so_to_contacts(world: Any, alice: Any) -> None:
    await world.registered(alice)
    asked = [alice.envelope(number) for number in range(2_001)]
    answers, news = await world.relay.submit(asked, 0)
    assert answers[:-1] == [DONE] * 2_000
    assert reason(answers[-1]) is Refusal.BUSY
    assert len(news) == 2_000


async def test_an_envelope_in_no_size_class_is_malformed(world: Any, alice: Any) -> None:
    await world.registered(alice)
    odd = msgspec.structs.replace(alice.envelope(1), envelope=bytes(2052))
    assert reason(await world.connect().ask(odd)) is Refusal.MALFORMED
    short = msgspec.structs.replace(alice.envelope(1), token=bytes(15))
    assert reason(await world.connect().ask(short)) is Refusal.MALFORMED
    assert await waiting(world, alice.device.mailbox) == []


async def test_the_token_before_the_newest_serves_one_more_day(world: Any, alice: Any) -> None:
    talk = await world.registered(alice)
    old, new = alice.token, bytes(16)
    await talk.ask(SetDeliveryToken(delivery_token_hash(new)))
    for token, day in ((old, 0), (new, 0), (old, 1), (new, 1)):
        sender = world.connect(now=talk.now + day * DAY)
        for number in range(30):
            asked = alice.envelope(1000 * day + 100 * (token == new) + number, token=token)
            assert await sender.ask(asked) == DONE
    late = world.connect(now=talk.now + 2 * DAY)
    answers = await late.ask_all([alice.envelope(5000 + n, token=old) for n in range(21)])
    assert answers[:20] == [DONE] * 20
    assert reason(answers[20]) is Refusal.NOT_ALLOWED


@pytest.mark.claim("P2", "what waited for 30 days is deleted")
async def test_what_waited_thirty_days_is_forgotten(world: Any, alice: Any, now: int) -> None:
    await world.registered(alice)
    await world.connect().ask(alice.envelope(1))
    await world.connect(now=now + 20 * DAY).ask(alice.envelope(2))

    async def sweep(at: int) -> None:
        while await world.relay.sweep(at):
            pass

    await sweep(now + 30 * DAY)
    assert len(await waiting(world, alice.device.mailbox)) == 2
    await sweep(now + 31 * DAY)
    assert await waiting(world, alice.device.mailbox) == [alice.envelope(2).envelope_id]


# --- the rest --------------------------------------------------------------------------------


async def test_an_incarnation_is_swapped_by_one_of_two_clones(world: Any, alice: Any) -> None:
    talk, clone = await world.registered(alice), await world.signed_in(alice)
    assert await talk.ask(Incarnation(0, 71)) == DONE
    assert await clone.ask(Incarnation(0, 72)) == IncarnationHeld(71)
    assert await talk.ask(Incarnation(71, 90)) == DONE


async def test_a_closed_account_leaves_nothing(world: Any, alice: Any, bob: Any) -> None:
    talk = await world.registered(alice)
    await talk.ask_all(alice.upload())
    await world.connect().ask(alice.envelope(1))
    assert await talk.ask(CloseAccount()) == DONE
    assert talk.effects[-1] == CloseDevices((alice.device.device,), CloseReason.REVOKED)
    anybody = world.connect()
    gone: list[Request] = [Lookup("alice", 0), FetchBundle(alice.device.device), alice.envelope(2)]
    assert {reason(answered) for answered in await anybody.ask_all(gone)} == {Refusal.NOT_ALLOWED}
    assert reason(await talk.ask(Subscribe())) is Refusal.NOT_ALLOWED
    assert await talk.ask(alice.register()) == DONE  # whoever it was may begin again


async def test_a_census_of_handles_ends(world: Any, alice: Any) -> None:
    await world.registered(alice)
    talk = world.connect()
    for number in range(100):
        assert reason(await talk.ask(Lookup(f"guess{number}", 0), "192.0.2.1")) is (
            Refusal.NOT_ALLOWED
        )
    refused = await talk.ask(Lookup("alice", 0), "192.0.2.1")
    assert reason(refused) is Refusal.BUSY
    assert isinstance(await talk.ask(Lookup("alice", 0), "192.0.2.2"), Found)


async def test_hello_tells_who_the_relay_is(world: Any) -> None:
    info = await world.connect().ask(Hello())
    assert isinstance(info, RelayInfo)
    assert (info.name, info.max_waiting, info.max_requests) == ("relay.test", 2_000, 20)


@pytest.mark.parametrize("first", ["signed in", "anonymous"])
async def test_the_two_sides_never_mix(world: Any, alice: Any, first: str) -> None:
    talk = await world.registered(alice)
    if first == "signed in":
        asked = [Hello(), Lookup("alice", 0), alice.envelope(1), FetchBundle(alice.device.device)]
    else:
        talk = world.connect()
        signing = alice.sign_in(talk.peer)
        assert isinstance(await talk.ask(Hello()), RelayInfo)
        asked = [signing, Subscribe(), CloseAccount(), Acknowledge((bytes(16),)), PrekeyStatus()]
    for request in asked:
        assert reason(await talk.ask(request)) is Refusal.NOT_ALLOWED
    assert await waiting(world, alice.device.mailbox) == []
