from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import side_information

from helpers.errors import SettingError
from helpers.words.terms import (
    Terms,
    clarity,
    merge_spellings,
    spelling_key,
    tag_terms,
    text_terms,
    without_background,
)


def side_of(tagged, tags, n_users=9, n_items=9):
    """Return the side information of assignments (user, item, what the tag says)."""
    rows = [(user, item, tags.index(tag)) for user, item, tag in tagged]
    side = side_information(rows, (n_users, n_items))
    return replace(side, tags=np.array(tags, dtype=object))


def as_terms(counts, names=None):
    matrix = sp.csr_array(np.asarray(counts, dtype=np.float32))
    names = [f"term {t}" for t in range(matrix.shape[1])] if names is None else names
    return Terms(matrix, np.array(names))


@pytest.mark.parametrize(
    "spellings",
    [
        ("hip-hop", "Hip Hop", "hiphop", "HIP_HOP", "hip/hop"),
        ("80s", "80's", "'80s", "80\u2019s"),
        ("rock and roll", "rock & roll", "rock'n'roll", "Rock n' Roll"),
        ("r&b", "rnb", "r'n'b", "R and B"),
        ("J-Pop", "jpop", "j.pop"),
    ],
)
def test_spellings_of_one_tag_have_one_key(spellings):
    assert len({spelling_key(tag) for tag in spellings}) == 1


@pytest.mark.parametrize(
    "tags",
    [("<3", ":3", "3"), ("80s", "90s"), ("band", "bnd"), ("android", "nroid"), ("blue", "blues")],
)
def test_other_tags_have_other_keys(tags):
    assert len({spelling_key(tag) for tag in tags}) == len(tags)


@given(st.text())
def test_a_key_is_its_own_key_and_never_empty_but_for_blanks(tag):
    assert bool(spelling_key(tag)) == bool(tag.casefold().strip())
    assert spelling_key(tag) == spelling_key(f" {tag}  ")


def test_the_most_frequent_spelling_stands_for_the_others():
    tags = np.array(["hiphop", "hip hop", "hip-hop", "rock"])
    counts = sp.csr_array(np.array([[1, 0, 3, 1], [0, 2, 0, 0]], dtype=np.float32))
    assert merge_spellings(tags, counts).tolist() == [2, 2, 2, 3]


def test_a_plural_is_merged_only_where_it_stands_at_the_same_artists():
    tags = np.array(["vocalists", "vocalist", "blues", "blue"])
    counts = sp.csr_array(np.array([[5, 4, 0, 7], [6, 1, 0, 0], [0, 0, 9, 0]], dtype=np.float32))
    assert merge_spellings(tags, counts).tolist() == [0, 0, 2, 3]


def test_spellings_of_a_plural_go_along_with_it():
    tags = np.array(["boy bands", "boy-band", "boyband", "boybands"])
    counts = sp.csr_array(np.array([[5, 2, 1, 1]], dtype=np.float32))
    assert merge_spellings(tags, counts).tolist() == [0, 0, 0, 0]


def test_a_user_who_spells_a_tag_twice_counts_once():
    side = side_of(
        [(0, 4, "hip-hop"), (0, 4, "hiphop"), (1, 4, "hip-hop"), (1, 5, "rock")],
        ["rock", "hiphop", "hip-hop", "unused"],
    )
    terms = tag_terms(side)
    assert terms.names.tolist() == ["rock", "hip-hop"]
    assert terms.counts.toarray()[[4, 5]].tolist() == [[0, 2], [1, 0]]
    assert terms.counts.sum() == 3


def test_tags_of_few_users_are_left_out_however_often_they_give_them():
    mine = [(0, item, "mine") for item in range(5)]
    side = side_of([*mine, (1, 3, "rock"), (2, 4, "Rock")], ["mine", "rock", "Rock"])
    assert len(tag_terms(side, min_users=1).names) == 2
    assert tag_terms(side, min_users=2).counts.toarray()[:, 0].tolist() == [0, 0, 0, 1, 1, *[0] * 4]
    with pytest.raises(SettingError, match="min_users is 3 and the most common tag is used by 2"):
        tag_terms(side, min_users=3)


def test_data_without_tags_are_refused():
    with pytest.raises(SettingError, match="the data has no tags"):
        tag_terms(side_of([], ["rock"]))


def test_n_grams_end_with_their_sentence_and_skip_stop_words():
    terms = text_terms(["A wall of sound. Guitars\ndrums", ""], min_items=1)
    expected = ["drums", "guitars", "sound", "wall", "wall sound"]
    assert terms.names.tolist() == expected
    assert terms.counts.toarray().tolist() == [[1] * 5, [0] * 5]


def test_words_with_hyphens_and_letters_of_any_script_are_whole():
    terms = text_terms(["Trip-hop, Ночной Трамвай"], longest=1, min_items=1)
    assert terms.names.tolist() == ["trip-hop", "ночной", "трамвай"]


def test_terms_of_few_artists_are_left_out():
    assert text_terms(["loud loud", "loud soft"], min_items=2).names.tolist() == ["loud"]


@pytest.mark.parametrize("texts", [["", ""], ["the of and"], ["loud", "soft"], []])
def test_texts_without_common_terms_are_refused(texts):
    with pytest.raises(SettingError, match="no term stands in the texts of 2 artists"):
        text_terms(texts, min_items=2)


@pytest.fixture
def two_scenes():
    """Two scenes of three words each, and one word that half of the artists of either have."""
    rng = np.random.default_rng(0)
    scene = np.repeat([0, 1], 100)
    own = rng.random((200, 6)) < 0.8
    own[scene == 0, 3:] = own[scene == 1, :3] = False
    own[:, [0, 3]] |= ~own.any(axis=1)[:, None] & (scene[:, None] == [0, 1])
    background = rng.random((200, 1)) < 0.5
    return as_terms(np.hstack([own, background]))


def test_a_term_beside_everything_has_no_clarity_and_goes(two_scenes):
    measured = clarity(two_scenes)
    assert measured[6] < 0.05
    assert measured[:6].min() > 0.5
    assert without_background(two_scenes).names.tolist() == [f"term {t}" for t in range(6)]


def test_clarity_is_the_divergence_worked_out_by_hand():
    # Term 0 is on items 0 and 1, beside term 1 alone; without it the shares of terms 1 and 2 over
    # the three items are 1/2 + 1/2 and 1.
    terms = as_terms([[1, 1, 0], [2, 2, 0], [0, 0, 3]])
    assert clarity(terms)[0] == pytest.approx(np.log(1 / (1 / 2)) / np.log(3 / 2))


def test_clarity_does_not_depend_on_the_block_it_is_computed_in(two_scenes, monkeypatch):
    whole = clarity(two_scenes)
    monkeypatch.setattr("helpers.words.terms._CELLS_AT_ONCE", 3 * 7)
    np.testing.assert_allclose(clarity(two_scenes), whole)


@given(st.integers(0, 2**32 - 1))
def test_clarity_is_never_negative_and_always_a_number(seed):
    counts = np.random.default_rng(seed).poisson(0.4, (6, 5))
    assert (clarity(as_terms(counts)) >= -1e-12).all()


def test_a_term_that_all_described_items_have_has_no_clarity():
    assert clarity(as_terms([[1, 1, 0], [1, 0, 1], [0, 0, 0]]))[0] == 0


def test_nothing_left_is_refused(two_scenes):
    with pytest.raises(SettingError, match="none of 7 terms has 5 items and a clarity of 5"):
        without_background(two_scenes, least=5)
    with pytest.raises(SettingError, match="none of 7 terms has 500 items"):
        without_background(two_scenes, min_items=500)
