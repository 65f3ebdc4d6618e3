"""The terms that describe artists: counted in tags and in texts, and those that say nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
import scipy.sparse as sp

from helpers.checks import number_between, whole_number
from helpers.errors import SettingError
from helpers.side import SideInformation

_SEPARATORS = re.compile(r"[\s\-_/.'\u2019`]+")
_AND = re.compile(r"\s*&\s*|(?<=\w)\s+and\s+(?=\w)")
_WORD = r"(?u)\b\w[\w'\u2019-]*\w\b"
_SENTENCE_END = re.compile(r"[.!?;:]+\s|\n")
_CELLS_AT_ONCE = 2**22  # terms × terms: 32 MB


@dataclass(frozen=True)
class Terms:
    """How often each item is described by each term.

    Attributes
    ----------
    counts : csr_array of float32, shape (n_items, n_terms)
    names : ndarray of str, shape (n_terms,)
    """

    counts: sp.csr_array
    names: np.ndarray

    def n_items_with(self) -> np.ndarray:
        """Return the number of items that have each term, shape (n_terms,)."""
        return np.bincount(self.counts.indices, minlength=len(self.names))

    def only(self, kept: np.ndarray) -> Self:
        """Return the terms marked in `kept`, a bool for each."""
        return type(self)(self.counts[:, np.flatnonzero(kept)], self.names[kept])


def spelling_key(tag: str) -> str:
    """Return what two spellings of one tag have in common.

    Case, spaces, hyphens, apostrophes, slashes and full stops make no difference, nor whether
    "and" is written as "&" or "n".

    Examples
    --------
    >>> spelling_key("Hip-Hop") == spelling_key("hip hop") == spelling_key("hiphop")
    True
    >>> spelling_key("Rock & Roll") == spelling_key("rock 'n' roll")
    True
    >>> spelling_key("<3")
    '<3'
    """
    lowered = _AND.sub(" n ", tag.casefold().strip())
    return _SEPARATORS.sub("", lowered) or lowered


def merge_spellings(tags: np.ndarray, item_tags: sp.csr_array, alike: float = 0.4) -> np.ndarray:
    """Return for each tag the row of the tag that it is a spelling of, its own for most.

    Tags with the same `spelling_key` are one. So are a word and the same with an "s" at its end,
    but only where they stand at the same artists: "vocalist" and "vocalists" do, "blue" and
    "blues" hardly. The most frequent spelling stands for the others.

    Parameters
    ----------
    tags : ndarray of str, shape (n_tags,)
    item_tags : csr_array, shape (n_items, n_tags)
        How often each item has each tag.
    alike : float
        Least cosine, over items, between a word and its plural.

    Returns
    -------
    ndarray of int, shape (n_tags,)
    """
    number_between("alike", alike, 0, 1)
    keys, key_of_tag = np.unique([spelling_key(tag) for tag in tags], return_inverse=True)
    ones = np.ones(len(tags), dtype=np.float32)
    membership = sp.csr_array((ones, (np.arange(len(tags)), key_of_tag)))
    of_key = sp.csc_array(item_tags @ membership)
    row_of_key = {key: row for row, key in enumerate(keys.tolist())}
    merged = np.arange(len(keys))
    for plural, row in row_of_key.items():
        singular = row_of_key.get(plural.removesuffix("s"), row)
        if singular != row and _cosine(of_key[:, [row]], of_key[:, [singular]]) >= alike:
            merged[row] = merged[singular]
    group = merged[key_of_tag]
    frequency = np.asarray(item_tags.sum(axis=0)).ravel()
    most_frequent_first = np.lexsort((tags, -frequency))
    _, first = np.unique(group[most_frequent_first], return_index=True)
    shown = np.empty(len(keys), dtype=np.int64)
    shown[np.unique(group)] = most_frequent_first[first]
    return shown[group]


def tag_terms(side: SideInformation, min_users: int = 1) -> Terms:
    """Return how many users gave each item each tag, spelling variants merged.

    A user who gave an item two spellings of one tag counts once. Tags that no item has are left
    out. Whatever `side` leaves out counts for nothing: pass that of the training set, and no tag
    by a test pair is read.

    Parameters
    ----------
    side : SideInformation
    min_users : int
        Tags that fewer users use are left out: a tag of one user tells less of the music than
        whose it is.

    Raises
    ------
    SettingError
        If there are no tags, or none of so many users.
    """
    least = whole_number("min_users", min_users, 1)
    if len(side.tagged) == 0:
        raise SettingError(
            "the data has no tags, expected some to describe artists by; use texts instead, or "
            "data with tags, such as last.fm"
        )
    merged = merge_spellings(side.tags.astype(str), side.item_tags())
    user, item, tag = side.tagged.T
    users_of_tag = np.unique(np.column_stack([user, merged[tag]]), axis=0)[:, 1]
    n_users = np.bincount(users_of_tag, minlength=len(side.tags))
    once = np.unique(np.column_stack([user, item, merged[tag]]), axis=0)
    once = once[n_users[once[:, 2]] >= least]
    if len(once) == 0:
        raise SettingError(
            f"min_users is {least} and the most common tag is used by {n_users.max()}; lower it"
        )
    used, column = np.unique(once[:, 2], return_inverse=True)
    ones = np.ones(len(once), dtype=np.float32)
    counts = sp.coo_array((ones, (once[:, 1], column)), shape=(side.n_items, len(used))).tocsr()
    counts.sum_duplicates()
    return Terms(counts, side.tags[used].astype(str))


def text_terms(texts: Iterable[str], longest: int = 2, min_items: int = 5) -> Terms:
    """Return how often each word and each row of words (n-gram) stands in the text of each item.

    Words are runs of two or more letters, digits, hyphens and apostrophes, in lower case;
    scikit-learn's English stop words are left out before n-grams are formed, and no n-gram
    reaches across the end of a sentence.

    Parameters
    ----------
    texts : iterable of str, length n_items
        Empty for an item without any.
    longest : int
        Most words in an n-gram.
    min_items : int
        Terms in the texts of fewer items are left out.

    Raises
    ------
    SettingError
        If no term is left, or a setting makes no sense.
    """
    from sklearn.feature_extraction.text import CountVectorizer  # half a second

    least = whole_number("min_items", min_items, 1)
    of_item = [_SENTENCE_END.split(text) for text in texts]
    n_sentences = np.array([len(sentences) for sentences in of_item], dtype=np.int64)
    counter = CountVectorizer(
        stop_words="english",
        token_pattern=_WORD,
        ngram_range=(1, whole_number("longest", longest, 1)),
        dtype=np.float32,
    )
    try:
        of_sentence = counter.fit_transform(chain.from_iterable(of_item))
    except ValueError:  # there is not a single word
        raise _no_term(least) from None
    item = np.repeat(np.arange(len(of_item)), n_sentences)
    ones, sentence = np.ones(len(item), dtype=np.float32), np.arange(len(item))
    gather = sp.csr_array((ones, (item, sentence)), shape=(len(of_item), len(item)))
    every = Terms(sp.csr_array(gather @ of_sentence), counter.get_feature_names_out())
    terms = every.only(every.n_items_with() >= least)
    if len(terms.names) == 0:
        raise _no_term(least)
    return terms


def clarity(terms: Terms) -> np.ndarray:
    r"""Return how much each term says about which others describe an item, from 0 to about 1.

    Let :math:`p` be the mean distribution of terms over all described items, :math:`q_w` that
    over the items with term :math:`w`, the term itself left out of both, and :math:`s_w` the
    share of the described items that have it:

    .. math:: \frac{\sum_t q_w(t) \log \frac{q_w(t)}{p(t)}}{\log \frac{1}{s_w}}

    The divisor is what a term would reach whose items share no other term with the rest.
    "Seen live" stands beside anything and is lower than "rock", though rarer. A term of a few
    items is higher by chance: there is too little to tell that it says nothing.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        0 for a term that all described items have.

    References
    ----------
    Cronen-Townsend, Zhou and Croft (2002), Predicting query performance, SIGIR (the numerator).
    """
    counts = terms.counts.astype(np.float64)
    n_of_item = counts.sum(axis=1)
    shares = sp.csr_array(counts / np.maximum(n_of_item, 1)[:, None])
    n_described = np.count_nonzero(n_of_item)
    overall = shares.sum(axis=0) / max(n_described, 1)
    has_term = sp.csc_array((counts > 0).astype(np.float64))
    n_with = terms.n_items_with()
    result = np.zeros(len(terms.names))
    step = max(1, _CELLS_AT_ONCE // max(len(result), 1))
    for start in range(0, len(result), step):
        block = np.arange(start, min(start + step, len(result)))
        beside = (has_term[:, block].T @ shares).toarray() / np.maximum(n_with[block], 1)[:, None]
        result[block] = _divergence(beside, overall, block)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = result / np.log(n_described / n_with)
    return np.where(np.isfinite(scaled), scaled, 0.0)


def without_background(terms: Terms, least: float = 0.2, min_items: int = 5) -> Terms:
    """Return the terms without those that say nothing of the music, and without rare ones.

    Parameters
    ----------
    terms : Terms
    least : float
        Least `clarity`; 0 keeps all. What suits tags is too much for texts, where every term has
        more that says nothing beside it: take half of it there.
    min_items : int
        Terms of fewer items are left out: they say little about other items.

    Raises
    ------
    SettingError
        If no term is left, or a setting makes no sense.
    """
    number_between("least", least, 0)
    common = terms.only(terms.n_items_with() >= whole_number("min_items", min_items, 1))
    kept = common.only(clarity(common) >= least)
    if len(kept.names) == 0:
        raise SettingError(
            f"none of {len(terms.names)} terms has {min_items} items and a clarity of {least}; "
            "lower min_items or least"
        )
    return kept


def _no_term(least: int) -> SettingError:
    return SettingError(
        f"no term stands in the texts of {least} artists or more; add texts or lower min_items"
    )


def _cosine(a: sp.csc_array, b: sp.csc_array) -> float:
    lengths = np.sqrt(a.multiply(a).sum() * b.multiply(b).sum())
    return float(a.multiply(b).sum() / lengths) if lengths else 0.0


def _divergence(beside: np.ndarray, overall: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return the Kullback-Leibler divergence of each row from `overall`, its own term left out."""
    beside[np.arange(len(own)), own] = 0
    rest_beside = beside.sum(axis=1, keepdims=True)
    rest_overall = (overall.sum() - overall[own])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        q, p = beside / rest_beside, overall / rest_overall
        return np.where(q > 0, q * np.log(q / p), 0).sum(axis=1)
