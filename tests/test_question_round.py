"""Questions are asked where the answer is open, and what they teach is Bayesian regression."""

import numpy as np
import pytest
import scipy.sparse as sp
from small_worlds import as_interactions

from helpers import question_round
from helpers.errors import NotFittedError, SettingError
from helpers.models import ALS
from helpers.models.lists import best_of
from helpers.question_round import ask

N_ITEMS = 40


@pytest.fixture(scope="module")
def model():
    """Trained on listeners who play half of the even artists, or half of the odd ones."""
    rng = np.random.default_rng(0)
    of_camp = np.arange(200)[:, None] % 2 == np.arange(N_ITEMS) % 2
    return ALS(factors=4).fit(as_interactions(of_camp & (rng.random(of_camp.shape) < 0.5)))


def newcomers(n: int = 30) -> sp.csr_array:
    rng = np.random.default_rng(1)
    of_camp = np.arange(n)[:, None] % 2 == np.arange(N_ITEMS) % 2
    return sp.csr_array((of_camp & (rng.random(of_camp.shape) < 0.5)).astype(np.float32))


@pytest.mark.parametrize("adapt", [True, False])
def test_belief_is_that_of_bayesian_regression_on_all_answers_at_once(model, adapt):
    asked = ask(model, newcomers(), 7, adapt=adapt)
    mean, covariance = question_round._population(model)
    for row in range(30):
        y = model.item_factors[asked.items[row]].astype(float)
        of_answers = y @ covariance @ y.T + question_round.NOISE**2 * np.eye(7)
        surprise = asked.answers[row] - y @ mean
        expected = mean + covariance @ y.T @ np.linalg.solve(of_answers, surprise)
        assert asked.vectors[row] == pytest.approx(expected, abs=1e-5)


def test_answers_are_what_the_listener_plays_and_no_artist_comes_twice(model):
    plays = newcomers()
    asked = ask(model, plays, N_ITEMS)
    assert (np.sort(asked.items, axis=1) == np.arange(N_ITEMS)).all()
    assert (np.take_along_axis(plays.toarray() > 0, asked.items, axis=1) == asked.answers).all()


def test_shorter_round_is_the_beginning_of_a_longer_one(model):
    plays = newcomers()
    assert (ask(model, plays, 9).items[:, :4] == ask(model, plays, 4).items).all()


def test_without_adapting_everybody_is_asked_about_the_most_played(model):
    items = ask(model, newcomers(), 5, adapt=False).items
    popularity = model.train.item_popularity()
    assert (items == items[0]).all()
    assert popularity[items[0]].min() >= np.delete(popularity, items[0]).max()


def test_questions_follow_the_answers(model):
    items = ask(model, newcomers(), 10).items
    assert len(np.unique(items[:, 0])) == 1
    evens = (items[:, 5:] % 2 == 0).mean(axis=1)
    assert evens[::2].mean() > 0.5 > evens[1::2].mean()


def test_eight_answers_tell_the_two_camps_apart(model):
    plays = newcomers()
    vectors = ask(model, plays, 8).vectors
    lists = best_of(vectors @ model.item_factors.T, 10, plays).items
    assert (lists % 2 == np.arange(30)[:, None] % 2).mean() > 0.8


def test_round_that_cannot_be_is_refused(model):
    with pytest.raises(SettingError, match="n_questions is 41, expected at most 40"):
        ask(model, newcomers(), 41)
    with pytest.raises(SettingError, match="n_questions is 0"):
        ask(model, newcomers(), 0)
    with pytest.raises(SettingError, match="plays has 3 columns, expected those of training, 40"):
        ask(model, sp.csr_array((2, 3), dtype=np.float32), 2)
    with pytest.raises(NotFittedError):
        ask(ALS(), newcomers(), 2)
