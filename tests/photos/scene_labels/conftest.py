"""A tiny network of Places365, and photos that were checked."""

import io
import json
import tarfile

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from geoutils.photos.sources import check_photos

NAME = "test_resnet"  # timm's smallest


@pytest.fixture(scope="module")
def network():
    import timm  # once geoutils has made torchvision importable beside any build of torch

    torch.manual_seed(0)
    return timm.create_model(NAME, num_classes=365).eval()


@pytest.fixture
def weights(network, tmp_path):
    path = tmp_path / "places.pth.tar"
    parallel = {f"module.{name}": value for name, value in network.state_dict().items()}
    torch.save({"arch": NAME, "epoch": 90, "best_prec1": 54.3, "state_dict": parallel}, path)
    return path


@pytest.fixture
def always(network, tmp_path):
    """A function (category) -> weights of a network that sees it everywhere."""

    def make(category):
        found = {name: value.clone() for name, value in network.state_dict().items()}
        found["fc.weight"].zero_()
        found["fc.bias"].zero_()[category] = 20
        path = tmp_path / f"always_{category}.safetensors"
        save_file(found, path, {"arch": NAME})
        return path

    return make


@pytest.fixture
def checked(photo_bytes, tmp_path):
    """A function (how many) -> a folder that photos check wrote of a shard with so many photos."""

    def make(n_photos=7):
        with tarfile.open(tmp_path / "a.tar", "w") as tar:
            for i in range(n_photos):
                for name, data in members(i):
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        folder = tmp_path / "checked"
        check_photos(tmp_path / "a.tar", folder, workers=1, say=lambda _: None)
        return folder

    def members(i):
        noise = np.random.default_rng(i).integers(0, 256, (3, 4, 3)).astype(np.uint8)
        picture = Image.fromarray(noise).resize((200 + i, 150), Image.Resampling.BICUBIC)
        yield f"{i}.jpg", photo_bytes(picture=picture, tags={0x0112: 1 + i % 8})
        yield f"{i}.json", json.dumps({"lat": 45 + i / 100, "lng": 2.5}).encode()

    return make
