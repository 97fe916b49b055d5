import time

import pytest
import torch

from geoutils.training import Preset
from geoutils.training.threads import Speed, choose_speed

CPU = torch.device("cpu")


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def step_taking(seconds):
    """A step whose time depends on threads and precision."""

    def step(model, precision):
        time.sleep(seconds[torch.get_num_threads(), precision])
        model.weight.data += 1
        return 10

    return step


def test_the_fastest_choice_wins_and_the_model_is_left_alone(two_threads):
    model = torch.nn.Linear(1, 1)
    weight = model.weight.item()
    times = {(1, "fp32"): 0.02, (2, "fp32"): 0.01, (1, "bf16"): 0.002, (2, "bf16"): 0.03}
    speed = choose_speed(model, step_taking(times), Preset(precision="fastest"), CPU)
    assert (speed.threads, speed.precision) == (1, "bf16")
    assert 1000 < speed.images_per_s <= 5000
    speed = choose_speed(model, step_taking(times), Preset(), CPU)  # auto: fp32 on a CPU
    assert (speed.threads, speed.precision) == (2, "fp32")
    assert model.weight.item() == weight
    assert torch.get_num_threads() == 2


def test_a_hopeless_choice_is_given_up_after_one_step(two_threads):
    times = {(1, "fp32"): 0.001, (2, "fp32"): 0.3}
    started = time.perf_counter()
    assert choose_speed(torch.nn.Linear(1, 1), step_taking(times), Preset(), CPU).threads == 1
    assert time.perf_counter() - started < 0.6


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
