import runpy
from pathlib import Path

import pandas as pd
import pytest
import torch

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "gpu_training.py"))
TINY = SCRIPT["Setting"]("small_resnet", 40, 32, 4, "semp", (7, 11))


@pytest.fixture(scope="module")
def found():
    return SCRIPT["table"]((TINY,), n_steps=2, rounds=3)


def test_every_row_says_when_where_and_how_fast(found):
    assert {"ours", "plain", "input"} <= set(found["what"])
    assert (found["low"] <= found["images_per_s"]).all()
    assert (found["images_per_s"] <= found["high"]).all()
    assert found["date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert (found["device"] != "").all()
    plain = found.set_index("what").loc["plain"]
    assert plain["times_plain"] == 1
    assert 0 < plain["share_of_arithmetic"] < 1
    assert plain["tflops"] == pytest.approx(plain["share_of_arithmetic"] * plain["peak_tflops"])


@pytest.mark.skipif(torch.cuda.is_available(), reason="rows of a GPU are evidence")
def test_rows_without_a_gpu_say_so(found):
    assert (found["kind"] == "CPU").all()
    assert (found["remark"] == "no evidence for GPU speed").all()


def test_the_plain_loop_runs_with_the_settings_of_torch(monkeypatch):
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    seen = []
    step = torch.optim.SGD.step

    def spying(*arguments):
        seen.append((torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark))
        return step(*arguments)

    monkeypatch.setattr(torch.optim.SGD, "step", spying)
    try:
        SCRIPT["plain"](TINY, SCRIPT["photos"](TINY, 4), torch.device("cpu"))()
        assert seen == [("highest", False)]
        assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark) == (
            "high",
            True,
        )
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.benchmark = before[1]


def test_nothing_is_written_unless_asked_for(found, tmp_path, monkeypatch, capsys):
    main = SCRIPT["main"]
    monkeypatch.setitem(main.__globals__, "table", lambda *arguments: found)
    monkeypatch.setitem(main.__globals__, "save", lambda rows, path: written.append(path))
    written = []
    monkeypatch.setattr("sys.argv", ["gpu_training.py"])
    main()
    assert not written and "plain" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["gpu_training.py", "--out", str(tmp_path / "gpu.csv")])
    main()
    assert written == [tmp_path / "gpu.csv"]


def test_operations_are_those_of_the_network():
    """ResNet-50 at 224 pixels: 4.09 G multiply-adds (torchvision's table), its classifier aside."""
    setting = SCRIPT["Setting"]("resnet50", 256, 224, 8, "semp", (1000,))
    assert SCRIPT["gigaflops"](setting) == pytest.approx(3 * 2 * 4.09, rel=0.01)


def test_rows_of_other_devices_stay(found, tmp_path):
    path = tmp_path / "gpu.csv"
    SCRIPT["save"](found.assign(device="another", images_per_s=1.0), path)
    SCRIPT["save"](found.assign(images_per_s=2.0), path)
    SCRIPT["save"](found.assign(images_per_s=3.0), path)
    kept = pd.read_csv(path).groupby("device")["images_per_s"].agg(["min", "max", "size"])
    assert kept.loc["another"].tolist() == [1, 1, len(found)]
    assert kept.loc[found["device"][0]].tolist() == [3, 3, len(found)]
