import numpy as np
import pytest
import torch

from geoutils.models import MultiPartitionHead
from geoutils.prediction import from_features
from geoutils.prediction.from_features import log_probs_of_features


def test_log_probs_are_those_of_the_head_batch_by_batch(monkeypatch):
    monkeypatch.setattr(from_features, "BATCH", 3)
    head = MultiPartitionHead(4, [2, 5]).eval()
    features = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    found = log_probs_of_features(head, features)
    with torch.inference_mode():
        scores = head(torch.from_numpy(features))
    for level, expected in zip(found, scores, strict=True):
        np.testing.assert_allclose(level, expected.log_softmax(1), atol=1e-6)
        np.testing.assert_allclose(np.exp(level).sum(axis=1), 1, atol=1e-6)


def test_a_head_in_training_is_refused():
    with pytest.raises(ValueError, match="head: in training mode"):
        log_probs_of_features(MultiPartitionHead(4, [2]), np.zeros((1, 4), np.float32))
