"""What the doctor sees of the servers of a cluster, and that it makes nothing there."""

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorless_server.__main__ import main
from doorless_server.cluster.nodes import Cluster
from doorless_server.commands.base import USAGE
from doorless_server.doctor import cluster as doctor
from doorless_server.doctor.base import Finding, Verdict
from doorless_server.store.nats import checks, connection, streams
from doorless_server.store.nats.checks import Fit
from doorless_server.store.nats.connection import Connection
from doorless_server.store.nats.store import NatsStore
from doorless_server.store.schema import open_writer
from nats_cluster import PASSWORD, await_leaders, await_meta_leader, configured, unsynced

NOW = 1_750_000_000


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not answer here at once never does."""
    monkeypatch.setattr(checks, "PATIENCE", 1.0)
    monkeypatch.setattr(connection, "FIRST_PATIENCE", 1.0)
    monkeypatch.setattr(doctor, "PAUSE", 0.1)


async def found_in(cluster: Cluster, now: int | None = None) -> dict[str, Verdict]:
    """The worst verdict of each check."""
    return worst(
        await doctor.examined(cluster.urls, None, int(time.time()) if now is None else now)
    )


def worst(findings: Sequence[Finding]) -> dict[str, Verdict]:
    order = [Verdict.OK, Verdict.WARNING, Verdict.FAULT]
    verdicts: dict[str, Verdict] = {}
    for each in findings:
        assert (each.verdict is Verdict.OK) == (not each.do)
        before = verdicts.get(each.check, Verdict.OK)
        verdicts[each.check] = max(before, each.verdict, key=order.index)
    return verdicts


async def begun(cluster: Cluster) -> None:
    await (await NatsStore.open(cluster.urls)).close()


async def test_three_servers_that_keep_everything_have_no_fault(nats_three: Cluster) -> None:
    assert set((await found_in(nats_three)).values()) == {Verdict.OK}
    await begun(nats_three)
    verdicts = await found_in(nats_three)
    assert set(verdicts.values()) == {Verdict.OK}
    assert len(verdicts) == 5


async def test_looking_makes_no_stream(nats_three: Cluster) -> None:
    await found_in(nats_three)
    there = await Connection.open(nats_three.urls)
    assert await doctor._held(there) == {}
    await there.close()


async def test_a_server_that_is_down_is_told_while_two_serve(nats_cluster: Cluster) -> None:
    await begun(nats_cluster)
    nats_cluster.nodes[0].kill()
    await_leaders(nats_cluster)
    await_meta_leader(nats_cluster)
    verdicts = await found_in(nats_cluster)
    assert verdicts[doctor.SERVERS] is Verdict.WARNING
    assert verdicts[doctor.STREAMS] is Verdict.OK
    nats_cluster.nodes[1].kill()
    assert (await found_in(nats_cluster))[doctor.SERVERS] is Verdict.FAULT
    nats_cluster.nodes[2].kill()
    assert await found_in(nats_cluster) == {doctor.SERVERS: Verdict.FAULT}


async def test_a_server_that_acknowledges_before_it_syncs_is_a_fault(tmp_path: Path) -> None:
    with configured(tmp_path, 3, unsynced) as cluster:
        assert (await found_in(cluster))[doctor.SERVERS] is Verdict.FAULT


async def test_servers_that_do_not_tell_are_a_fault(tmp_path: Path) -> None:
    with configured(tmp_path, 1, lambda text: text.replace("doorless.jetstream", "x")) as cluster:
        assert await found_in(cluster) == {doctor.SERVERS: Verdict.FAULT}


async def test_a_stream_that_is_gone_or_promises_less_is_a_fault(nats_three: Cluster) -> None:
    await begun(nats_three)
    there = await Connection.open(nats_three.urls)
    await there.ask("STREAM.DELETE.doorless-mail-03", {})
    assert (await found_in(nats_three))[doctor.STREAMS] is Verdict.FAULT
    await begun(nats_three)
    assert (await found_in(nats_three))[doctor.STREAMS] is Verdict.OK
    stream = doctor.stream_of(doctor.MailNames(), 3)
    less = streams.configured(stream, 3) | {"max_msgs": 7}
    await there.ask("STREAM.UPDATE.doorless-mail-03", less)
    await there.close()
    assert (await found_in(nats_three))[doctor.STREAMS] is Verdict.FAULT


async def test_a_clock_that_is_half_a_minute_off_is_a_fault(nats_three: Cluster) -> None:
    assert (await found_in(nats_three, int(time.time()) + 60))[doctor.CLOCK] is Verdict.FAULT


def server(*, late: float = 0, stored: int = 0) -> Fit:
    clock = datetime.fromtimestamp(NOW + late, UTC)
    return Fit("nats-1", (2, 15), True, 3, stored, 100, clock)


@pytest.mark.parametrize(
    ("late", "verdict"),
    [(-31, Verdict.FAULT), (-30, Verdict.OK), (30, Verdict.OK), (31, Verdict.FAULT)],
)
def test_a_clock_is_wrong_beyond_half_a_minute(late: float, verdict: Verdict) -> None:
    assert worst(list(doctor.clocks([server(late=late)], NOW))) == {doctor.CLOCK: verdict}


@pytest.mark.parametrize(("stored", "verdict"), [(75, Verdict.OK), (76, Verdict.WARNING)])
def test_a_server_is_nearly_full_beyond_three_quarters(stored: int, verdict: Verdict) -> None:
    assert worst(list(doctor.rooms([server(stored=stored)]))) == {doctor.ROOM: verdict}


def group(*copies: tuple[str, bool, bool], leader: str = "nats-1") -> doctor._Group:
    return doctor._Group(leader, [doctor._Copy(*each) for each in copies])


@pytest.mark.parametrize(
    ("held", "verdict", "says"),
    [
        ({"a": group(("nats-2", True, False))}, Verdict.OK, "each of 1 streams"),
        ({"a": group(("nats-2", False, False))}, Verdict.WARNING, "'nats-2' is behind in 1 of 1"),
        ({"a": group(("nats-2", True, True))}, Verdict.WARNING, "'nats-2' is behind in 1 of 1"),
        ({"a": group(leader="")}, Verdict.FAULT, "nobody leads 'a'"),
        ({"a": None, "b": None}, Verdict.FAULT, "nobody leads 'a', and 1 more"),
    ],
)
def test_a_copy_that_is_behind_is_named(
    held: dict[str, doctor._Group | None], verdict: Verdict, says: str
) -> None:
    (found,) = doctor.behind(held)
    assert found.verdict is verdict
    assert says in found.says


# --- the command -----------------------------------------------------------------------------


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """What a node of a cluster has in its folder: its copy of the key log, and no mail."""
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    with closing(open_writer(made / "relay.db")):
        pass
    (made / "relay.db").rename(made / "log.db")
    return made


def examined(data: Path, *more: str) -> int:
    return main(["doctor", "--data", str(data), "--listen", "127.0.0.1:0", *more])


def test_a_node_has_no_mail_in_its_folder_and_that_is_no_fault(
    node: Path, nats_three: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    examined(node)
    assert "relay.db is gone" in capsys.readouterr().out
    examined(node, "--store", "nats", "--nats", ",".join(nats_three.urls))
    told = capsys.readouterr().out
    assert "relay.db is gone" not in told
    assert "ok       NATS servers     3 of 3 answer" in told
    assert PASSWORD not in told


def test_a_login_that_others_can_read_is_a_fault(
    node: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    login = tmp_path / "login"
    login.write_text("relay:word")
    login.chmod(0o644)
    more = ("--store", "nats", "--nats", "nats://127.0.0.1:1", "--nats-login", str(login))
    assert examined(node, *more) == 1
    assert "fault    NATS login" in capsys.readouterr().out


def test_servers_without_the_store_are_wrong_usage(node: Path) -> None:
    assert examined(node, "--nats", "nats://127.0.0.1:1") == USAGE
