r"""Ranked candidates in, fairer or more varied lists out; no model is trained again.

Every function takes `candidates`, the best K items of each user with the model's own scores
(`model.recommend(rows, K, exclude=train)`, K some hundreds), and returns lists of `k` of them. The
scores returned are the model's, in the new order. Each has one knob, and with the knob at "off" the
lists are the first k candidates exactly, whichever model they come from.

A user with fewer than k candidates gets a shorter list, padded with -1. Where all scores of a user
are equal nothing is given up by any order, and the knob alone decides, ties in candidate order. An
item without training users counts as if it had one.
"""

from helpers.rerank.greedy import calibrate_popularity, diversify, xquad
from helpers.rerank.lists import first
from helpers.rerank.places import cap_group, inject_niche
from helpers.rerank.scores import (
    divide_by_popularity,
    penalise_popularity,
    second_opinion,
    spread,
)

__all__ = [
    "calibrate_popularity",
    "cap_group",
    "diversify",
    "divide_by_popularity",
    "first",
    "inject_niche",
    "penalise_popularity",
    "second_opinion",
    "spread",
    "xquad",
]
