"""Worlds of a few users and items for the tests of models, and models small enough for them."""

import inspect

import numpy as np
import scipy.sparse as sp

from helpers.interactions import IdMap, Interactions
from helpers.models import MODELS, Recommender, make_model
from helpers.side import SideInformation

# Settings by their usual names, for whichever model has them.
SMALL = {
    "alpha0": 0.1,
    "epochs": 10,
    "factors": 3,
    "iterations": 5,
    "regularization": 0.1,
}


def small_model(name: str, **settings) -> Recommender:
    """Return a model small enough for a toy."""
    known = inspect.signature(MODELS[name]).parameters
    small = {setting: value for setting, value in SMALL.items() if setting in known}
    return make_model(name, **small | settings)


def as_interactions(counts, tagged=None, friends=()) -> Interactions:
    """Return a world of these counts; unless told otherwise, a tag says if an item is even.

    Parameters
    ----------
    counts : array-like, shape (n_users, n_items)
    tagged : array-like, shape (n, 3), optional
        User, item and tag of each assignment.
    friends : pairs of users
        Either way round.
    """
    matrix = sp.csr_array(np.asarray(counts, dtype=np.float32))
    n_users, n_items = matrix.shape
    if tagged is None:  # by a user who plays the item, where there is one
        first_player = np.asarray(counts).argmax(axis=0)
        tagged = np.column_stack([first_player, np.arange(n_items), np.arange(n_items) % 2])
    names = np.array([f"item {i}" for i in range(n_items)], dtype=object)
    side = side_information(tagged, (n_users, n_items), friends)
    return Interactions(matrix, IdMap(range(n_users)), IdMap(range(n_items)), names, side)


def side_information(tagged, shape, friends=()) -> SideInformation:
    """Return tags, named tag 0 and so on, and friends of a world of this shape."""
    tagged = np.asarray(tagged, dtype=np.int64).reshape(-1, 3)
    tags = np.array([f"tag {t}" for t in range(tagged[:, 2].max(initial=-1) + 1)], dtype=object)
    befriended = sp.lil_array((shape[0], shape[0]), dtype=np.float32)
    for one, other in friends:
        befriended[one, other] = befriended[other, one] = 1
    return SideInformation(tagged, tags, shape[1], befriended.tocsr())


def checkerboard(n, withhold_diagonal=True) -> Interactions:
    """Even users like even items and odd users odd ones; the diagonal is to be found."""
    rows, cols = np.indices((n, n))
    liked = (rows + cols) % 2 == 0
    if withhold_diagonal:
        liked &= rows != cols
    return as_interactions(liked)


def random_plays(seed, shape=(12, 9)) -> Interactions:
    """Return counts drawn without any structure, a few of them large."""
    counts = np.random.default_rng(seed).poisson(0.7, shape)
    counts[0, 0] += 1
    return as_interactions(counts)
