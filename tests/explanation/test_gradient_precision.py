import pytest
import torch

from geoutils.explanation import quick_score


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.nn.Conv2d(3, 4, 8)


def score_by(network, seen):
    def score(images, targets):
        seen.append(network(images).dtype)
        return network(images).mean(dim=(2, 3)).gather(1, targets[:, None])[:, 0]

    return score


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float)])
def test_the_network_is_asked_in_what_the_machine_computes_fast(
    network, precision, dtype, monkeypatch
):
    monkeypatch.setattr(
        "geoutils.explanation.gradient_precision.native_precision", lambda: precision
    )
    seen, images = [], torch.rand(5, 3, 16, 16)
    images.requires_grad_()
    targets = torch.tensor([0, 1, 2, 3, 0])
    plain, quick = (
        wrap(score_by(network, seen))(images, targets) for wrap in (lambda one: one, quick_score)
    )
    assert seen == [torch.float, dtype] and quick.dtype == torch.float
    torch.testing.assert_close(quick, plain, rtol=0.02, atol=0.01)
    slopes, quick_slopes = (torch.autograd.grad(y.sum(), images)[0] for y in (plain, quick))
    torch.testing.assert_close(quick_slopes, slopes, rtol=0.02, atol=1e-4)
