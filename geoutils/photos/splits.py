"""Train, validation and test photos with no author, and no copy of a photo, in two of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoutils import s2
from geoutils.photos.manifest import SPLITS
from geoutils.sphere import great_circle_km, unit_vectors

DISJOINT = ("train", "val", "test")
SPOT_LEVEL = 13


def split_by_author(manifest: pd.DataFrame, shares: Mapping[str, float], seed: int) -> pd.DataFrame:
    """The manifest with `split` drawn so that an author and exact copies stay on one side.

    Photos are joined into groups: by the same author, and by the same `sha256` where the manifest
    has one (a copy that two authors uploaded joins both). A photo without an author is a group of
    its own. Groups come in a random order of their own (not of the rows) and fill the splits one
    after the other: a group goes where its middle falls. So each share is met to within the size
    of the groups at its borders, and large authors are as likely in test as small ones.

    `shares` are positive and sum to 1. Raises ValueError otherwise, or with fewer groups than
    splits.
    """
    _check_shares(shares)
    group = groups_of(manifest)
    n_groups = int(group.max(initial=-1)) + 1
    if n_groups < len(shares):
        raise ValueError(
            f"manifest: {len(manifest)} photos by {n_groups} authors cannot fill "
            f"{len(shares)} splits ({', '.join(shares)}) without sharing an author"
        )
    sizes = np.bincount(group, minlength=n_groups)
    order = _random_order(manifest["photo"], group, n_groups, seed)
    middle = (np.cumsum(sizes[order]) - sizes[order] / 2) / sizes.sum()
    borders = np.cumsum(list(shares.values()))[:-1]
    number = np.searchsorted(borders, middle, side="right")
    _fill_empty(number, sizes[order], len(shares))
    split_of_group = np.empty(n_groups, dtype=object)
    split_of_group[order] = np.array(list(shares), dtype=object)[number]
    return manifest.assign(split=pd.Series(split_of_group[group], manifest.index, dtype="str"))


def hold_out_seen(manifest: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """The manifest with a share of the train photos moved to the split "seen".

    They are photos of authors who have at least one more photo left in train, and no copy of
    theirs is left there: a model's gain on them over "test" is what knowing the author is worth.
    Raises ValueError for a share outside [0, 1).
    """
    if not 0 <= share < 1:
        raise ValueError(f"share: {share} of the train photos; expected 0 up to, but not, 1")
    train = manifest[(manifest["split"] == "train") & (manifest["author"] != "")]
    if "sha256" in manifest:
        copied = manifest["sha256"].ne("") & manifest["sha256"].duplicated(keep=False)
        train = train[~copied.loc[train.index]]
    rng = np.random.default_rng([seed, 2])
    shuffled = train.sort_values("photo").iloc[rng.permutation(len(train))]
    rank_in_author = shuffled.groupby("author").cumcount()
    candidates = shuffled.index[rank_in_author > 0]  # each author's first photo stays in train
    wanted = round(share * int((manifest["split"] == "train").sum()))
    split = manifest["split"].copy()
    split.loc[candidates[:wanted]] = "seen"
    return manifest.assign(split=split)


def authors_or_spots(manifest: pd.DataFrame) -> pd.DataFrame:
    """The manifest, with spots in place of authors where these cannot be kept apart.

    That is where fewer than half of the photos have an author, or one author took more than half,
    as in a folder of one's own. A spot is an S2 cell of level 13, about 1.2 km wide, named
    "spot <cell>". Photos of a spot are alike, so that spots are also what a bootstrap must draw.
    """
    named = manifest.loc[manifest["author"] != "", "author"]
    most = named.value_counts().max() if len(named) else 0
    if 2 * len(named) >= len(manifest) and 2 * most <= len(manifest):
        return manifest
    position = manifest[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    spots = [f"spot {token}" for token in s2.tokens(s2.cell_ids(position, SPOT_LEVEL))]
    return manifest.assign(author=pd.Series(spots, manifest.index, dtype="str"))


def resampled_units(authors: ndarray) -> str:
    """What a bootstrap over these `authors` draws whole, in words.

    >>> resampled_units(np.array(["spot 47a1cc"])), resampled_units(np.array(["", ""]))
    ('spots', 'photos (no author is known)')
    """
    known = [author for author in authors if author != ""]
    if not known:
        return "photos (no author is known)"
    units = "spots" if all(author.startswith("spot ") for author in known) else "authors"
    single = ", and single photos where the author is unknown"
    return units if len(known) == len(authors) else units + single


def authors_note(authors: ndarray) -> str:
    """What a page that speaks of authors must add where it has others, or none; else nothing.

    >>> authors_note(np.array(["Ann", "Bob"]))
    ''
    >>> authors_note(np.array(["Ann", ""]))
    'Photos whose author is unknown count as an author each.'
    """
    known = [author for author in authors if author != ""]
    if not known:
        return "No author is known here: wherever this page says author, each photo has its own."
    if all(author.startswith("spot ") for author in known):
        return (
            "Spots, about 1.2 km wide, stand in for authors here: read so wherever this page says "
            "author or photographer."
        )
    unknown = "Photos whose author is unknown count as an author each."
    return unknown * (len(known) < len(authors))


def groups_of(manifest: pd.DataFrame) -> Int[ndarray, " photos"]:
    """Number of the group of each photo: joined by author and by `sha256` ("" joins nothing)."""
    n = len(manifest)
    rows, columns = [np.arange(n)], [np.arange(n)]
    for name in {"author", "sha256"} & set(manifest):
        known = np.flatnonzero(manifest[name] != "")
        code, _ = pd.factorize(manifest[name].iloc[known])
        first = np.full(code.max(initial=-1) + 1, -1)
        first[code[::-1]] = known[::-1]
        rows.append(known)
        columns.append(first[code])
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    links = coo_array((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(n, n))
    return connected_components(links, directed=False)[1].astype(np.int64) if n else rows


def in_common(manifest: pd.DataFrame, column: str, splits: Sequence[str] = SPLITS) -> pd.DataFrame:
    """How many values of a column two splits have in common; the diagonal counts each split's own.

    With "author" and "sha256" this is the proof that a split leaks neither authors nor copies: all
    zeros off the diagonal among train, val and test. "" counts as no value.
    """
    values = {name: set(manifest.loc[manifest["split"] == name, column]) - {""} for name in splits}
    table = [[len(values[a] & values[b]) for b in splits] for a in splits]
    return pd.DataFrame(table, index=list(splits), columns=list(splits))


def nearest_km(
    latlon_deg: Real[ndarray, "photos 2"], others_deg: Real[ndarray, "others 2"]
) -> Float[ndarray, " photos"]:
    """Great-circle distance from each photo to the nearest of the others, km; inf without others.

    Test photos that stand beside a training photo can be placed by memory alone.
    """
    if len(others_deg) == 0:
        return np.full(len(latlon_deg), np.inf)
    _, nearest = cKDTree(unit_vectors(others_deg)).query(unit_vectors(latlon_deg))
    return great_circle_km(latlon_deg, others_deg[nearest])


def _check_shares(shares: Mapping[str, float]) -> None:
    unknown = sorted(set(shares) - set(DISJOINT))
    if unknown or not shares:
        raise ValueError(f"shares: {unknown or 'nothing'} given; expected some of {DISJOINT}")
    if min(shares.values()) <= 0 or not np.isclose(sum(shares.values()), 1):
        raise ValueError(f"shares: {dict(shares)} should be positive and sum to 1")


def _random_order(
    photo: pd.Series, group: Int[ndarray, " photos"], n_groups: int, seed: int
) -> Int[ndarray, " groups"]:
    """A random order of the groups that depends on the photos' names, not on their rows."""
    by_name = np.argsort(photo.to_numpy(dtype=object), kind="stable")
    _, first = np.unique(group[by_name], return_index=True)
    named = np.argsort(first)  # groups by their first photo's name
    return named[np.random.default_rng([seed, 1]).permutation(n_groups)]


def _fill_empty(
    number: Int[ndarray, " groups"], sizes: Int[ndarray, " groups"], n_splits: int
) -> None:
    """Give each empty split the smallest group of the split that has the most groups, in place."""
    for empty in sorted(set(range(n_splits)) - set(number.tolist())):
        richest = np.bincount(number, minlength=n_splits).argmax()
        groups = np.flatnonzero(number == richest)
        number[groups[sizes[groups].argmin()]] = empty
