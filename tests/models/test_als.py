import json

import numpy as np
import pytest
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from helpers.errors import DataError, NotFittedError, SettingError
from helpers.interactions import IdMap, Interactions
from helpers.models import ALS
from helpers.weighting import weigh

N_USERS, N_ITEMS = 150, 60


def make_train(seed=0, users=None):
    rng = np.random.default_rng(seed)
    tastes = rng.gamma(0.3, size=(N_USERS, 4)) @ rng.gamma(0.3, size=(4, N_ITEMS))
    counts = rng.poisson(3 * tastes)
    counts[:, 0] = 1  # nobody is unknown ...
    counts[9] = 0  # ... but user 9
    counts[:, 11] = 0
    items = IdMap([f"artist-{i}" for i in range(N_ITEMS)])
    names = np.array(["Björk", "<b>", "Ke$ha"] * 20, dtype=object)
    matrix = sp.csr_array(counts.astype(np.float32))
    return Interactions(matrix, IdMap(users or range(100, 100 + N_USERS)), items, names)


@pytest.fixture(scope="module")
def train():
    return make_train()


@pytest.fixture(scope="module")
def model(train):
    return ALS(factors=8, regularization=0.5, iterations=5).fit(train)


@pytest.mark.parametrize("weighting", ["plays", "binary", "log", "bm25"])
@pytest.mark.parametrize("alpha", [1.0, 3.0])
def test_factors_and_lists_agree_with_implicit_called_directly(train, weighting, alpha):
    ours = ALS(
        factors=6, regularization=1.0, iterations=4, alpha=alpha, weighting=weighting, seed=3
    ).fit(train)
    theirs = AlternatingLeastSquares(
        factors=6, regularization=1.0, iterations=4, alpha=alpha, random_state=3
    )
    weights = sp.csr_matrix(weigh(train.user_items, weighting))
    with threadpool_limits(1, "blas"):
        theirs.fit(weights, show_progress=False)
        users = np.delete(np.arange(N_USERS), 9)  # user 9 has no training items
        items, scores = theirs.recommend(users, weights[users], N=5)
    known = np.delete(np.arange(N_ITEMS), 11)
    np.testing.assert_array_equal(ours.user_factors[users], theirs.user_factors[users])
    np.testing.assert_array_equal(ours.item_factors[known], theirs.item_factors[known])
    found = ours.recommend(users, 5, exclude=train)
    np.testing.assert_allclose(found.scores, scores, rtol=1e-5)
    np.testing.assert_array_equal(found.items, items)


def test_repeated_training_gives_the_same_bits(train, model):
    again = ALS(**model.settings).fit(train)
    np.testing.assert_array_equal(again.user_factors, model.user_factors)
    np.testing.assert_array_equal(again.item_factors, model.item_factors)


def test_another_seed_starts_elsewhere(train, model):
    other = ALS(**(model.settings | {"seed": 1})).fit(train)
    assert not np.array_equal(other.user_factors, model.user_factors)


def test_the_shapes_follow_the_training_set_and_unknown_rows_are_zero(model):
    assert model.user_factors.shape == (N_USERS, 8)
    assert model.item_factors.shape == (N_ITEMS, 8)
    assert not model.user_factors[9].any()
    assert not model.item_factors[11].any()


def test_similar_items_are_ranked_by_cosine_without_the_item_itself(model):
    found = model.similar_items(4, 10)
    assert found.items.shape == found.scores.shape == (1, 10)
    assert 4 not in found.items
    factors = model.item_factors.astype(np.float64)
    lengths = np.linalg.norm(factors, axis=1)
    lengths[11] = np.inf  # has no vector
    cosines = factors @ factors[4] / (lengths * lengths[4])
    cosines[[4, 11]] = -np.inf
    np.testing.assert_allclose(found.scores[0], np.sort(cosines)[::-1][:10], rtol=1e-5)
    np.testing.assert_allclose(found.scores[0], cosines[found.items[0]], rtol=1e-5)


def test_items_without_a_vector_are_like_nothing(model):
    every = model.similar_items(4, N_ITEMS)
    assert 11 not in every.items
    np.testing.assert_array_equal(every.items[0, -2:], [-1, -1])
    np.testing.assert_array_equal(model.similar_items(11, 3).items, [[-1, -1, -1]])


@pytest.mark.parametrize("user", [0, 3, 77])
def test_contributions_of_all_items_add_up_to_the_score_of_the_solved_user(train, model, user):
    weights = weigh(train.user_items, "bm25")[[user]].toarray()[0].astype(np.float64)
    factors = model.item_factors.astype(np.float64)
    left = factors.T @ (np.where(weights > 0, weights, 1)[:, None] * factors) + 0.5 * np.eye(8)
    solved = np.linalg.solve(left, factors.T @ weights)
    for item in (0, 20, 59):
        items, contributions = model.explain(user, item, n=N_ITEMS)
        assert set(items) == set(np.flatnonzero(weights))
        assert contributions.sum() == pytest.approx(factors[item] @ solved, rel=1e-5, abs=1e-7)


def test_explain_returns_the_largest_contributions_first(model):
    items, contributions = model.explain(3, 20, n=N_ITEMS)
    assert (np.diff(contributions) <= 0).all()
    first, largest = model.explain(3, 20, n=2)
    np.testing.assert_array_equal(first, items[:2])
    np.testing.assert_array_equal(largest, contributions[:2])


def test_a_user_without_training_items_has_nothing_to_explain_with(model):
    items, contributions = model.explain(9, 20)
    assert len(items) == len(contributions) == 0


@pytest.mark.parametrize(
    "question",
    [
        lambda m: m.similar_items(N_ITEMS),
        lambda m: m.similar_items(-1),
        lambda m: m.similar_items(0, 0),
        lambda m: m.explain(N_USERS, 0),
        lambda m: m.explain(0, N_ITEMS),
        lambda m: m.explain(0, 0, n=0),
    ],
)
def test_questions_out_of_range_are_refused(model, question):
    with pytest.raises(SettingError, match="expected"):
        question(model)


@pytest.mark.parametrize(
    "setting",
    [
        {"factors": 0},
        {"factors": 2.5},
        {"regularization": 0},
        {"regularization": np.nan},
        {"alpha": -1},
        {"alpha": "40"},
        {"iterations": 0},
        {"seed": -1},
        {"seed": np.random.default_rng(0)},
        {"k1": -1},
        {"b": 2},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(setting):
    with pytest.raises(SettingError, match=f"{next(iter(setting))} is .*expected a"):
        ALS(**setting)


def test_training_that_ends_in_no_numbers_says_so(train):
    with pytest.raises(SettingError, match="not finite; lower alpha"):
        ALS(factors=4, alpha=1e38).fit(train)


@pytest.mark.parametrize("users", [None, [f"user-{u}" for u in range(N_USERS)]])
def test_a_loaded_model_does_everything_as_before(tmp_path, users):
    train = make_train(users=users)
    model = ALS(factors=8, iterations=3, weighting="log", alpha=2.0, seed=5).fit(train)
    model.save(tmp_path / "model")
    loaded = ALS.load(tmp_path / "model")
    assert loaded.settings == model.settings
    np.testing.assert_array_equal(loaded.train.users.external_ids, train.users.external_ids)
    np.testing.assert_array_equal(loaded.train.items.external_ids, train.items.external_ids)
    np.testing.assert_array_equal(loaded.train.item_names, train.item_names)
    rows = np.arange(N_USERS)
    for ours, theirs in [
        (loaded.recommend(rows, 20, exclude=train), model.recommend(rows, 20, exclude=train)),
        (loaded.similar_items(4), model.similar_items(4)),
        (loaded.explain(3, 20), model.explain(3, 20)),
    ]:
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


def test_a_saved_model_holds_two_files_and_no_pickle(tmp_path, model):
    model.save(tmp_path)
    header, arrays = sorted(tmp_path.iterdir(), key=lambda file: file.suffix)
    assert json.loads(header.read_text())["settings"] == model.settings
    with np.load(arrays, allow_pickle=False) as stored:
        assert stored["user_factors"].shape == (N_USERS, 8)


def test_saving_again_replaces_the_model(tmp_path, train, model):
    model.save(tmp_path)
    other = ALS(factors=4, iterations=2).fit(train)
    other.save(tmp_path)
    assert ALS.load(tmp_path).factors == 4
    assert len(list(tmp_path.iterdir())) == 2
    other.save(tmp_path)
    assert ALS.load(tmp_path).factors == 4


def test_saving_that_dies_before_its_end_leaves_the_old_model(tmp_path, train, model, monkeypatch):
    from helpers.models import storage

    model.save(tmp_path)

    def disk_full_at_the_header(file, content):
        if file.suffix == ".json":
            raise DataError("no space left")
        write_atomically(file, content)

    write_atomically = storage.write_atomically
    monkeypatch.setattr(storage, "write_atomically", disk_full_at_the_header)
    with pytest.raises(DataError, match="no space left"):
        ALS(factors=4, iterations=2).fit(train).save(tmp_path)
    assert ALS.load(tmp_path).settings == model.settings


def test_a_model_cannot_be_saved_where_a_file_is(tmp_path, model):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="cannot be written"):
        model.save(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_an_untrained_model_cannot_be_saved(tmp_path):
    with pytest.raises(NotFittedError, match="call fit"):
        ALS().save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def edit_header(folder, **changes):
    header = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(header | changes))


def truncate(file):
    file.write_bytes(file.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: (d / "model.json").unlink(), "holds no model"),
        (lambda d: truncate(d / "model.json"), "is not JSON"),
        (lambda d: (d / "model.json").write_bytes(b"\xff\xfe"), "is not JSON"),
        (lambda d: (d / "model.json").write_text("[1, 2]"), "not written by this project"),
        (lambda d: edit_header(d, format="other"), "not written by this project"),
        (lambda d: edit_header(d, format_version=99), "of format 99, expected 'als' of format 1"),
        (lambda d: edit_header(d, model="svd"), "holds a model 'svd'"),
        (lambda d: truncate(next(d.glob("*.npz"))), "are damaged"),
        (lambda d: next(d.glob("*.npz")).unlink(), "cannot be read"),
        (lambda d: edit_header(d, settings={"depth": 3}), "incomplete or altered"),
        (lambda d: edit_header(d, settings={"factors": -3}), "incomplete or altered"),
        (lambda d: edit_header(d, settings={"factors": 5}), "incomplete or altered"),
        (lambda d: edit_header(d, settings=None), "incomplete or altered"),
        (lambda d: edit_header(d, users=[1, 2]), "incomplete or altered"),
        (lambda d: edit_header(d, item_names=["one"]), "incomplete or altered"),
    ],
)
def test_a_damaged_or_foreign_model_is_refused(tmp_path, model, damage, message):
    model.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(DataError, match=message):
        ALS.load(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere holds no model.*No such file"):
        ALS.load(tmp_path / "nowhere")


def exact_vectors(weights, item_factors, regularization):
    """Solve each user's least squares with dense matrices, as written in the paper."""
    factors = item_factors.astype(np.float64)
    vectors = []
    for row in weights.toarray().astype(np.float64):
        confidence = np.where(row > 0, row, 1)
        left = factors.T @ (confidence[:, None] * factors) + regularization * np.eye(8)
        vectors.append(np.linalg.solve(left, factors.T @ (confidence * (row > 0))))
    return np.array(vectors)


@pytest.mark.parametrize("weighting", ["plays", "binary", "log", "bm25"])
def test_folding_in_solves_the_least_squares_of_each_user_exactly(train, weighting):
    model = ALS(factors=8, regularization=0.5, iterations=4, alpha=3.0, weighting=weighting)
    model.fit(train)
    weights = 3 * weigh(train.user_items, weighting)
    expected = exact_vectors(weights, model.item_factors, 0.5)
    np.testing.assert_allclose(model.fold_in(train.user_items), expected, rtol=2e-4, atol=1e-6)


def test_a_new_user_like_one_in_training_gets_nearly_the_same_list(train):
    model = ALS(factors=8, regularization=0.5, iterations=15).fit(train)
    users = np.flatnonzero(np.diff(train.user_items.indptr) >= 5)
    before = model.recommend(users, 10).items
    after = np.argsort(-model.score_new(train.user_items[users]), axis=1)[:, :10]
    shared = [len(set(one) & set(other)) for one, other in zip(before, after, strict=True)]
    assert np.mean(shared) > 9


def test_folding_in_one_user_is_folding_in_that_row_of_many(train, model):
    together = model.fold_in(train.user_items)
    np.testing.assert_allclose(
        model.fold_in(train.user_items[[3]])[0], together[3], rtol=1e-4, atol=1e-6
    )


def test_nobody_and_a_user_without_items_fold_in_to_nothing(train, model):
    assert model.fold_in(train.user_items[[]]).shape == (0, 8)
    assert not model.fold_in(train.user_items[[9]]).any()


def test_a_weight_that_comes_in_two_parts_is_their_sum(train, model):
    whole = sp.csr_array(([3.0, 1.0], ([0, 0], [5, 2])), shape=(1, N_ITEMS))
    parts = sp.csr_array(([1.0, 1.0, 2.0], [5, 2, 5], [0, 3]), shape=(1, N_ITEMS))
    np.testing.assert_allclose(model.fold_in(parts), model.fold_in(whole), rtol=1e-6)


def test_settings_of_numpy_become_plain_numbers():
    settings = ALS(k1=np.int64(2), b=np.float32(0.5)).settings
    assert (settings["k1"], settings["b"]) == (2.0, 0.5)
    assert type(settings["k1"]) is type(settings["b"]) is float


@pytest.mark.filterwarnings("error")
def test_a_regularization_that_no_float32_holds_is_reported_without_warnings(train):
    with pytest.raises(SettingError, match=r"not finite; .* regularization nearer to the default"):
        ALS(factors=4, regularization=1e39).fit(train)


def test_a_new_user_is_refused_where_nothing_is_left_of_the_regularization(train):
    model = ALS(factors=60, regularization=1e-30).fit(train)
    with pytest.raises(SettingError, match=r"nothing is left of the regularization .* raise it"):
        model.fold_in(train.user_items)
