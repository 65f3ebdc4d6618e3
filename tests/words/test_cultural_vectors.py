import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer

from helpers.errors import SettingError
from helpers.models.lists import Recommendations
from helpers.words.explain import shared_terms
from helpers.words.terms import Terms
from helpers.words.vectors import CulturalVectors, cultural_vectors, shared_items, similar_by_words

LOUD = Terms(
    sp.csr_array(np.array([[3, 1, 0], [1, 1, 0], [0, 0, 2], [0, 0, 0]], dtype=np.float32)),
    np.array(["loud", "rock", "waltz"]),
)


def test_one_source_is_weighed_as_scikit_learn_does():
    vectors = cultural_vectors(LOUD)
    expected = TfidfTransformer(sublinear_tf=True).fit_transform(LOUD.counts)
    np.testing.assert_allclose(vectors.rows.toarray(), expected.toarray(), rtol=1e-6)
    assert vectors.has_words.tolist() == [True, True, True, False]


def test_a_term_of_two_sources_is_one_term_and_rows_have_length_1():
    texts = Terms(
        sp.csr_array(np.array([[0, 9], [0, 0], [0, 0], [2, 0]], dtype=np.float32)),
        np.array(["brass", "rock"]),
    )
    vectors = cultural_vectors(LOUD, texts)
    assert vectors.names.tolist() == ["brass", "loud", "rock", "waltz"]
    np.testing.assert_allclose(sp.linalg.norm(vectors.rows, axis=1), 1, rtol=1e-6)
    alone = cultural_vectors(LOUD).rows.toarray()
    rock, loud = vectors.rows.toarray()[0, [2, 1]]
    assert rock / loud == pytest.approx((alone[0, 1] + 1) / alone[0, 0], rel=1e-5)


@pytest.mark.parametrize(
    "sources", [(), (LOUD, Terms(sp.csr_array(np.ones((3, 1))), np.array(["x"])))]
)
def test_no_source_or_sources_of_other_catalogues_are_refused(sources):
    with pytest.raises(SettingError, match="expected one source or more, all of one catalogue"):
        cultural_vectors(*sources)


def test_top_terms_are_the_heaviest_and_an_artist_without_words_has_none():
    vectors = cultural_vectors(LOUD)
    names, weights = vectors.top_terms(0, 5)
    assert names.tolist() == ["loud", "rock"]
    assert weights[0] > weights[1] > 0
    assert vectors.top_terms(3)[0].tolist() == []


def test_similar_items_share_terms_and_leave_out_the_item_itself():
    lists = similar_by_words(cultural_vectors(LOUD), [0, 2, 3], k=2)
    assert lists.items.tolist() == [[1, -1], [-1, -1], [-1, -1]]


def test_shared_terms_add_up_to_the_cosine():
    vectors = cultural_vectors(LOUD)
    names, parts = shared_terms(vectors, 0, 1, n=5)
    assert set(names) == {"loud", "rock"}
    cosine = similar_by_words(vectors, [0], k=1).scores[0, 0]
    assert parts.sum() == pytest.approx(cosine, rel=1e-6)
    assert shared_terms(vectors, 0, 3)[0].tolist() == []


def test_unknown_rows_and_lengths_are_refused():
    vectors = cultural_vectors(LOUD)
    for call in (
        lambda: similar_by_words(vectors, [4]),
        lambda: similar_by_words(vectors, [0], k=5),
        lambda: vectors.top_terms(9),
        lambda: vectors.top_terms(0, 0),
        lambda: shared_terms(vectors, 0, -1),
    ):
        with pytest.raises(SettingError):
            call()


def test_shared_items_counts_what_stands_in_both_lists_and_knows_no_padding():
    def lists(items):
        return Recommendations(np.array(items), np.zeros((len(items), 2)))

    shared = shared_items(lists([[1, 2], [1, -1], [-1, -1]]), lists([[2, 3], [3, 1], [1, 2]]))
    np.testing.assert_array_equal(shared, [0.5, 1.0, np.nan])


def test_vectors_are_never_changed_by_what_reads_them():
    vectors = cultural_vectors(LOUD)
    before = vectors.rows.toarray()
    similar_by_words(vectors, [0], k=4)
    shared_terms(vectors, 0, 1)
    np.testing.assert_array_equal(vectors.rows.toarray(), before)
    assert isinstance(vectors, CulturalVectors)
