"""The cube around the sphere: its six faces, and S2's grid of leaf cells on them.

A face is a square with coordinates u, v in [-1, 1], seen from the center of the sphere (so edges of
cells are geodesics). S2's quadratic projection turns them into s, t in [0, 1], in which cells
are even squares: the areas of cells of one level then differ by a factor of 2.1 at most.
"""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.hilbert import MAX_LEVEL

SIZE = 1 << MAX_LEVEL  # leaf cells along the side of a face

# Which of x, y, z becomes u (and v) of each face, once divided by the face's own axis.
_U_AXIS, _V_AXIS = np.array([[1, 0, 0, 2, 2, 1], [2, 2, 1, 1, 0, 0]])
_U_SIGN, _V_SIGN = np.array([[1.0, -1, -1, 1, 1, -1], [1, 1, -1, 1, -1, -1]])


def face_uv(
    vectors: Float[ndarray, "n 3"],
) -> tuple[Int[ndarray, " n"], Float[ndarray, " n"], Float[ndarray, " n"]]:
    """Face of the cube that each vector (of any length) passes through, and where: u and v."""
    n, values = len(vectors), vectors.T.ravel()  # all x, then all y, then all z
    size_x, size_y, size_z = (np.abs(axis) for axis in vectors.T)
    on_z = size_z >= np.maximum(size_x, size_y)  # ties on the cube's edges as in S2
    on_x = (size_x > size_y) & ~on_z
    # Gathering is several times faster than np.where on conditions that no processor foresees.
    point = np.arange(n)
    face = on_z.astype(np.int64) - on_x + 1
    main = values[face * n + point]
    face += 3 * (main < 0)
    u = _U_SIGN[face] * values[_U_AXIS[face] * n + point] / main
    v = _V_SIGN[face] * values[_V_AXIS[face] * n + point] / main
    return face, u, v


def face_xyz(
    face: Int[ndarray, "..."], u: Float[ndarray, "*shape"], v: Float[ndarray, "*shape"]
) -> Float[ndarray, "*shape 3"]:
    """Vectors (not of unit length) through the points u, v of the cube's faces."""
    one = np.ones_like(u)
    x = np.choose(face, [one, -u, -u, -one, v, v])
    y = np.choose(face, [u, one, -v, -v, -one, u])
    z = np.choose(face, [v, v, one, -u, -u, -one])
    return np.stack([x, y, z], axis=-1)


def leaf_coordinate(u: Float[ndarray, "*shape"]) -> Int[ndarray, "*shape"]:
    """Leaf column (or row) of a face coordinate, 0 … SIZE - 1, by S2's quadratic projection."""
    # Equal to the last bit to root for u >= 0 and 1 - root below, where root = sqrt(...) / 2.
    st = 0.5 + np.copysign(0.5 * np.sqrt(1 + 3 * np.abs(u)) - 0.5, u)
    return np.minimum((st * SIZE).astype(np.int64), SIZE - 1)


def face_coordinate(leaf: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Face coordinate u (or v) of a place between leaf columns (or rows): 0 is -1, SIZE is 1."""
    st = leaf / SIZE
    upper = (1 / 3) * (4 * st * st - 1)
    lower = (1 / 3) * (1 - 4 * (1 - st) * (1 - st))
    return np.where(st >= 0.5, upper, lower)


def on_next_face(
    face: Int[ndarray, " n"], i: Int[ndarray, " n"], j: Int[ndarray, " n"]
) -> tuple[Int[ndarray, " n"], Int[ndarray, " n"], Int[ndarray, " n"]]:
    """Face, column and row of leaf cells whose column or row lies beyond their face.

    Seen from the center of the cube a leaf just beyond a face lies on the next one. A linear
    projection will do: it changes nothing along the edge that the two faces share.
    """
    just_beyond = 1 + 2**-50  # a whole leaf beyond would move the other coordinate by up to half
    u, v = (((2 * k + 1) / SIZE - 1).clip(-just_beyond, just_beyond) for k in (i, j))
    face, u, v = face_uv(face_xyz(face, u, v))
    i, j = ((SIZE * (w + 1) / 2).astype(np.int64).clip(0, SIZE - 1) for w in (u, v))
    return face, i, j
