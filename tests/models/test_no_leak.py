"""What is held out must reach no model, neither by a tag nor through a friend.

Somebody who tags an artist knows the artist. The world of these tests makes that as bad as it
gets: tastes are random, so nothing honest can be learnt, and every listener marks each of their
artists with a tag of their own and each pair with a tag that nobody uses twice. A model that sees
the marks on held-out pairs is nearly perfect; one that does not guesses.
"""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from small_worlds import as_interactions, small_model

from helpers.evaluation.ranking import ranking_metrics
from helpers.models import MODELS, Content, Recommender
from helpers.side import SideInformation
from helpers.split import leave_k_out, per_user_split, random_split

N_USERS, N_ITEMS, N_OWN = 40, 120, 12
SPLITS = {
    "random": lambda world: random_split(world, 0.3, seed=1),
    "random with validation": lambda world: random_split(world, 0.3, 0.2, seed=1),
    "per user": lambda world: per_user_split(world, 0.3, seed=1),
    "per user with validation": lambda world: per_user_split(world, 0.3, 0.2, seed=1),
    "leave three out": lambda world: leave_k_out(world, 3, seed=1),
    "a split of a training set": lambda world: random_split(
        random_split(world, 0.2, seed=1).train, 0.3, seed=2
    ),
}
SETTINGS = {"lightfm": {"tags": True}}  # where a model reads tags only if it is told to
READ_TAGS = [name for name in ("content", "lightfm", "blend") if name in MODELS]


def trained(name):
    return small_model(name, **SETTINGS.get(name, {}))


@pytest.fixture(scope="module")
def plays():
    rng = np.random.default_rng(0)
    counts = np.zeros((N_USERS, N_ITEMS), dtype=np.float32)
    for row in counts:
        row[rng.choice(N_ITEMS, N_OWN, replace=False)] = rng.integers(1, 50, N_OWN)
    return counts


@pytest.fixture(scope="module")
def friends():
    return [(user, (user + step) % N_USERS) for user in range(N_USERS) for step in (1, 2)]


@pytest.fixture(scope="module")
def betrayed(plays, friends):
    """The world in which every pair is marked by its listener."""
    users, items = np.nonzero(plays)
    of_pair = N_USERS + np.arange(len(users))
    marks = np.concatenate([np.column_stack([users, items, tag]) for tag in (users, of_pair)])
    return as_interactions(plays, marks, friends)


def without_marks_on(world, hidden):
    """Return the world as if nobody had ever tagged the hidden pairs, worked out row by row."""
    cells = set(zip(*hidden.user_items.nonzero(), strict=True))
    keep = [(user, item) not in cells for user, item, _ in world.side.tagged]
    return replace(world, side=replace(world.side, tagged=world.side.tagged[keep]))


def lists_of(name, train):
    return trained(name).fit(train).recommend(np.arange(N_USERS), 10, exclude=train)


def share_of_secrets(train, world):
    """Return how often tags put an artist first who was held out, in validation or test."""
    secret = world.user_items - train.user_items
    secret.eliminate_zeros()
    return np.nanmean(ranking_metrics(lists_of("content", train).items, secret, 1)[1]["precision"])


def assert_marks_change_nothing(name, world, make_split):
    """Fail if the lists differ between marks on the held-out pairs and none."""
    split = make_split(world)
    honest = without_marks_on(world, split.test)
    if split.validation is not None:
        honest = without_marks_on(honest, split.validation)
    with_marks, without = lists_of(name, split.train), lists_of(name, make_split(honest).train)
    np.testing.assert_array_equal(with_marks.items, without.items)
    np.testing.assert_array_equal(with_marks.scores, without.scores)


@pytest.fixture
def leaky_splits(monkeypatch):
    """Splits that forget to take the tags of held-out pairs away."""
    monkeypatch.setattr(SideInformation, "without", lambda self, pairs: self)


class LeakyContent(Content):
    """A model that reads tags from somewhere else than its training set."""

    tags_of_everything: SideInformation

    def _fit(self, train):
        super()._fit(replace(train, side=self.tags_of_everything))


@pytest.mark.parametrize("split", SPLITS)
def test_no_tag_of_a_held_out_pair_is_in_training(betrayed, split):
    parts = SPLITS[split](betrayed)
    for hidden in (parts.test, parts.validation):
        if hidden is not None:
            cells = set(zip(*hidden.user_items.nonzero(), strict=True))
            assert not cells & {(user, item) for user, item, _ in parts.train.side.tagged}
    kept = {(user, item) for user, item, _ in parts.train.side.tagged}
    assert kept == set(zip(*parts.train.user_items.nonzero(), strict=True))


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", MODELS)
def test_tags_on_held_out_pairs_change_no_list(betrayed, name, split):
    assert_marks_change_nothing(name, betrayed, SPLITS[split])


@pytest.mark.parametrize("name", [name for name in MODELS if name not in READ_TAGS])
def test_no_other_model_reads_tags(betrayed, name):
    without_tags = replace(betrayed.side, tagged=betrayed.side.tagged[:0])
    with_tags, without = (
        lists_of(name, betrayed),
        lists_of(name, replace(betrayed, side=without_tags)),
    )
    np.testing.assert_array_equal(with_tags.scores, without.scores)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", READ_TAGS)
@pytest.mark.usefixtures("leaky_splits")
def test_the_test_above_catches_splits_that_leak(betrayed, name, split):
    with pytest.raises(AssertionError, match="not equal"):
        assert_marks_change_nothing(name, betrayed, SPLITS[split])


def test_the_test_above_catches_a_model_that_leaks(betrayed, monkeypatch):
    monkeypatch.setitem(MODELS, "content", LeakyContent)

    def make_split(world):
        monkeypatch.setattr(LeakyContent, "tags_of_everything", world.side, raising=False)
        return SPLITS["random"](world)

    with pytest.raises(AssertionError, match="not equal"):
        assert_marks_change_nothing("content", betrayed, make_split)


@pytest.mark.parametrize("split", SPLITS)
def test_honest_tags_are_a_guess_in_this_world(betrayed, split):
    assert share_of_secrets(SPLITS[split](betrayed).train, betrayed) < 0.2


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.usefixtures("leaky_splits")
def test_leaked_tags_are_nearly_perfect_in_this_world(betrayed, split):
    assert share_of_secrets(SPLITS[split](betrayed).train, betrayed) > 0.9


class LeakyFriends(Recommender):
    """A model that reads what friends play from somewhere else than its training set."""

    name = "friends"
    plays_of_everything = None

    def _fit(self, train):
        self.scores = (train.side.friends @ self.plays_of_everything.user_items).toarray()

    def score(self, user_rows):
        return self.scores[user_rows]


def with_other_secrets(world, split):
    """Return the world with the same training pairs and other held-out ones, marked too."""
    free = (world.user_items.toarray() == 0).astype(np.float32)
    n_hidden = np.diff(split.test.user_items.indptr)
    hidden = free * (free.cumsum(axis=1) <= n_hidden[:, None])
    users, items = np.nonzero(hidden)
    marks = np.column_stack([users, items, users])
    side = replace(world.side, tagged=np.concatenate([split.train.side.tagged, marks]))
    plays = split.train.user_items + sp.csr_array(hidden)
    return replace(world, user_items=plays, side=side)


def assert_secrets_change_nothing(name, world):
    """Fail if the lists depend on what anybody, a friend say, plays in the held-out part."""
    split = SPLITS["random"](world)
    other = with_other_secrets(world, split)
    assert (other.user_items != world.user_items).nnz > 0
    before = lists_of(name, split.train)
    LeakyFriends.plays_of_everything = other
    after = lists_of(name, other.with_matrix(split.train.user_items))
    np.testing.assert_array_equal(after.items, before.items)
    np.testing.assert_array_equal(after.scores, before.scores)


@pytest.mark.parametrize("name", MODELS)
def test_what_friends_play_in_the_held_out_part_changes_no_list(betrayed, name):
    assert_secrets_change_nothing(name, betrayed)


def test_the_test_above_catches_a_model_that_leaks_friends(betrayed, monkeypatch):
    monkeypatch.setitem(MODELS, "friends", LeakyFriends)
    monkeypatch.setattr(LeakyFriends, "plays_of_everything", betrayed)
    with pytest.raises(AssertionError, match="not equal"):
        assert_secrets_change_nothing("friends", betrayed)
