import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.photos.manifest import complete
from geoutils.photos.splits import (
    authors_note,
    authors_or_spots,
    groups_of,
    hold_out_seen,
    in_common,
    nearest_km,
    split_by_author,
)
from geoutils.photos.variety import varied
from geoutils.sphere import great_circle_km

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def manifest_of(authors, hashes=None):
    n = len(authors)
    table = {
        "photo": [f"{i:04d}" for i in range(n)],
        "latitude": 1.0,
        "longitude": 2.0,
        "author": authors,
    }
    if hashes is not None:
        table["sha256"] = pd.Series(hashes, dtype="str")
    return complete(pd.DataFrame(table))


def brute_force_groups(authors, hashes):
    """Merge sets of photos until no two share an author or a hash."""
    groups = [{i} for i in range(len(authors))]
    merged = True
    while merged:
        merged = False
        for a in range(len(groups)):
            for b in range(a + 1, len(groups)):
                if any(
                    (authors[i] and authors[i] == authors[j])
                    or (hashes[i] and hashes[i] == hashes[j])
                    for i in groups[a]
                    for j in groups[b]
                ):
                    groups[a] |= groups.pop(b)
                    merged = True
                    break
            if merged:
                break
    return {frozenset(group) for group in groups}


names = st.sampled_from(["", "a", "b", "c", "d", "e"])
photos = st.lists(st.tuples(names, names), min_size=1, max_size=12)


@given(photos)
def test_groups_match_brute_force(rows):
    authors, hashes = zip(*rows, strict=True)
    group = groups_of(manifest_of(authors, hashes))
    found = {frozenset(np.flatnonzero(group == number).tolist()) for number in set(group.tolist())}
    assert found == brute_force_groups(authors, hashes)


@given(photos, st.integers(0, 99))
@settings(deadline=None)
def test_no_author_and_no_copy_is_in_two_splits_and_rows_do_not_matter(rows, seed):
    manifest = manifest_of(*zip(*rows, strict=True))
    n_groups = groups_of(manifest).max() + 1
    if n_groups < len(SHARES):
        with pytest.raises(ValueError, match="cannot fill 3 splits"):
            split_by_author(manifest, SHARES, seed)
        return
    split = split_by_author(manifest, SHARES, seed)
    for column in ("author", "sha256"):
        shared = in_common(split, column, list(SHARES)).to_numpy()
        assert (shared == np.diag(np.diag(shared))).all()
    assert set(split["split"]) == set(SHARES)  # none is left empty
    shuffled = manifest.sample(frac=1, random_state=seed)
    again = split_by_author(shuffled, SHARES, seed).sort_index()
    pd.testing.assert_frame_equal(again, split)


def test_shares_are_met_and_seeds_differ():
    rng = np.random.default_rng(0)
    authors = [f"author {a}" for a in rng.zipf(1.8, 5000) % 900]
    manifest = manifest_of(authors)
    largest = max(manifest["author"].value_counts()) / len(manifest)
    for seed in range(5):
        found = split_by_author(manifest, SHARES, seed)["split"].value_counts(normalize=True)
        for name, share in SHARES.items():
            assert abs(found[name] - share) <= largest / 2 + 0.01
    first, second = (split_by_author(manifest, SHARES, seed)["split"] for seed in (1, 2))
    assert (first != second).any()
    pd.testing.assert_series_equal(first, split_by_author(manifest, SHARES, 1)["split"])


def test_large_authors_are_not_kept_out_of_the_test():
    manifest = manifest_of(["keen"] * 20 + [""] * 180)
    sides = [split_by_author(manifest, SHARES, seed)["split"].iloc[0] for seed in range(200)]
    assert 0.1 < np.mean(np.array(sides) != "train") < 0.4  # 0.2 expected


def test_photos_without_an_author_are_each_their_own():
    split = split_by_author(manifest_of([""] * 100), SHARES, seed=3)["split"]
    assert split.value_counts().to_dict() == {"train": 80, "val": 10, "test": 10}


@pytest.mark.parametrize(
    "shares",
    [{}, {"train": 1.0, "seen": 0.0}, {"train": 0.5, "val": 0.4}, {"train": 1.5, "val": -0.5}],
)
def test_bad_shares_are_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        split_by_author(manifest_of(["a", "b", "c"]), shares, 0)


def test_seen_photos_have_authors_left_in_train_but_no_copies():
    rng = np.random.default_rng(1)
    authors = [f"author {a}" for a in rng.integers(0, 60, 600)]
    hashes = [f"hash {i // 2 if i < 100 else i}" for i in range(600)]
    manifest = split_by_author(manifest_of(authors, hashes), SHARES, 0)
    held = hold_out_seen(manifest, 0.1, 0)
    n_train = (manifest["split"] == "train").sum()
    assert (held["split"] == "seen").sum() == round(0.1 * n_train)
    seen, train = held[held["split"] == "seen"], held[held["split"] == "train"]
    assert set(seen["author"]) <= set(train["author"])
    assert not set(seen["sha256"]) & set(train["sha256"])
    assert in_common(held, "author").loc["seen", "test"] == 0
    pd.testing.assert_frame_equal(hold_out_seen(manifest, 0.0, 0), manifest)
    with pytest.raises(ValueError, match="share: 1"):
        hold_out_seen(manifest, 1.0, 0)


def test_in_common_counts():
    manifest = manifest_of(["a", "a", "b", "b", "", ""]).assign(
        split=["train", "test", "train", "val", "train", "test"]
    )
    table = in_common(manifest, "author", ["train", "val", "test"])
    np.testing.assert_array_equal(table, [[2, 1, 1], [1, 1, 0], [1, 0, 1]])


def test_nearest_photo_matches_brute_force():
    rng = np.random.default_rng(0)
    here, there = (
        np.stack([np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)], axis=1)
        for n in (40, 60)
    )
    pairs = np.array([[great_circle_km(a[None], b[None])[0] for b in there] for a in here])
    np.testing.assert_allclose(nearest_km(here, there), pairs.min(axis=1), rtol=1e-9)
    assert np.isinf(nearest_km(here, there[:0])).all()
    across = nearest_km(np.array([[10.0, 179.9]]), np.array([[10.0, -179.9], [10.0, 170.0]]))
    assert across[0] < 25


def test_varied_takes_every_value_in_turn():
    rows = pd.DataFrame({"kind": ["a"] * 50 + ["b"] * 3, "place": [*range(5)] * 10 + [0, 1, 2]})
    shown = varied(rows, 8, ["kind", "place"], seed=0)
    assert shown["kind"].value_counts().to_dict() == {"a": 5, "b": 3}
    assert shown[shown["kind"] == "a"]["place"].nunique() == 5
    pd.testing.assert_frame_equal(shown, varied(rows, 8, ["kind", "place"], seed=0))
    assert len(varied(rows, 100, ["kind"], seed=0)) == len(rows)


def test_spots_take_the_place_of_authors_that_cannot_be_kept_apart():
    photos = manifest_of(["Ann"] * 6 + ["Bob", "", "", ""])
    photos["latitude"], photos["longitude"] = 48.85, 2.35
    photos.loc[5:, "latitude"] = 48.87  # two kilometres on
    spots = authors_or_spots(photos)["author"]
    assert spots.iloc[:5].nunique() == spots.iloc[5:].nunique() == 1 and spots.nunique() == 2
    assert spots.str.match(r"spot [0-9a-f]+$").all()
    nobody = photos.assign(author="")
    assert authors_or_spots(nobody)["author"].nunique() == 2
    for authors in (["Ann"] * 5 + ["Bob"] * 5, ["Ann", "Bob", "Cid", "Dee", "Eve"] + [""] * 5):
        kept = photos.assign(author=authors)
        assert authors_or_spots(kept)["author"].tolist() == authors


def test_a_page_tells_who_stands_in_for_authors():
    assert authors_note(np.array(["Ann", "Bob"])) == ""
    assert "unknown count as an author each" in authors_note(np.array(["Ann", "Bob", ""]))
    assert authors_note(np.array(["spot 47a1cc", "spot 47a1d4"])).startswith("Spots")
    assert authors_note(np.array(["", ""])).startswith("No author is known")
