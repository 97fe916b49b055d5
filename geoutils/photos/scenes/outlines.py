"""Outlines many painters share: signed distances, positive inside, in local coordinates u, v."""

import numpy as np


def box(u, v, half, low, high):
    """Box of a half width between two heights."""
    return np.minimum(half - np.abs(u), np.minimum(v - low, high - v))


def cone(u, v, half, low, high):
    """Triangle standing on its base."""
    sides = (half * (high - v) / (high - low) - np.abs(u)) * 0.8
    return np.minimum(sides, np.minimum(v - low, high - v))


def ball(u, v, cx, cy, radius, flat=1.0):
    """Disc, or an ellipse `flat` times as high as wide (distance approximate)."""
    return radius - np.sqrt((u - cx) ** 2 + ((v - cy) / flat) ** 2)


def arch(u, v, half, low, high):
    """Opening with a round head."""
    return np.maximum(
        box(u, v, half, low, high - half), np.minimum(ball(u, v, 0, high - half, half), v - low)
    )


def bands(v, count, duty):
    """Horizontal bands, `count` per unit height, each filling `duty` of its share."""
    return (duty / 2 - np.abs(v * count - np.floor(v * count) - 0.5)) / count
