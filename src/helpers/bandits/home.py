"""A home page of shelves on which listeners of the synthetic world stream or skip.

Every day each listener opens the page once and sees its first few shelves. A shelf has a pool of
artists that is offered that day; a policy picks one card from it, an artist together with the
reason given for showing it. What a listener would do with every card is known, since the
preferences behind the world are.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from helpers.bandits.known import EXPLANATIONS, Known, Shelves
from helpers.checks import number_between, whole_number
from helpers.data.synthetic.settings import WorldSettings
from helpers.data.synthetic.world import draw_world
from helpers.errors import SettingError
from helpers.feedback import Society, draw_society
from helpers.models.als import ALS

# Fixed by what is plausible, before any policy was run: an artist outside a listener's taste is
# streamed one time in twenty, one of the best hundredth every other time.
_NO_INTEREST, _TASTE = -3.0, 3.0
# Reasons matter less than music, and to each listener otherwise: one standard deviation of a
# listener's trust in a reason changes the odds of a stream by a factor of 1.8.
_TRUST = 0.6

_MOST_SHELVES, _SCROLLS = 4, 0.6
_POOL = {"taste": 4, "fame": 3, "chance": 3}  # artists a shelf, by what brought them there
_LIKELY = 50  # the artists that a model of the listening so far can bring to a shelf
_WEEK = 7
_FRESH = 0.2  # share of the artists with something new out in a week
_DEBUT_WEEKS = 4  # all that a new artist does is new for so long
_POPULAR = 0.25  # share of the artists that may be called popular


@dataclass(frozen=True)
class Home:
    """The page and its listeners.

    Attributes
    ----------
    known : Known
        What a policy may see.
    seed : int
        Fixes the shelves of every day.
    utility : ndarray of float32, shape (n_users, n_items)
        How much a user truly likes an item, from 0 to 1, as in `helpers.feedback.Society`.
    trust : ndarray of float, shape (n_users, 3)
        What each of `EXPLANATIONS` adds to the log-odds of a stream.
    debut : ndarray of int, shape (n_items,)
        The first day an item is offered; 0 for those that were there before.
    change_day : int or None
        From this day on the users in `changed` have the taste and the trust of `becomes`.
    becomes : ndarray of int, shape (n_users,)
        The user whose taste it is; a user who stays the same is their own.
    """

    known: Known
    seed: int
    utility: np.ndarray
    trust: np.ndarray
    debut: np.ndarray
    change_day: int | None
    becomes: np.ndarray

    def visit(self, day: int) -> Shelves:
        """Return the shelves that are seen on a day: equal days of equal homes are equal.

        The number seen is 1 plus a binomial of 3 with chance 0.6. A pool of ten has four artists
        from the user's fifty likeliest by ALS, three drawn by their popularity and three by
        chance, with replacement: an artist can stand in a pool twice.
        """
        day = whole_number("day", day, 0)
        rng = np.random.default_rng([self.seed, 1, day])
        n_users, n_items = self.utility.shape
        n_seen = 1 + rng.binomial(_MOST_SHELVES - 1, _SCROLLS, n_users)
        users = np.repeat(np.arange(n_users), n_seen)
        by_taste = rng.integers(_LIKELY, size=(len(users), _POOL["taste"]))
        fame = np.cumsum(self.known.popularity, dtype=float)
        by_fame = np.searchsorted(
            fame, fame[-1] * rng.random((len(users), _POOL["fame"])), side="right"
        )
        offered = np.flatnonzero(self.debut <= day)
        by_chance = offered[rng.integers(len(offered), size=(len(users), _POOL["chance"]))]
        artists = np.hstack([self.known.likely[users[:, None], by_taste], by_fame, by_chance])
        return self.known.shelves(day, users, artists, self._fresh(day, n_items)[artists])

    def chance(self, shelves: Shelves) -> np.ndarray:
        r"""Return the true chance that each card is streamed, NaN for one that may not be shown.

        .. math:: \sigma(-3 + 3\,\mathrm{utility}_{ui} + \mathrm{trust}_{ue})

        Returns
        -------
        ndarray of float, shape (n_shelves, n_cards)
        """
        users = shelves.users
        if self.change_day is not None and shelves.day >= self.change_day:
            users = self.becomes[users]
        taste = _TASTE * self.utility[users[:, None], shelves.artists]
        log_odds = _NO_INTEREST + taste[:, :, None] + self.trust[users][:, None, :]
        return np.where(shelves.eligible, expit(log_odds), np.nan).reshape(len(users), -1)

    def _fresh(self, day: int, n_items: int) -> np.ndarray:
        week = np.random.default_rng([self.seed, 2, day // _WEEK]).random(n_items) < _FRESH
        return week | ((self.debut > 0) & (day < self.debut + _DEBUT_WEEKS * _WEEK))


def draw_home(
    seed: int,
    n_listeners: int = 120,
    n_artists: int = 1200,
    *,
    change_day: int | None = None,
    changed: float = 0.5,
    debut_day: int | None = None,
    debuts: float = 0.2,
) -> Home:
    """Draw a society, its home page and what is known before the first visit.

    Trust in "popular near you" goes with how mainstream a listener is, in "new this week" with
    how open they are, and in "because you play" with nothing else: three independent traits,
    whose standard deviation is 0.6 in log-odds.

    Parameters
    ----------
    seed : int
        From 0 on; equal arguments give equal homes.
    n_listeners, n_artists : int
        As in `helpers.feedback.draw_society`; at least 500 artists.
    change_day : int, optional
        On this day the share `changed` of the listeners take on the taste of one another.
    changed : float
        From 0 to 1.
    debut_day : int, optional
        Until this day the share `debuts` of the artists, chosen by chance, do not exist: nothing
        of theirs is offered and nobody has played them.
    debuts : float
        From 0 to 0.5.

    Raises
    ------
    SettingError
        If an argument is out of range, or the listeners know so many of the few artists played
        that nothing remains to offer.
    """
    society = draw_society(seed, n_listeners, n_artists)
    rng = np.random.default_rng([seed, 0])
    n_users, n_items = society.utility.shape
    debut = np.zeros(n_items, dtype=np.int64)
    if debut_day is not None:
        newcomers = rng.random(n_items) < number_between("debuts", debuts, 0, 0.5)
        debut[newcomers] = whole_number("debut_day", debut_day, 1)
    becomes = np.arange(n_users)
    if change_day is not None:
        change_day = whole_number("change_day", change_day, 1)
        n_changed = round(number_between("changed", changed, 0, 1) * n_users)
        moved = rng.permutation(n_users)[:n_changed]
        becomes[moved] = np.roll(moved, 1)
    return Home(
        known=_known(society, debut),
        seed=seed,
        utility=society.utility,
        trust=_trust(seed, n_users, n_artists, rng),
        debut=debut,
        change_day=change_day,
        becomes=becomes,
    )


def _known(society: Society, debut: np.ndarray) -> Known:
    listening = society.listening
    matrix = listening.user_items.copy()
    matrix.data[debut[matrix.indices] > 0] = 0
    matrix.eliminate_zeros()
    listening = listening.with_matrix(matrix)
    model = ALS().fit(listening)
    known = Known.of(listening, model, n_likely=_LIKELY, popular_share=_POPULAR)
    if known.likely.min() < 0:
        raise SettingError(
            f"{listening.n_users} listeners play {listening.n_items} artists, which leaves one of "
            f"them fewer than {_LIKELY} to discover; take more listeners or artists"
        )
    return known


def _trust(seed: int, n_users: int, n_artists: int, rng: np.random.Generator) -> np.ndarray:
    # The same world as the society's: equal settings and seeds give equal worlds.
    world = draw_world(WorldSettings(n_listeners=n_users, n_artists=n_artists), seed)
    traits = {
        "because you play": rng.standard_normal(n_users),
        "new this week": np.log(world.openness),
        "popular near you": world.mainstream,
    }
    trust = np.column_stack([traits[name] for name in EXPLANATIONS])
    return _TRUST * (trust - trust.mean(axis=0)) / trust.std(axis=0)
