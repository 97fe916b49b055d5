from types import SimpleNamespace

import pytest
import torch

from geoutils.training import Preset, threads
from geoutils.training.threads import TIMED_STEPS, Speed, choose_speed

CPU = torch.device("cpu")


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def step_taking(monkeypatch):
    """Steps whose time, by a clock of their own, depends on threads and precision."""
    now = 0.0
    monkeypatch.setattr(threads, "time", SimpleNamespace(perf_counter=lambda: now))

    def steps(seconds, taken):
        def step(model, precision):
            nonlocal now
            how = torch.get_num_threads(), precision
            now += seconds[how]
            taken.append(how)
            model.weight.data += 1
            return 10

        return step

    return steps


def test_the_fastest_choice_wins_and_the_model_is_left_alone(two_threads, step_taking):
    model = torch.nn.Linear(1, 1)
    weight = model.weight.item()
    times = {(1, "fp32"): 0.02, (2, "fp32"): 0.01, (1, "bf16"): 0.002, (2, "bf16"): 0.03}
    speed = choose_speed(model, step_taking(times, []), Preset(precision="fastest"), CPU)
    assert (speed.threads, speed.precision) == (1, "bf16")
    assert speed.images_per_s == pytest.approx(5000)
    speed = choose_speed(model, step_taking(times, []), Preset(), CPU)  # auto: fp32 on a CPU
    assert (speed.threads, speed.precision) == (2, "fp32")
    assert model.weight.item() == weight
    assert torch.get_num_threads() == 2


def test_a_hopeless_choice_is_given_up_after_one_step(two_threads, step_taking):
    times, taken = {(1, "fp32"): 0.001, (2, "fp32"): 0.3}, []
    step = step_taking(times, taken)
    assert choose_speed(torch.nn.Linear(1, 1), step, Preset(), CPU).threads == 1
    assert taken == [(1, "fp32")] * (1 + TIMED_STEPS) + [(2, "fp32")]


def test_nothing_is_timed_without_a_choice():
    def step(model, precision):
        raise AssertionError("timed")

    model = torch.nn.Linear(1, 1)
    assert choose_speed(model, step, Preset(threads=3), CPU) == Speed(3, "fp32")
    assert choose_speed(model, step, Preset(threads=3, precision="bf16"), CPU) == Speed(3, "bf16")
    assert choose_speed(model, step, Preset(), torch.device("cuda")).precision == "bf16"
    exact = choose_speed(model, step, Preset(precision="fp32"), torch.device("cuda"))
    assert exact.precision == "fp32"


def test_a_speed_reads_well():
    assert str(Speed(2, "bf16", 1234.5)) == "2 threads, bf16, 1,234 images/s when tried"
    assert str(Speed(1, "fp32")) == "1 thread, fp32"
