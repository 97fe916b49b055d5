"""A look at one photo as a network of Places365 sees it, and what the network thinks of it."""

import io
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image
from torch import nn

from geoutils.photos.decode import opaque, open_image, problem_of
from geoutils.photos.exif import read_exif, upright
from geoutils.photos.photo_file import read_photo

WHOLE, SIZE = 256, 224  # pixels: of the whole photo, and of its middle, which the network sees
MEAN, SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, used in its training


class Place(NamedTuple):
    """A photo by its row in the manifest, and where its bytes lie."""

    row: int
    path: str
    offset: int = 0
    length: int = 0


def look_at_place(place: Place) -> tuple[int, UInt8[ndarray, "h w 3"], str]:
    """The picture of a photo, or why there is none."""
    try:
        data = read_photo(place.path, place.offset, place.length)
        return place.row, picture_of(data), ""
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        return place.row, np.zeros((0, 0, 3), np.uint8), problem_of(error)


def crashed(place: Place) -> tuple[int, UInt8[ndarray, "h w 3"], str]:
    """What is said of a photo that ends the process which looks at it."""
    return place.row, np.zeros((0, 0, 3), np.uint8), "reading it ends the process that tries"


def picture_of(data: bytes) -> UInt8[ndarray, "224 224 3"]:
    """The middle of a photo squeezed to 256 × 256 pixels, upright, as its network was trained on.

    JPEGs are decoded at the smallest scale that has these pixels.
    """
    with open_image(io.BytesIO(data)) as image:
        image.draft("RGB", (WHOLE, WHOLE))
        whole = upright(opaque(image), read_exif(image).orientation)
        margin = (WHOLE - SIZE) / 2 / WHOLE
        x, y = margin * whole.width, margin * whole.height
        box = (x, y, whole.width - x, whole.height - y)
        return np.asarray(whole.resize((SIZE, SIZE), Image.Resampling.BILINEAR, box=box))


def probabilities_of(
    network: nn.Module, pictures: UInt8[ndarray, "photos h w 3"]
) -> Float[ndarray, "photos 365"]:
    """What the network thinks of pictures, on the device where it is."""
    parameter = next(network.parameters())
    mean, sd = (torch.tensor(values, device=parameter.device) for values in (MEAN, SD))
    with torch.inference_mode():
        photos = torch.from_numpy(pictures).to(parameter.device).float() / 255
        scores = network(((photos - mean) / sd).permute(0, 3, 1, 2).to(parameter.dtype))
        return scores.double().softmax(dim=1).cpu().numpy()
