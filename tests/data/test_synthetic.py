import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp

from helpers.data.lastfm import load_lastfm
from helpers.data.synthetic import SCALES, WORLD_VERSION, load_truth, make_world
from helpers.data.synthetic.names import AWKWARD_NAMES, GENRE_NAMES, SCENE_NAMES
from helpers.data.synthetic.social import draw_friendships
from helpers.data.synthetic.world import draw_world, listen
from helpers.errors import DataError, SettingError
from helpers.evaluation.popularity_bias import gini


@pytest.fixture(scope="module")
def lastfm(tiny_lastfm_dir):
    return load_lastfm(tiny_lastfm_dir)


@pytest.fixture(scope="module")
def truth(tiny_lastfm_dir):
    return load_truth(tiny_lastfm_dir.parent)


@pytest.fixture(scope="module")
def middle_world():
    """A world between tiny and lesson, large enough for statistics."""
    return draw_world(replace(SCALES["lesson"], n_listeners=400, n_artists=12_000), seed=1)


def hashes(folder):
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


# The files


def test_line_ends_and_encodings_are_those_of_the_real_files(tiny_lastfm_dir):
    for name in ("user_artists.dat", "tags.dat", "user_friends.dat"):
        raw = (tiny_lastfm_dir / name).read_bytes()
        assert raw.count(b"\r\n") == raw.count(b"\n") > 1, name
    for name in ("artists.dat", "user_taggedartists.dat"):
        assert b"\r" not in (tiny_lastfm_dir / name).read_bytes(), name
    tags = (tiny_lastfm_dir / "tags.dat").read_bytes()
    assert "música" in tags.decode("iso-8859-1")
    with pytest.raises(UnicodeDecodeError):
        tags.decode("utf-8")


def test_tiny_world_has_about_the_promised_size(lastfm):
    interactions = lastfm.interactions()
    assert interactions.n_users == 120
    assert 300 <= interactions.n_items <= 600


def test_lists_are_full_for_most_users_and_never_longer(lastfm):
    lengths = lastfm.plays.group_by("user_id").len()["len"]
    assert lengths.max() == SCALES["tiny"].list_length
    assert (lengths == lengths.max()).mean() > 0.9


@pytest.mark.parametrize(
    ("frame", "column"), [("plays", "user_id"), ("artists", "artist_id"), ("tags", "tag_id")]
)
def test_identifiers_rise_from_a_small_number_and_have_holes(lastfm, frame, column):
    ids = getattr(lastfm, frame)[column].unique().sort()
    assert ids[0] <= 2
    assert len(ids) < ids[-1] < 1.3 * len(ids)


def test_every_played_artist_has_a_name(lastfm):
    assert set(lastfm.plays["artist_id"]) == set(lastfm.artists["artist_id"])
    assert (lastfm.artists["name"].str.strip_chars() == lastfm.artists["name"]).all()
    assert lastfm.artists["name"].str.len_chars().min() > 0


def test_tagged_artists_include_some_without_a_name(tiny_lastfm_dir, lastfm):
    written = pl.read_csv(tiny_lastfm_dir / "user_taggedartists.dat", separator="\t")
    unnamed = written.filter(~pl.col("artistID").is_in(lastfm.artists["artist_id"].to_list()))
    assert 0 < len(unnamed) < 0.1 * len(written)


def test_friendships_stand_in_both_directions_without_loops(lastfm):
    pairs = set(lastfm.friends.rows())
    assert pairs == {(friend, user) for user, friend in pairs}
    assert all(user != friend for user, friend in pairs)


def test_tag_dates_are_in_the_calendar_and_users_have_few_distinct_tags(lastfm):
    assert lastfm.tagged["date"].null_count() < 0.01 * len(lastfm.tagged)
    tags = lastfm.tagged.group_by("user_id").agg(pl.col("tag_id").n_unique())["tag_id"]
    assert tags.max() <= SCALES["tiny"].distinct_tags_max


def test_awkward_names_are_in_the_world_and_in_the_files(middle_world, lastfm):
    names = middle_world.names.tolist()
    assert all(names.count(name) >= AWKWARD_NAMES.count(name) for name in AWKWARD_NAMES)
    shown = set(lastfm.artists["name"])
    assert "<img src=x onerror=alert(1)>" in shown
    assert "Ke$ha and A$AP" in shown
    assert lastfm.artists["name"].is_duplicated().any()


def test_artist_names_are_distinct_but_for_the_awkward_pair(middle_world):
    names = middle_world.names.tolist()
    assert len(names) - len(set(names)) == len(AWKWARD_NAMES) - len(set(AWKWARD_NAMES))
    assert np.mean([not name.isascii() for name in names]) > 0.05


# Same seed, same bytes


def test_equal_seeds_give_equal_bytes_in_another_process(tiny_lastfm_dir, tmp_path):
    code = "import sys; from helpers.data.synthetic import make_world; "
    code += "from pathlib import Path; make_world('tiny', 0, Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, timeout=120)
    assert hashes(tmp_path / "again") == hashes(tiny_lastfm_dir.parent)


def test_another_seed_gives_another_world(tiny_lastfm_dir, tmp_path):
    other = hashes(make_world("tiny", 1, tmp_path / "other"))
    ours = hashes(tiny_lastfm_dir.parent)
    assert other.keys() == ours.keys()
    assert not set(other.values()) & set(ours.values())


def test_world_json_names_version_scale_seed_and_every_file(tiny_lastfm_dir):
    folder = tiny_lastfm_dir.parent
    summary = json.loads((folder / "world.json").read_text())
    assert (summary["version"], summary["scale"], summary["seed"]) == (WORLD_VERSION, "tiny", 0)
    written = hashes(folder)
    written.pop("world.json")
    assert summary["sha256"] == written
    assert summary["counts"]["users"] == 120


# Nothing half-written


def test_a_complete_world_is_left_alone_and_a_damaged_one_drawn_again(tmp_path):
    folder = make_world("tiny", 3, tmp_path / "world")
    before, written = hashes(folder), (folder / "world.json").stat().st_mtime_ns
    assert make_world("tiny", 3, folder) == folder
    assert (folder / "world.json").stat().st_mtime_ns == written
    (folder / "lastfm" / "tags.dat").write_bytes(b"tagID\ttagValue\r\n")
    make_world("tiny", 3, folder)
    assert hashes(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_a_folder_of_something_else_is_refused_and_kept(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match="not a synthetic world"):
        make_world("tiny", 0, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_interrupted_draw_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.data.synthetic.files.draw_friendships", interrupt)
    with pytest.raises(KeyboardInterrupt):
        make_world("tiny", 0, tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def fill_up(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpers.data.synthetic.files.draw_friendships", fill_up)
    with pytest.raises(DataError, match="No space left on device"):
        make_world("tiny", 0, tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


def test_several_processes_at_once_end_with_one_whole_world(tmp_path, tiny_lastfm_dir):
    code = "import sys; from helpers.data.synthetic import make_world; "
    code += "from pathlib import Path; make_world('tiny', 0, Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path / "world")]

    def run(_):
        return subprocess.run(command, capture_output=True, timeout=120, check=False)

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(run, range(3)))
    assert [process.returncode for process in ended] == [0] * 3
    assert hashes(tmp_path / "world") == hashes(tiny_lastfm_dir.parent)
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


@pytest.mark.parametrize("seed", [-1, 1.5, None, True, "7"])
def test_odd_seeds_are_refused(tmp_path, seed):
    with pytest.raises(SettingError, match="expected a whole number"):
        make_world("tiny", seed, tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scale_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(SettingError, match="'huge', expected one of tiny, lesson, large"):
        make_world("huge", 0, tmp_path / "world")
    assert list(tmp_path.iterdir()) == []


# The world


def test_popularity_has_a_heavy_tail(middle_world):
    listeners = np.bincount(np.concatenate([chunk.artists for chunk in listen(middle_world)]))
    listeners = np.sort(listeners[listeners > 0])[::-1]
    assert gini(listeners) > 0.5
    assert np.mean(listeners == 1) > 0.4
    assert listeners[0] > 100 * np.median(listeners)


def test_popularity_alone_does_not_decide_who_plays_whom(lastfm):
    user_items = lastfm.interactions().user_items.astype(bool)
    popular = np.argsort(-user_items.sum(axis=0))[: SCALES["tiny"].list_length]
    share = user_items[:, popular].sum(axis=1) / user_items.sum(axis=1)
    assert 0.05 < share.mean() < 0.6
    assert share.std() > 0.05


def test_truth_has_the_rows_of_the_interactions(truth, lastfm):
    interactions = lastfm.interactions()
    assert np.array_equal(truth.user_ids, interactions.users.external_ids)
    assert np.array_equal(truth.artist_ids, interactions.items.external_ids)
    assert np.allclose(truth.user_factors.sum(axis=1), 1, atol=1e-5)
    assert len(truth.genres) == len(GENRE_NAMES)
    assert len(truth.scenes) == len(SCENE_NAMES) == truth.artist_factors.shape[1]


def test_listeners_truly_prefer_what_they_play(truth, lastfm):
    played = lastfm.interactions().user_items.astype(bool).toarray()
    preference = truth.preference(np.arange(len(played)))
    prefers = [
        row[mask].mean() > row[~mask].mean() for row, mask in zip(preference, played, strict=True)
    ]
    assert np.mean(prefers) > 0.95


def test_listeners_more_easily_meet_what_they_play(truth, lastfm):
    played = lastfm.interactions().user_items.astype(bool).toarray()
    reach = np.broadcast_to(truth.log_reach, played.shape)
    assert reach[played].mean() > reach[~played].mean() + 0.5


def test_choice_is_a_probability(truth):
    choice = truth.choice([0, 5])
    assert choice.shape == (2, len(truth.artist_ids))
    assert np.allclose(choice.sum(axis=1), 1, atol=1e-4)


def test_plays_follow_preference(middle_world):
    chunk = next(iter(listen(middle_world)))
    theta, phi = middle_world.listener_factors, middle_world.artist_factors
    liking = np.asarray((phi @ theta[: chunk.listeners.max() + 1].T).T)
    log_liking = np.log(liking[chunk.listeners, chunk.artists] + 1e-3)
    rows = chunk.listeners
    # Within a list, so that heavy listeners do not stand in for strong tastes.
    correlations = [
        np.corrcoef(log_liking[rows == row], np.log(chunk.plays[rows == row]))[0, 1]
        for row in np.unique(rows)
        if log_liking[rows == row].std() > 0 and (rows == row).sum() > 10
    ]
    assert np.mean(correlations) > 0.05


def test_tags_tell_the_genre_of_an_artist(truth, lastfm):
    names = dict(zip(lastfm.tags["tag_id"], lastfm.tags["tag"], strict=True))
    genre_of = dict(zip(truth.artist_ids.tolist(), truth.artist_genre.tolist(), strict=True))
    genre_tags = lastfm.tagged.with_columns(
        tag=pl.col("tag_id").replace_strict(names, return_dtype=pl.String)
    ).filter(pl.col("tag").is_in(GENRE_NAMES))
    true_genre = [GENRE_NAMES[genre_of[artist]] for artist in genre_tags["artist_id"]]
    # Nearby genres of the family are named too, each of them far less often.
    assert (genre_tags["tag"] == pl.Series(true_genre)).mean() > 0.5


def test_friends_share_more_artists_than_strangers(middle_world):
    chunks = list(listen(middle_world))
    listeners = np.concatenate([chunk.listeners for chunk in chunks])
    artists = np.concatenate([chunk.artists for chunk in chunks])
    user_items = sp.coo_array((np.ones(len(artists)), (listeners, artists))).tocsr()
    overlap = (user_items @ user_items.T).toarray()
    strangers = overlap[~np.eye(len(overlap), dtype=bool)].mean()
    friends = draw_friendships(middle_world)
    assert overlap[friends[:, 0], friends[:, 1]].mean() > 1.5 * strangers


# The truth on disk


def test_real_data_have_no_truth(tmp_path):
    with pytest.raises(DataError, match="missing"):
        load_truth(tmp_path)


def test_a_damaged_truth_is_one_sentence(tmp_path):
    (tmp_path / "truth.npz").write_bytes(b"not an archive")
    with pytest.raises(DataError, match="damaged"):
        load_truth(tmp_path)
