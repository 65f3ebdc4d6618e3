"""Re-rank by another number for each candidate."""

import numpy as np

from helpers.checks import number_between
from helpers.errors import SettingError
from helpers.models.lists import Recommendations
from helpers.rerank.lists import best_first, check_items

_LARGEST_POWER = 600.0  # of e: times any float32 still a float64


def penalise_popularity(
    candidates: Recommendations, popularity: np.ndarray, beta: float, k: int = 10
) -> Recommendations:
    r"""Rank by the score minus :math:`\beta \log d_i`, d being the number of users of an item.

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    popularity : ndarray of int, shape (n_items,)
        Training users of each item; one without any counts as if it had one.
    beta : float
        Off at 0; in the units of the scores.
    k : int

    Raises
    ------
    SettingError
        If beta is negative, or k is not from 1 to K.
    """
    beta = number_between("beta", beta, 0)
    penalty = beta * _log_popularity(popularity, candidates)
    return best_first(candidates, candidates.scores - penalty, k)


def divide_by_popularity(
    candidates: Recommendations, popularity: np.ndarray, gamma: float, k: int = 10
) -> Recommendations:
    r"""Rank by the score over :math:`d_i^\gamma`, d being the number of users of an item.

    A score below 0 is multiplied instead, so that popularity never helps. Parameters and errors
    are those of `penalise_popularity`; gamma is off at 0 and has no unit.
    """
    gamma = number_between("gamma", gamma, 0)
    scores = candidates.scores.astype(np.float64)
    powers = np.minimum(gamma * _log_popularity(popularity, candidates), _LARGEST_POWER)
    divisor = np.exp(powers)
    return best_first(candidates, np.where(scores > 0, scores / divisor, scores * divisor), k)


def second_opinion(
    candidates: Recommendations,
    opinions: np.ndarray,
    popularity: np.ndarray,
    strength: float,
    k: int = 10,
    *,
    penalty: float = 1.45,
) -> Recommendations:
    r"""Ask another model about the candidates, and take popularity off what both say together.

    Ranks by :math:`s_{ui} / \sigma + \theta\, (s'_{ui} / \sigma' - \beta \log d_i)`, where s and
    s' are the scores of the model and of the other one, and σ and σ' their spreads: the standard
    deviation over the candidates of a user, mean over users. A penalty alone has to take a tail
    artist on the word of one model, which knows little about it; a second model with other
    evidence, such as tags, says which tail artist.

    Parameters
    ----------
    candidates : Recommendations of shape (n, K)
    opinions : ndarray of float, shape (n, K)
        Scores of the other model for the same items of the same users; -inf where it knows nothing,
        which counts as the lowest score it gives to a candidate of the user.
    popularity : ndarray of int, shape (n_items,)
        Training users of each item; one without any counts as if it had one.
    strength : float
        The θ, off at 0.
    k : int
    penalty : float
        The β: how many spreads a factor of e in popularity costs.

    Raises
    ------
    SettingError
        If strength or penalty is negative, k is not from 1 to K, or the shapes differ.
    """
    strength, penalty = (
        number_between("strength", strength, 0),
        number_between("penalty", penalty, 0),
    )
    if np.shape(opinions) != candidates.items.shape:
        raise SettingError(
            f"opinions have shape {np.shape(opinions)}, expected {candidates.items.shape}: one for "
            "each candidate"
        )
    if strength == 0:
        return best_first(candidates, candidates.scores, k)
    is_known = candidates.items >= 0
    costs = penalty * _log_popularity(popularity, candidates)
    value = candidates.scores / _unit(spread(candidates.scores, is_known))
    is_told = is_known & np.isfinite(opinions)
    lowest = np.min(opinions, axis=1, where=is_told, initial=np.inf, keepdims=True)
    told = np.where(is_told, opinions, np.where(np.isfinite(lowest), lowest, 0))
    value = value + strength * (told / _unit(spread(told, is_known)) - costs)
    return best_first(candidates, value, k)


def spread(scores: np.ndarray, is_known: np.ndarray) -> float:
    """Return the standard deviation of scores over the known places of a row, mean over rows.

    A row with fewer than two known places does not count; 0 where no row counts.
    """
    n_known = is_known.sum(axis=1)
    counts = n_known > 1
    if not counts.any():
        return 0.0
    known, n_known = np.where(is_known, scores, 0)[counts].astype(np.float64), n_known[counts]
    means = known.sum(axis=1) / n_known
    squares = np.sum((known - means[:, None]) ** 2, axis=1, where=is_known[counts])
    return float(np.mean(np.sqrt(squares / n_known)))


def _log_popularity(popularity: np.ndarray, candidates: Recommendations) -> np.ndarray:
    check_items("popularity", len(popularity), candidates)
    return np.log(np.maximum(popularity, 1))[candidates.items]


def _unit(spread_of_scores: float) -> float:
    """Return the spread to divide by; where all scores are alike there is nothing to scale."""
    return spread_of_scores if spread_of_scores > 0 else 1.0
