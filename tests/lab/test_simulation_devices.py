"""Sessions alone, between devices over a network that misbehaves."""

import pytest

from doorless_lab.simulation.devices import DeviceSimulation
from doorless_lab.simulation.promises import PromiseError
from doorless_lab.simulation.weather import FAIR, ROUGH, Weather


def played(seed: int, devices: int = 2, weather: Weather = ROUGH) -> DeviceSimulation:
    with DeviceSimulation(seed, devices, weather) as simulation:
        simulation.run(400)
        simulation.make_whole()
    return simulation


@pytest.mark.parametrize("devices", [2, 3])
@pytest.mark.parametrize("weather", [FAIR, ROUGH], ids=["fair", "rough"])
def test_all_that_is_said_is_heard_once(devices: int, weather: Weather) -> None:
    simulation = played(1, devices, weather)
    for pair, said in simulation.said.items():
        assert sorted(simulation.heard[pair]) == list(range(said))
    assert simulation.refused == 0
    assert simulation.ledger.uses > 2 * len(simulation.sent)


def test_a_rough_network_permutes() -> None:
    assert any(numbers != sorted(numbers) for numbers in played(1).heard.values())
    assert all(numbers == sorted(numbers) for numbers in played(1, weather=FAIR).heard.values())


def test_one_seed_is_one_run() -> None:
    assert played(3).trace.digest == played(3).trace.digest != played(4).trace.digest


def test_a_crash_after_storing_delays_and_one_before_repeats() -> None:
    with DeviceSimulation(5) as simulation:
        simulation.says(0, 1, crash=True)
        simulation.arrive()
        assert simulation.heard[0, 1] == []
        simulation.says(0, 1)
        simulation.arrive(crash=True)
        assert simulation.heard[0, 1] == []
        simulation.restart(0)
        simulation.restart(1)
        simulation.make_whole()
        assert sorted(simulation.heard[0, 1]) == [0, 1]


def test_a_thief_reads_until_the_session_healed() -> None:
    with DeviceSimulation(6) as simulation:
        simulation.run(20)
        simulation.settle()
        thief, begin = simulation.copy(0), len(simulation.sent)
        for _ in range(10):
            for by, to in ((0, 1), (1, 0)):
                simulation.says(by, to)
                simulation.settle()
        read = [thief.reads(flight) for flight in simulation.sent[begin:] if flight.to == 0]
        assert read[0]
        assert not any(read[2:])


def test_a_device_that_went_back_repeats_no_nonce_and_is_refused() -> None:
    with DeviceSimulation(7) as simulation:
        simulation.run(30)
        backup = simulation.copy(0)
        simulation.run(60)
        simulation.restore(backup)
        simulation.run(60)
        simulation.make_whole()
        assert simulation.refused


def test_what_is_lost_for_good_is_told() -> None:
    with DeviceSimulation(8) as simulation:
        simulation.says(0, 1)
        simulation._flying.clear()
        with pytest.raises(PromiseError, match="lost"):
            simulation.make_whole()


def test_a_chain_that_does_not_advance_is_told() -> None:
    with DeviceSimulation(9) as simulation:
        simulation.run(20)
        before = simulation.copy(0)
        simulation.says(0, 1)
        simulation._sessions[0, 1] = before.sessions[1]
        with pytest.raises(PromiseError, match="one place of a sending chain"):
            simulation.says(0, 1)
