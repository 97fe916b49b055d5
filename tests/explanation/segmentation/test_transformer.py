import numpy as np
import pandas as pd
import pytest
import torch

from geoutils.explanation import find_segmenter
from geoutils.explanation.segmentation import ADE20K_NAMES, TransformerSegmenter, ade20k_index

transformers = pytest.importorskip("transformers")

LABELS = ["Sky", "television receiver", "zebra", "road "]
NUMBERS = [3, 90, 0, 7]  # of ADE20K; it has no zebra
SIDE = 64


def save_tiny(folder, labels=LABELS):
    """A SegFormer of two stages with weights of its own, and a processor for pictures of SIDE."""
    config = transformers.SegformerConfig(
        num_encoder_blocks=2,
        depths=[1, 1],
        sr_ratios=[2, 1],
        hidden_sizes=[8, 16],
        patch_sizes=[7, 3],
        strides=[4, 2],
        num_attention_heads=[1, 2],
        mlp_ratios=[2, 2],
        decoder_hidden_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.SegformerForSemanticSegmentation(config)
        with torch.no_grad():  # livelier than at the start of training: several labels win
            model.decode_head.classifier.weight.normal_(0, 3)
    model.save_pretrained(folder)
    size = {"height": SIDE, "width": SIDE}
    transformers.SegformerImageProcessor(size=size).save_pretrained(folder)
    return model.eval()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("segformer")
    return folder, save_tiny(folder)


def rows(pixels):
    return pd.DataFrame(index=range(len(pixels)))


def photos(n, height=SIDE, width=SIDE):
    blocks = np.random.default_rng(0).integers(256, size=(n, 4, 4, 3), dtype=np.uint8)
    return np.kron(blocks, np.ones((1, height // 4, width // 4, 1), np.uint8))


class KnownLogits(torch.nn.Module):
    """Stands where the network stands, and answers with logits that were written down."""

    def __init__(self, logits):
        super().__init__()
        self.logits, self.device, self.seen = logits, torch.device("cpu"), []

    def forward(self, pixel_values):
        self.seen.append(pixel_values)
        logits = self.logits.expand(len(pixel_values), -1, -1, -1)
        return transformers.modeling_outputs.SemanticSegmenterOutput(logits=logits)


def test_equals_the_network_run_by_hand(tiny):
    folder, model = tiny
    pixels = photos(11)  # more than a batch
    segment = TransformerSegmenter(folder)
    got = segment(rows(pixels), pixels)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    inputs = ((torch.as_tensor(pixels) / 255 - mean) / std).permute(0, 3, 1, 2)
    with torch.no_grad():
        logits = model(inputs).logits
    assert logits.shape == (11, 4, SIDE // 4, SIDE // 4)
    large = torch.nn.functional.interpolate(logits, (SIDE, SIDE), mode="bilinear")
    expected = np.array(NUMBERS)[large.argmax(dim=1)]
    assert len(np.unique(expected)) >= 3
    assert (got == expected).mean() > 0.999  # rounding may turn a tie
    assert got.dtype == np.uint8 and segment.names == ADE20K_NAMES


def test_logits_are_enlarged_before_the_largest_is_taken(tiny):
    segment = TransformerSegmenter(tiny[0])
    # Label 1 leads in one corner by far, label 0 in the others by a little: enlarged first, label
    # 1 wins beyond its quarter; taken first, it would keep to it.
    logits = torch.tensor([[[[0.0, 1.0], [1.0, 1.0]], [[9.0, 0.0], [0.0, 0.0]]]])
    logits = torch.cat([logits, torch.full((1, 2, 2, 2), -5.0)], dim=1)
    segment.network = KnownLogits(logits)
    pixels = photos(1, 8, 8)
    got = segment(rows(pixels), pixels)[0]
    # Pixel centres in units of the coarse map, held at its border: 9 (1 − x)(1 − y) against
    # 1 − (1 − x)(1 − y), so label 1 wins where (1 − x)(1 − y) > 0.1.
    x = np.clip((np.arange(8) + 0.5) / 4 - 0.5, 0, 1)
    expected = np.where(np.outer(1 - x, 1 - x) > 0.1, 90, 3)
    np.testing.assert_array_equal(got, expected)
    assert (got == 90).sum() > 16
    assert segment.network.seen[0].shape == (1, 3, SIDE, SIDE)


def test_photos_of_any_shape_get_maps_of_their_own(tiny):
    segment = TransformerSegmenter(tiny[0])
    left_right = torch.zeros(1, 4, 2, 2)
    left_right[0, 3, :, 1] = 5  # road on the right
    left_right[0, 0, :, 0] = 5  # sky on the left
    segment.network = KnownLogits(left_right)
    pixels = photos(2, 12, 40)
    got = segment(rows(pixels), pixels)
    np.testing.assert_array_equal(got[:, :, :20], 3)
    np.testing.assert_array_equal(got[:, :, 20:], 7)


def test_a_folder_with_a_network_is_found_by_its_name(tiny):
    found = find_segmenter(tiny[0].name, tiny[0].parent)
    pixels = photos(1)
    expected = TransformerSegmenter(tiny[0])(rows(pixels), pixels)
    np.testing.assert_array_equal(found(rows(pixels), pixels), expected)


def test_labels_without_a_class_are_none(tiny):
    segment = TransformerSegmenter(tiny[0])
    for label, number in enumerate(NUMBERS):
        logits = torch.zeros(1, 4, 2, 2)
        logits[0, label] = 1
        segment.network = KnownLogits(logits)
        assert (segment(rows(photos(1)), photos(1)) == number).all()
    assert [ade20k_index(label) for label in LABELS] == NUMBERS


def test_refuses_models_that_do_not_fit(tiny, tmp_path):
    with pytest.raises(ValueError, match=r"model: '.*nowhere' cannot be loaded"):
        TransformerSegmenter(tmp_path / "nowhere")
    save_tiny(tmp_path / "cities", ["zebra", "unicorn"])
    with pytest.raises(ValueError, match="model: labels zebra, unicorn, …; expected names of ADE"):
        TransformerSegmenter(tmp_path / "cities")
    with pytest.raises(ValueError, match="manifest: 1 rows for 2 pictures"):
        TransformerSegmenter(tiny[0])(rows(photos(1)), photos(2))
