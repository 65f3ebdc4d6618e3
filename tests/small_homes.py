"""Home pages small enough for tests: one drawn, one of three artists and two users by hand."""

from functools import cache

import numpy as np
import scipy.sparse as sp

from helpers.bandits.home import Home, draw_home
from helpers.bandits.known import EXPLANATIONS, Known, Shelves
from helpers.bandits.logs import Log
from helpers.interactions import IdMap, Interactions


@cache
def drawn_home(**settings) -> Home:
    """Return a home of 30 listeners; nobody changes it."""
    return draw_home(0, n_listeners=30, n_artists=500, **settings)


def hand_known(n_users=2, n_items=3) -> Known:
    """Return users who play nothing but item 0, with no context beyond the constant."""
    plays = np.zeros((n_users, n_items), dtype=np.float32)
    plays[:, 0] = 2
    names = np.array([f"artist {item}" for item in range(n_items)], dtype=object)
    listening = Interactions(
        sp.csr_array(plays), IdMap(range(n_users)), IdMap(range(n_items)), names
    )
    popularity = listening.item_popularity()
    return Known(
        listening=listening,
        popularity=popularity,
        likely=np.zeros((n_users, 1), dtype=int),
        score=np.tile(np.arange(n_items, dtype=float), (n_users, 1)),
        fame=np.zeros(n_items),
        profile=np.zeros((n_users, 0)),
        is_popular=popularity > 0,
    )


def hand_home(utility, trust=None) -> Home:
    """Return a home of these utilities and, unless told otherwise, without trust in any reason."""
    utility = np.asarray(utility, dtype=np.float32)
    n_users, n_items = utility.shape
    return Home(
        known=hand_known(n_users, n_items),
        seed=0,
        utility=utility,
        trust=np.zeros((n_users, len(EXPLANATIONS))) if trust is None else np.asarray(trust),
        debut=np.zeros(n_items, dtype=int),
        change_day=None,
        becomes=np.arange(n_users)[::-1],
    )


def hand_shelves(known: Known, users, artists, fresh=False, day=0) -> Shelves:
    """Return shelves of these pools, "new this week" being true of all or none."""
    users, artists = np.asarray(users), np.asarray(artists)
    return known.shelves(day, users, artists, np.full(artists.shape, fresh))


def hand_log(shelves: Shelves, card, propensity, streamed) -> Log:
    """Return a log of one day."""
    return Log(
        (shelves,), np.asarray(card), np.asarray(propensity, float), np.asarray(streamed, bool)
    )
