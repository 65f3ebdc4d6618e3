"""A vector for a playlist of which only the title is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.fold_in.titles import TitleVectors, title_words

TITLES = ["Road Trip", "road trip 🚗", "Chill", "chill!", "one of a kind"]
VECTORS = np.array([[2, 0], [4, 0], [0, 2], [0, 6], [9, 9]], dtype=np.float32)


@given(title=st.text(max_size=40))
def test_words_are_distinct_and_never_empty(title):
    words = title_words(title)
    assert len(set(words)) == len(words)
    assert all(word.strip() for word in words)


def test_spelling_does_not_matter_and_signs_are_words():
    assert title_words("ROAD   trip") == ["road", "trip", "road trip"]
    assert title_words("\uff23\uff28\uff29\uff2c\uff2c") == ["chill"]
    assert title_words("🚗") == ["🚗"]
    assert title_words("  ") == []


def test_a_word_is_the_shrunk_mean_of_its_playlists():
    titles = TitleVectors.learn(TITLES, VECTORS, shrinkage=2)
    mean = VECTORS.mean(axis=0)
    np.testing.assert_allclose(titles.mean, mean)
    away = titles.vectors[titles.words.index("road")]
    np.testing.assert_allclose(away, 2 / (2 + 2) * (np.array([3, 0]) - mean), rtol=1e-6)


def test_a_title_goes_where_the_playlists_of_its_words_are():
    titles = TitleVectors.learn(TITLES, VECTORS, shrinkage=0)
    trip, chill = titles.vector("trip"), titles.vector("Chill out")
    assert trip[0] > trip[1]
    assert chill[1] > chill[0]


def test_words_of_one_playlist_are_forgotten_and_an_unknown_title_has_no_vector():
    titles = TitleVectors.learn(TITLES, VECTORS)
    assert "kind" not in titles.words
    assert titles.vector("kind") is None
    assert titles.vector("") is None


def test_a_rare_word_says_more_than_a_common_one():
    many = [*["my mix"] * 8, *["my polka"] * 2]
    vectors = np.array([[0, 1]] * 8 + [[1, 0]] * 2, dtype=np.float32)
    titles = TitleVectors.learn(many, vectors, shrinkage=0)
    assert titles.rarity[titles.words.index("polka")] > titles.rarity[titles.words.index("my")]
    np.testing.assert_allclose(titles.vector("my polka"), [1, 0], atol=0.01)


def test_no_titles_at_all_leave_a_model_that_knows_no_word():
    titles = TitleVectors.learn(["", ""], VECTORS[:2])
    assert titles.words == ()
    assert titles.vectors.shape == (0, 2)
    assert titles.vector("chill") is None


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="shrinkage"):
        TitleVectors.learn(TITLES, VECTORS, shrinkage=-1)
