r"""Ask a new listener about a few artists, each chosen by what the answers so far leave open.

The vector of a new listener is taken to be drawn from a normal distribution, whose mean and
covariance are those of the listeners in training. An answer a, 1 for "I play it" and 0 for "I do
not", is read as a noisy measurement of :math:`y^\top x`, and moves mean and covariance as in
Bayesian linear regression:

.. math::
    k = \frac{S y}{y^\top S y + \sigma^2}, \qquad
    x \leftarrow x + k\,(a - y^\top x), \qquad S \leftarrow S - k\, y^\top S

The next question is about the artist whose answer is the most open: :math:`y^\top x` nearest 1/2.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from helpers.checks import whole_number
from helpers.errors import SettingError
from helpers.models.factors import FactorModel

ASKED_ABOUT = 500
"""Questions are about so many of the most played artists: what few know is answered by no."""

NOISE = 0.5
"""The σ of an answer, chosen on validation listeners among 0.3, 0.5, 1 and 2."""


@dataclass(frozen=True)
class QuestionRound:
    """What listeners were asked, what they answered, and what is believed of them then.

    Attributes
    ----------
    items : ndarray of int, shape (n, n_questions)
        Columns of the artists asked about, first question first.
    answers : ndarray of bool, shape (n, n_questions)
    vectors : ndarray of float32, shape (n, factors)
        The mean of each listener's vector after the last question.
    """

    items: np.ndarray
    answers: np.ndarray
    vectors: np.ndarray


def ask(
    model: FactorModel, plays: sp.csr_array, n_questions: int, *, adapt: bool = True
) -> QuestionRound:
    """Ask each listener about artists, and learn a vector from the answers.

    Parameters
    ----------
    model : FactorModel
        Trained without these listeners.
    plays : csr_array, shape (n, n_items)
        What they would say that they play, in the columns of training.
    n_questions : int
        Up to `ASKED_ABOUT`, or the number of artists that anybody plays.
    adapt : bool
        Ask what is open after the answers so far; if not, ask everybody about the most played.

    Raises
    ------
    NotFittedError
        Before the model is trained.
    SettingError
        If there is no question, or more of them than artists to ask about; or the columns of
        `plays` are others than in training.
    """
    if model.half_step().item_factors.shape[0] != plays.shape[1]:
        raise SettingError(
            f"plays has {plays.shape[1]} columns, expected those of training, {model.n_items}"
        )
    candidates = _most_played(model, n_questions)
    listeners = np.arange(plays.shape[0])
    does_play = plays[:, candidates].toarray() > 0
    y = model.item_factors[candidates].astype(np.float64)
    mean, covariance = _population(model)
    mean = np.tile(mean, (len(listeners), 1))
    covariance = np.tile(covariance, (len(listeners), 1, 1))
    worth = np.tile(-np.arange(len(candidates), dtype=np.float64), (len(listeners), 1))
    was_asked = np.zeros(does_play.shape, dtype=bool)
    asked = np.empty((len(listeners), n_questions), dtype=np.int64)
    for n in range(n_questions):
        if adapt:
            worth = -np.abs(mean @ y.T - 0.5)
        asked[:, n] = np.where(was_asked, -np.inf, worth).argmax(axis=1)
        was_asked[listeners, asked[:, n]] = True
        answers = does_play[listeners, asked[:, n]]
        _learn(mean, covariance, y[asked[:, n]], answers)
    answers = np.take_along_axis(does_play, asked, axis=1)
    return QuestionRound(candidates[asked], answers, mean.astype(np.float32))


def _population(model: FactorModel) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of the vectors of the listeners in training."""
    known = model.user_factors[model.user_factors.any(axis=1)].astype(np.float64)
    return known.mean(axis=0), np.cov(known, rowvar=False)


def _learn(mean: np.ndarray, covariance: np.ndarray, y: np.ndarray, answers: np.ndarray) -> None:
    """Move the belief about each listener by one answer, in place."""
    along = np.einsum("ufg,ug->uf", covariance, y)
    variance = (y * along).sum(axis=1) + NOISE**2
    gain = along / variance[:, None]
    mean += gain * (answers - (mean * y).sum(axis=1))[:, None]
    covariance -= gain[:, :, None] * along[:, None, :]


def _most_played(model: FactorModel, n_questions: int) -> np.ndarray:
    """Return the columns to ask about, most played first."""
    popularity = model.train.item_popularity()
    order = np.argsort(-popularity, kind="stable")[:ASKED_ABOUT]
    candidates = order[popularity[order] > 0]
    if whole_number("n_questions", n_questions, 1) > len(candidates):
        raise SettingError(
            f"n_questions is {n_questions}, expected at most {len(candidates)}, the number of "
            "artists to ask about; ask fewer"
        )
    return candidates
