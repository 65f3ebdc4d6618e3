"""What listeners do besides listening: they tag artists and make friends, after their taste."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from helpers.data.synthetic.names import (
    COUNTRIES,
    DECADES,
    FAMILIES,
    GENRE_NAMES,
    MOODS,
    SCENE_NAMES,
    SCENES_PER_GENRE,
    VOICES,
    junk_tags,
)
from helpers.data.synthetic.settings import zipf_shares
from helpers.data.synthetic.world import LISTENERS_A_CHUNK, World

# How readily a trait of an artist becomes a tag (log weights); each user adds a leaning. Users
# do not agree on words: each time, a nearby genre and a nearby scene may be named instead.
_TRAIT_LOG_WEIGHTS = {
    "genre": 1.4,
    "scene": 1.6,
    "second scene": -0.5,
    "nearby genre": 1.1,
    "nearby scene": 0.6,
    "mood": -0.6,
    "decade": -1.0,
    "voice": 0.1,
    "country": -1.2,
    "junk": 2.2,
    "more junk": 1.8,
}


class Heard(NamedTuple):
    """What is remembered of all lists when tags are drawn.

    Attributes
    ----------
    lists : ndarray of int32, shape (n_listeners, list_length)
        Artist rows, -1 after the end of a list.
    listeners : ndarray of int, shape (n_artists,)
        Number of lists that hold an artist.
    """

    lists: np.ndarray
    listeners: np.ndarray


class Tagging(NamedTuple):
    """Assignments of some listeners; arrays of one length.

    Attributes
    ----------
    listeners, artists, tags : ndarray of int
        Rows of the world; positions in the vocabulary.
    year, month, day : ndarray of int
    """

    listeners: np.ndarray
    artists: np.ndarray
    tags: np.ndarray
    year: np.ndarray
    month: np.ndarray
    day: np.ndarray


def tag_vocabulary(world: World) -> list[str]:
    """Return all tags: those of traits first, then what users make up, frequent ones first."""
    moods = [mood for moods in MOODS for mood in moods]
    traits = dict.fromkeys([*GENRE_NAMES, *SCENE_NAMES, *moods, *DECADES, *VOICES, *COUNTRIES])
    n_junk = world.settings.n_tags - len(traits)
    return [*traits, *junk_tags(n_junk, world.rng("junk"))]


def assign_tags(world: World, heard: Heard, vocabulary: list[str]) -> Iterator[Tagging]:
    """Yield who gives which artist which tags, some listeners at a time."""
    traits, n_traits = _trait_tags(world, vocabulary)
    junk_shares = zipf_shares(len(vocabulary) - n_traits, world.settings.junk_exponent)
    junk_bounds = np.cumsum(junk_shares)
    reach = heard.listeners**world.settings.tagged_reach_exponent
    by_scene = _RowSampler.of_groups(reach, world.scene, len(SCENE_NAMES))
    for start in range(0, world.settings.n_listeners, LISTENERS_A_CHUNK):
        rows = np.arange(start, min(start + LISTENERS_A_CHUNK, world.settings.n_listeners))
        rng = world.rng("tags", start)
        users, artists = _tagged_artists(world, heard, by_scene, rows, rng)
        pool = n_traits + np.searchsorted(
            junk_bounds[:-1], rng.random((len(rows), world.settings.junk_a_user))
        )
        words = _with_nearby_words(traits[artists], world.genre[artists], rng)
        row, tags = _choose_tags(world, words, users, pool, rng)
        users, artists = users[row], artists[row]
        kept = _most_used(users, tags, len(vocabulary), world.settings.distinct_tags_max)
        users, artists, tags = users[kept], artists[kept], tags[kept]
        order = np.lexsort((tags, artists, users))
        dates = _draw_dates(users, len(rows), rng)
        yield Tagging(
            rows[users[order]], artists[order], tags[order], *(part[order] for part in dates)
        )


def draw_friendships(world: World) -> np.ndarray:
    """Return pairs of friends, shape (n_pairs, 2), each once, the smaller row first.

    A listener meets others in the scenes of both and befriends the most like-minded.
    """
    settings, theta = world.settings, world.listener_factors
    rng = world.rng("friends")
    sociable = np.exp(settings.links_log_sd * rng.standard_normal(len(theta)))
    sociable /= sociable.mean()
    scenes = _RowSampler(theta)
    people = _RowSampler((theta * sociable[:, None]).T)
    length = np.linalg.norm(theta, axis=1)
    n_links = 1 + rng.poisson((settings.links_a_user - 1) * sociable)
    pairs = []
    for start in range(0, len(theta), LISTENERS_A_CHUNK):
        stop = start + LISTENERS_A_CHUNK
        starters = np.repeat(np.arange(len(theta))[start:stop], n_links[start:stop])
        shape = (len(starters), settings.friend_candidates)
        met = people.draw(scenes.draw(np.repeat(starters, shape[1]), rng), rng).reshape(shape)
        likeness = np.einsum("ls,lcs->lc", theta[starters], theta[met]) / length[met]
        likeness[met == starters[:, None]] = -1
        friends = met[np.arange(len(met)), likeness.argmax(axis=1)]
        pairs.append(np.sort(np.column_stack([starters, friends]), axis=1))
    pairs = np.unique(np.concatenate(pairs), axis=0)
    return pairs[pairs[:, 0] != pairs[:, 1]]


class _RowSampler:
    """Draws columns of a matrix of weights, given rows, by inverting cumulated shares."""

    def __init__(self, weights: np.ndarray | sp.csr_array) -> None:
        weights = sp.csr_array(weights)
        self._columns, self._starts = weights.indices, weights.indptr[:-1]
        self._sizes = np.diff(weights.indptr)
        rows = np.repeat(np.arange(weights.shape[0]), self._sizes)
        sums = np.cumsum(weights.data)
        before = np.concatenate([[0.0], sums])[self._starts]
        totals = np.concatenate([[0.0], sums])[weights.indptr[1:]] - before
        # Row r covers the interval from r to r + 1, so one search serves all rows.
        self._bounds = rows + (sums - before[rows]) / totals[rows]

    @classmethod
    def of_groups(cls, weights: np.ndarray, groups: np.ndarray, n_groups: int) -> "_RowSampler":
        """Return the sampler whose rows are groups of columns with one weight a column."""
        columns = np.flatnonzero(weights)
        cells = (weights[columns], (groups[columns], columns))
        return cls(sp.coo_array(cells, shape=(n_groups, len(weights))).tocsr())

    def is_empty(self, rows: np.ndarray) -> np.ndarray:
        """Return whether a row has no column to draw."""
        return self._sizes[rows] == 0

    def draw(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return one column for each of `rows`, none of which may be empty."""
        found = np.searchsorted(self._bounds, rows + rng.random(len(rows)), side="right")
        last = self._starts[rows] + self._sizes[rows] - 1
        return self._columns[np.clip(found, self._starts[rows], last)]


def _tagged_artists(
    world: World, heard: Heard, by_scene: _RowSampler, rows: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return distinct pairs (position in `rows`, artist row) of those that receive tags."""
    settings = world.settings
    draws = np.exp(settings.tagged_log_sd * rng.standard_normal(len(rows)))
    n_tagged = np.clip(np.rint(settings.tagged_median * draws), 1, settings.tagged_max).astype(int)
    users = np.repeat(np.arange(len(rows)), n_tagged)
    own = world.list_length[rows][users]
    artists = heard.lists[rows[users], rng.integers(0, own)].astype(np.int64)
    scenes = _RowSampler(world.listener_factors[rows]).draw(users, rng)
    is_other = rng.random(len(users)) >= settings.tagged_own_share
    is_other &= ~by_scene.is_empty(scenes)
    artists[is_other] = by_scene.draw(scenes[is_other], rng)
    unlisted = np.flatnonzero(heard.listeners == 0)
    is_unlisted = rng.random(len(users)) < settings.tagged_unlisted_share
    if len(unlisted):
        artists[is_unlisted] = rng.choice(unlisted, is_unlisted.sum())
    pairs = np.unique(users * len(world.scene) + artists)
    return np.divmod(pairs, len(world.scene))


def _choose_tags(
    world: World,
    traits: np.ndarray,
    users: np.ndarray,
    pool: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return distinct pairs (position in `users`, tag)."""
    # The first words of a user's own pool come most often.
    words = (pool.shape[1] * rng.random((len(users), 2)) ** 2).astype(int)
    candidates = np.concatenate([traits, pool[users[:, None], words]], axis=1)
    weights = np.array(list(_TRAIT_LOG_WEIGHTS.values()))
    leaning = rng.standard_normal((len(pool), len(weights)))
    scores = weights + leaning[users] - np.log(rng.standard_exponential(candidates.shape))
    scores[candidates < 0] = -np.inf
    settings = world.settings
    talkative = rng.standard_normal(len(pool)) * settings.further_tags_log_sd
    further = settings.further_tags * np.exp(talkative - settings.further_tags_log_sd**2 / 2)
    n_tags = rng.geometric(1 / (1 + further[users]))
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    row, column = np.nonzero((ranks < n_tags[:, None]) & (candidates >= 0))
    n_all = world.settings.n_tags
    pairs = np.unique(row * n_all + candidates[row, column])
    return np.divmod(pairs, n_all)


def _with_nearby_words(
    traits: np.ndarray, genre: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Insert the tags of a random genre of the family, and of a random scene of the genre."""
    names = np.array(GENRE_NAMES)
    nearby_genre = np.empty(len(genre), dtype=int)
    for family in FAMILIES:
        members = np.flatnonzero(np.isin(names, family))
        of_family = np.isin(genre, members)
        nearby_genre[of_family] = rng.choice(members, of_family.sum())
    scene = SCENES_PER_GENRE * genre + rng.integers(0, SCENES_PER_GENRE, len(genre))
    nearby_scene = len(GENRE_NAMES) + scene  # in the vocabulary, scenes follow genres
    return np.column_stack([traits[:, :3], nearby_genre, nearby_scene, traits[:, 3:]])


def _trait_tags(world: World, vocabulary: list[str]) -> tuple[np.ndarray, int]:
    """Return the tags of each artist's traits (-1: none), and how many tags are of traits."""
    position = {tag: at for at, tag in enumerate(vocabulary)}

    def tags_of(words: tuple[str, ...], which: np.ndarray) -> np.ndarray:
        return np.where(which < 0, -1, np.array([position[word] for word in words])[which])

    moods = np.array([[position[mood] for mood in moods] for moods in MOODS])
    labels = world.labels
    columns = (
        tags_of(GENRE_NAMES, world.genre),
        tags_of(SCENE_NAMES, world.scene),
        tags_of(SCENE_NAMES, _second_scene(world)),
        moods[world.genre, labels["mood"]],
        tags_of(DECADES, labels["decade"]),
        tags_of(VOICES, labels["voice"]),
        tags_of(COUNTRIES, labels["country"]),
    )
    n_traits = 1 + max(position[word] for word in COUNTRIES)
    return np.column_stack(columns), n_traits


def _second_scene(world: World) -> np.ndarray:
    """Return a further scene of each artist, -1 where there is none."""
    factors = world.artist_factors
    artists = np.repeat(np.arange(len(world.scene)), np.diff(factors.indptr))
    further = factors.indices != world.scene[artists]
    second = np.full(len(world.scene), -1)
    second[artists[further]] = factors.indices[further]
    return second


def _most_used(users: np.ndarray, tags: np.ndarray, n_tags: int, limit: int) -> np.ndarray:
    """Return which assignments are of the `limit` most used tags of their user."""
    words, which, uses = np.unique(users * n_tags + tags, return_inverse=True, return_counts=True)
    owner = words // n_tags
    order = np.lexsort((words, -uses, owner))
    first = np.searchsorted(owner[order], owner[order])
    is_kept = np.empty(len(words), dtype=bool)
    is_kept[order] = np.arange(len(words)) - first < limit
    return is_kept[which]


def _draw_dates(
    users: np.ndarray, n_users: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return year, month and day; like the real ones most are the first of a month."""
    n = len(users)
    joined = rng.choice([2005, 2006, 2007, 2008, 2009, 2010], n_users, p=_JOINED_SHARES)[users]
    year = joined + (rng.random(n) * (2011.4 - joined)).astype(int)
    month = np.where(year == 2011, rng.integers(1, 6, n), rng.integers(1, 13, n))
    day = rng.choice([1, 5, 6, 9], n, p=(0.981, 0.008, 0.008, 0.003))
    year[rng.random(n) < _IMPOSSIBLE_DATES] = 1956  # The real files have a few such dates.
    return year, month, day


_JOINED_SHARES = (0.05, 0.13, 0.25, 0.32, 0.17, 0.08)
_IMPOSSIBLE_DATES = 2e-5
