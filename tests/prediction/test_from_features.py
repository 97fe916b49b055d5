import numpy as np
import pytest
import torch

from geoutils.models import MultiPartitionHead
from geoutils.models.retrieval import RetrievalHead
from geoutils.prediction import from_features
from geoutils.prediction.from_features import embeddings_of_features, log_probs_of_features


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


def test_embeddings_are_those_of_the_head_batch_by_batch(monkeypatch):
    monkeypatch.setattr(from_features, "BATCH", 3)
    head = RetrievalHead(4, hidden=6).eval()
    features = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    found = embeddings_of_features(head, features)
    with torch.inference_mode():
        np.testing.assert_allclose(found, head(torch.from_numpy(features)), atol=1e-6)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("answers", "head"),
    [
        (log_probs_of_features, MultiPartitionHead(4, [2])),
        (embeddings_of_features, RetrievalHead(4, hidden=6)),
    ],
)
def test_a_head_in_training_and_no_photos_are_refused(answers, head):
    with pytest.raises(ValueError, match="head: in training mode"):
        answers(head.train(), np.zeros((1, 4), np.float32))
    with pytest.raises(ValueError, match="features: no photos"):
        answers(head.eval(), np.zeros((0, 4), np.float32))
