"""The dense layer that the thesis puts between features and classifiers."""

from numbers import Real

from torch import nn


def hidden_layer(n_features: int, hidden: int, dropout: Real) -> tuple[nn.Module, int]:
    """Dense layer of `hidden` units with ReLU, then dropout; and the number of features after it.

    With `hidden` = 0 there is dropout alone. The thesis: 1280 units, dropout 0.5 (Section 6.1.3).
    Raises ValueError for a negative number of units or a dropout outside 0 ≤ p < 1.
    """
    if hidden < 0:
        raise ValueError(f"hidden: {hidden}; expected 0 (no layer) or more units")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout: {dropout}; expected 0 ≤ p < 1")
    if hidden == 0:
        return nn.Dropout(dropout), n_features
    return nn.Sequential(nn.Linear(n_features, hidden), nn.ReLU(), nn.Dropout(dropout)), hidden
