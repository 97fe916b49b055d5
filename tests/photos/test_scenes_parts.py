import numpy as np
import pytest

from geoutils.photos.scenes.biomes import BIOMES, TREE_LIMITS, biome_of
from geoutils.photos.scenes.canvas import Canvas, patches, pulses
from geoutils.photos.scenes.concepts import CONCEPTS, concept_index
from geoutils.photos.scenes.cultures import CULTURES, culture_of
from geoutils.photos.scenes.landmark_shapes import CONCEPT, FAMILIES, HALF_WIDTH, HEIGHT
from geoutils.photos.scenes.light import sun_elevation_deg
from geoutils.photos.scenes.noise import field, profile
from geoutils.photos.scenes.random_numbers import choice, key_of, uniform


def test_uniform_numbers_are_uniform_and_counted():
    keys = np.arange(20_000, dtype=np.uint64)
    numbers = uniform(keys, "test")
    assert 0 <= numbers.min() and numbers.max() < 1
    counts = np.bincount((numbers * 10).astype(int))
    assert np.abs(counts / 2000 - 1).max() < 0.08
    other = uniform(keys, "test", 1)
    assert abs(np.corrcoef(numbers, other)[0, 1]) < 0.03
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.03
    table = uniform(keys[:5, None], "test", np.arange(3))
    np.testing.assert_array_equal(table[:, 1], other[:5])
    assert set(choice(keys, "die", 6)) == set(range(6))


def test_keys_tell_rows_apart():
    country = np.array(["FR", "FR", "DE"])
    admin = np.array(["Alsace", "Savoie", "Alsace"])
    keys = key_of(country, admin)
    assert len(set(keys.tolist())) == 3
    np.testing.assert_array_equal(key_of(country[::-1], admin[::-1]), keys[::-1])


def test_pulses_have_the_right_average_at_any_frequency():
    x = (np.arange(1000) + 0.5) / 1000
    for frequency in (0.9, 7.3, 480.0, 3000.0):
        cover = pulses(x * frequency, np.float64(0.3), np.float64(frequency / 1000))
        assert -1e-9 <= cover.min() and cover.max() <= 1 + 1e-9
        if frequency > 5:
            assert abs(cover.mean() - 0.3) < 0.02


def test_a_disc_has_its_area_wherever_it_lies():
    for size in (32, 64, 256):
        canvas = Canvas.blank(np.zeros(2, np.float32), size)
        x, y, r = np.float32([0.4, 0.95]), np.float32([0.5, 0.5]), np.float32([0.2, 0.2])
        for p in patches(canvas, np.arange(2), x - r, x + r, y - r, y + r):
            distance = p.of(r) - np.sqrt((p.x - p.of(x)) ** 2 + (p.y - p.of(y)) ** 2)
            p.paint(p.cover(distance), np.ones((len(p.item), 3), np.float32), 5)
        area = canvas.rgb[0].mean(axis=(1, 2))
        assert area[0] == pytest.approx(np.pi * 0.04, rel=0.01)
        assert 0.5 * area[0] < area[1] < area[0]  # cut by the edge of the picture
        assert (canvas.concept[0] == 5).mean() == pytest.approx(np.pi * 0.04, rel=0.05)


def test_a_tilted_camera_shears_the_picture():
    canvas = Canvas.blank(np.float32([0.1]), 100)
    for p in patches(canvas, np.arange(1), *(np.float32([v]) for v in (0, 1, 0.5, 1.2))):
        p.paint(p.cover(p.y - np.float32(0.5)), np.ones((1, 3), np.float32))
    ground = canvas.rgb[0, 0].sum(axis=0)
    assert ground[0] - ground[-1] == pytest.approx(10, abs=0.3)


def test_noise_belongs_to_its_key():
    keys = np.array([1, 2, 1], np.uint64)
    x = np.linspace(0, 3, 50, dtype=np.float32)[None].repeat(3, 0)
    line, area = profile(keys, "hill", x, 1.0), field(keys, "cloud", x, x, 8)
    for noise in (line, area):
        np.testing.assert_array_equal(noise[0], noise[2])
        assert not np.array_equal(noise[0], noise[1])
        assert np.abs(noise).max() < 2
    shifted = profile(keys, "hill", x + np.float32(1.5), 1.0)  # the same hills, seen further on
    np.testing.assert_allclose(shifted[:, 0], profile(keys, "hill", x[:, :1] + 1.5, 1.0)[:, 0])


def test_sun_heights_known_from_the_almanac():
    # Noon at the equator on the equinox; Tropic of Cancer at midsummer; polar night.
    latitude, day = np.array([0.0, 23.44, 75.0]), np.array([81.0, 172.25, 355.0])
    height = sun_elevation_deg(latitude, day, np.full(3, 12.0))
    assert height[0] == pytest.approx(90, abs=0.1) and height[1] == pytest.approx(90, abs=0.1)
    assert height[2] < -5


def test_climates_cultures_and_concepts_are_known():
    names = [BIOMES[i] for i in biome_of(("Af", "BWh", "Csa", "Cfb", "Dfc", "ET"))]
    expected = ["rainforest", "desert", "mediterranean", "oceanic", "boreal", "tundra"]
    assert names == expected
    np.testing.assert_allclose(TREE_LIMITS[:, -1], 1, atol=1e-6)
    codes = culture_of(np.array(["JP", "FR", "MA", "NG", ""]))
    assert [CULTURES[i] for i in codes[:4]] == ["east asia", "atlantic", "north africa", "africa"]
    assert len(CONCEPTS) == 150 and concept_index("tower") == 85
    with pytest.raises(ValueError, match="unicorn"):
        concept_index("unicorn")


def test_landmark_shapes_stay_in_their_box_and_differ():
    u, v = np.meshgrid(np.linspace(-0.8, 0.8, 161), np.linspace(-0.05, 1.1, 116))
    assert len(FAMILIES) == len(HALF_WIDTH) == len(HEIGHT) == len(CONCEPT)
    outlines = []
    for family, half in zip(FAMILIES, HALF_WIDTH, strict=True):
        strokes = family(u, v, [np.float64(0.3)] * 3)
        inside = np.any([distance > 0.005 for distance, _ in strokes], axis=0)
        inside &= (np.abs(u) <= half) & (v >= 0) & (v <= 1.01)
        assert 0.03 < inside.mean() < 0.7, family.__name__
        outlines.append(inside)
    for i, a in enumerate(outlines):
        for b in outlines[:i]:
            assert (a & b).sum() / (a | b).sum() < 0.9
