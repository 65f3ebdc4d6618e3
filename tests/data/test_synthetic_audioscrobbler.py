"""The dump: drawn as the world weighs it, its defects counted, nothing half-written."""

import hashlib
import json
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from helpers import paths
from helpers.data.synthetic import make_world
from helpers.data.synthetic.audioscrobbler import AUDIOSCROBBLER_VERSION, make_audioscrobbler
from helpers.data.synthetic.audioscrobbler.dump import draw_dump
from helpers.data.synthetic.audioscrobbler.identifiers import draw_artist_ids, draw_user_ids
from helpers.data.synthetic.audioscrobbler.listening import list_lengths
from helpers.data.synthetic.audioscrobbler.picks import MAINSTREAM_LEVELS, Picker, Tastes
from helpers.data.synthetic.audioscrobbler.plays import misspell
from helpers.data.synthetic.audioscrobbler.settings import DUMPS
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.world import Listening, draw_world
from helpers.errors import DataError, SettingError

PLAYS, ARTISTS, ALIASES = "user_artist_data.txt", "artist_data.txt", "artist_alias.txt"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The folder of the tiny dump."""
    return make_audioscrobbler("tiny", folder=tmp_path_factory.mktemp("dump") / "tiny")


@pytest.fixture(scope="module")
def counts(tiny):
    return json.loads((tiny / "audioscrobbler.json").read_text())["counts"]


@pytest.fixture(scope="module")
def plays(tiny):
    """Users, artists and plays, one column each."""
    return np.loadtxt(tiny / "audioscrobbler" / PLAYS, dtype=np.int64).T


@pytest.fixture(scope="module")
def artists(tiny):
    """The lines of the artists, as bytes."""
    return (tiny / "audioscrobbler" / ARTISTS).read_bytes().removesuffix(b"\n").split(b"\n")


@pytest.fixture(scope="module")
def names(artists):
    """Names by identifier, from the lines that can be read."""
    pairs = (line.decode(errors="replace").split("\t", 1) for line in artists if b"\t" in line)
    return {int(id_): name for id_, name in pairs if id_.isdecimal() and name}


@pytest.fixture(scope="module")
def aliases(tiny):
    """The lines of the aliases as pairs of texts."""
    lines = (tiny / "audioscrobbler" / ALIASES).read_text().removesuffix("\n").split("\n")
    return [tuple(line.split("\t")) for line in lines]


@pytest.fixture(scope="module")
def dump():
    return draw_dump(DUMPS["tiny"], 0)


def hashes(folder):
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if not file.name.endswith(".lock")
    }


def visible(folder):
    """Return the names in a folder besides the lock file."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


# Lists are drawn as the world weighs artists


@pytest.fixture(scope="module")
def few_artists():
    """Memberships, log reach, and a taste with its level for artists that can be counted."""
    rng = np.random.default_rng(0)
    factors = sp.random_array((40, 6), density=0.25, rng=rng).toarray()
    factors[:, 2] = 0  # A scene of nobody.
    factors = sp.csr_array(factors)
    scenes = np.array([0.5, 0.0, 0.2, 0.2, 0.1, 0.0])
    return factors, rng.normal(0, 1.2, 40), scenes, 0.15


def pick_many(few_artists, level, n_users, length):
    factors, log_reach, scenes, openness = few_artists
    tastes = Tastes(
        np.tile(scenes, (n_users, 1)),
        np.full(n_users, openness),
        np.full(n_users, level),
        np.full(n_users, length),
    )
    return Picker(factors, log_reach).pick(tastes, np.random.default_rng(1))


def weights(few_artists, level):
    factors, log_reach, scenes, openness = few_artists
    weight = np.exp(MAINSTREAM_LEVELS[level] * log_reach) * (factors @ scenes + openness)
    return weight / weight.sum()


def is_likely(observed, expected):
    """Return whether counts agree with what is expected, rare outcomes taken together."""
    rare = expected < 10
    if rare.any():
        observed, expected = (np.append(x[~rare], x[rare].sum()) for x in (observed, expected))
    return chisquare(observed, expected).pvalue > 1e-3


@pytest.mark.parametrize("level", [0, 6, 10])
def test_lists_are_drawn_by_the_weights_of_the_world_without_replacement(few_artists, level):
    n_users = 20_000
    _, picked = pick_many(few_artists, level, n_users, 2)
    first, second = picked.reshape(n_users, 2).T
    weight = weights(few_artists, level)
    assert is_likely(np.bincount(first, minlength=40), n_users * weight)
    after = weight[:, None] * weight / (1 - weight[:, None])
    np.fill_diagonal(after, 0)
    assert is_likely(np.bincount(second, minlength=40), n_users * after.sum(axis=0))


def test_each_user_has_a_taste_of_its_own(few_artists):
    factors, log_reach, _, _ = few_artists
    tastes = Tastes(np.eye(6)[[0, 1]], np.zeros(2), np.array([3, 9]), np.array([2, 2]))
    users, picked = Picker(factors, log_reach).pick(tastes, np.random.default_rng(0))
    assert users.tolist() == [0, 0, 1, 1]
    assert (factors.toarray()[picked, users] > 0).all()


@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.integers(0, 99))
@settings(max_examples=20)
def test_a_list_is_as_long_as_asked_for_and_holds_no_artist_twice(few_artists, lengths, seed):
    factors, log_reach, scenes, openness = few_artists
    n = len(lengths)
    tastes = Tastes(np.tile(scenes, (n, 1)), np.full(n, openness), np.full(n, 5), np.array(lengths))
    users, picked = Picker(factors, log_reach).pick(tastes, np.random.default_rng(seed))
    assert len(set(zip(users.tolist(), picked.tolist(), strict=True))) == len(users)
    assert np.bincount(users, minlength=n).tolist() == lengths


def test_a_list_ends_when_there_are_no_more_artists(few_artists):
    users, picked = pick_many(few_artists, 0, 1, 60)
    assert sorted(picked.tolist()) == list(range(40))
    assert not users.any()


@pytest.mark.parametrize("scale", DUMPS)
def test_list_lengths_have_their_mean_and_a_long_tail(scale):
    lengths = list_lengths(DUMPS[scale], np.random.default_rng(0))
    assert len(lengths) == DUMPS[scale].n_users
    assert lengths.mean() == pytest.approx(DUMPS[scale].mean_list, rel=0.05)
    assert np.median(lengths) < 0.8 * lengths.mean()
    assert 1 <= lengths.min() < 10
    assert 0.5 < lengths.max() / DUMPS[scale].longest_list <= 1


# The plays


def test_play_lines_are_three_numbers_grouped_by_user(tiny, plays, counts):
    text = (tiny / "audioscrobbler" / PLAYS).read_text()
    assert re.fullmatch(r"(\d+ \d+ [1-9]\d*\n)+", text)
    users, artists, n = plays
    assert 1 + (np.diff(users) != 0).sum() == len(set(users.tolist())) == 150
    assert counts[PLAYS]["rows"] == len(users) == len(set(zip(users, artists, strict=True)))
    assert counts[PLAYS]["plays"] == n.sum()
    assert counts[PLAYS]["most_plays"] == n.max()
    assert counts[PLAYS]["users"] == 150
    assert counts[PLAYS]["artists"] == len(set(artists.tolist()))


def test_two_users_have_counts_that_cannot_be(plays):
    users, _, n = plays
    _, row = np.unique(users, return_inverse=True)
    sums = np.sort(np.bincount(row, weights=n))
    assert n.max() == DUMPS["tiny"].hoarded_plays
    assert sums[-1] == DUMPS["tiny"].collected_plays
    assert sums[-3] < DUMPS["tiny"].listener_plays_most
    assert sums[-2] < 1.2 * n.max()


def test_most_plays_are_few(plays):
    n = plays[2]
    assert 0.3 < (n == 1).mean() < 0.5
    assert 2 <= np.median(n) <= 3


def test_artists_without_a_name_are_played(plays, names, counts):
    nameless = ~np.isin(plays[1], list(names))
    assert counts[PLAYS]["rows_without_name"] == nameless.sum() > 0
    assert counts[PLAYS]["artists_without_name"] == len(set(plays[1][nameless].tolist()))


def test_songs_without_an_artist_are_played_much(plays, names):
    (unknown,) = [id_ for id_, name in names.items() if name == "[unknown]"]
    users, artists, n = plays
    assert 0.05 < (artists == unknown).sum() / len(set(users.tolist())) < 0.25
    assert n[artists == unknown].mean() > 2 * np.median(n)


# Misspelt names


def test_plays_stand_under_the_artist_or_a_misspelt_name_or_both(dump):
    artist = int(np.diff(dump.variants.start)[:-1].argmax())
    n_variants = np.diff(dump.variants.start)[artist]
    assert n_variants >= 4
    n = 50_000
    given_ = Listening(np.arange(2, n + 2), np.full(n, artist), np.full(n, 10))
    listeners, artists, plays = misspell(given_, dump, np.random.default_rng(0))
    assert (np.bincount(listeners, weights=plays)[2:] == 10).all()
    assert plays.min() >= 1
    is_bad = artists >= dump.n_artists
    own = set(range(*(dump.n_artists + dump.variants.start[artist : artist + 2]).tolist()))
    assert set(artists[is_bad].tolist()) == own
    bad, good = set(listeners[is_bad].tolist()), set(listeners[~is_bad].tolist())
    chance = n_variants / (n_variants + 3)
    assert len(bad - good) / n == pytest.approx(0.08 * chance, rel=0.1)
    assert len(bad & good) / n == pytest.approx(0.04 * chance, rel=0.1)


def test_variants_are_other_spellings_each_another_one(dump):
    assert len(dump.variants.names) == len(dump.variants.artist)
    spelt = defaultdict(list)
    for name, artist in zip(dump.variants.names, dump.variants.artist, strict=True):
        spelt[artist].append(name)
    for artist, variants in spelt.items():
        assert len(set(variants)) == len(variants)
        assert dump.names[artist] not in variants
        assert all(name.strip() for name in variants)


def test_widely_known_artists_are_misspelt_most(dump):
    n_variants = np.diff(dump.variants.start)[:-1]
    known = np.argsort(-dump.world.log_reach)
    assert n_variants[known[:20]].min() >= 4
    assert n_variants[known[:70]].sum() > 0.5 * n_variants.sum()


# Defects are as many as the marker says


def test_defects_of_the_artists_are_counted(artists, counts):
    counts = counts[ARTISTS]
    with_tab = [line.split(b"\t", 1) for line in artists if b"\t" in line]
    ids = [id_ for id_, _ in with_tab if id_.isdigit()]
    assert counts["lines"] == len(artists)
    assert counts["without_tab"] == len(artists) - len(with_tab) > 0
    assert counts["id_is_no_number"] == len(with_tab) - len(ids) > 0
    assert counts["empty_name"] == sum(name == b"" for _, name in with_tab) > 0
    readable = [name for id_, name in with_tab if id_.isdigit()]
    assert counts["tab_in_name"] == sum(b"\t" in name for name in readable) > 0
    assert counts["not_utf8"] == sum(not is_utf8(line) for line in artists) > 0
    assert counts["repeated_id"] == len(ids) - len(set(ids)) > 0
    assert ids != sorted(ids, key=int)


def is_utf8(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_defects_of_the_aliases_are_counted(aliases, counts, names):
    counts = counts[ALIASES]
    assert counts["lines"] == len(aliases)
    assert counts["blank"] == sum(not bad for bad, _ in aliases) > 0
    assert counts["to_itself"] == sum(bad == good for bad, good in aliases) > 0
    goods = defaultdict(set)
    for bad, good in aliases:
        if bad not in {"", good}:
            goods[int(bad)].add(int(good))
    assert counts["two_good_ids"] == sum(len(good) == 2 for good in goods.values()) > 0
    nameless = [good for bad, good in aliases if bad and int(good) not in names]
    assert counts["to_unnamed"] == len(nameless) > 0
    table = {bad: min(good) for bad, good in goods.items()}
    ends = Counter(how_it_ends(table, bad) for bad in table)
    for end in ("in_two_steps", "in_three_steps", "on_a_cycle", "into_a_cycle"):
        assert counts[end] == ends[end] > 0, end


def how_it_ends(table, bad):
    """Return how an alias ends that is followed step by step."""
    path = [bad]
    while path[-1] in table:
        following = table[path[-1]]
        if following in path:
            return "on_a_cycle" if following == bad else "into_a_cycle"
        path.append(following)
    return ("in_one_step", "in_two_steps", "in_three_steps")[len(path) - 2]


# Identifiers


def test_artist_ids_differ_and_known_artists_have_low_ones():
    log_reach = np.random.default_rng(0).normal(0, 2.5, 50_000)
    ids = draw_artist_ids(log_reach, np.random.default_rng(1))
    assert len(np.unique(ids)) == len(ids)
    assert ids.min() >= 1
    assert ids.max() <= 10_794_401
    known = np.argsort(-log_reach)
    assert np.median(ids[known[:100]]) < 1_100_000 < np.median(ids[known[-1000:]])
    assert (ids[known[:100]] < 7000).any()


@given(st.integers(2, 3000), st.integers(0, 9))
@settings(max_examples=20)
def test_user_ids_differ_and_span_the_range_of_the_real_ones(n, seed):
    ids = draw_user_ids(n, np.random.default_rng(seed))
    assert len(set(ids.tolist())) == n
    assert (ids.min(), ids.max()) == (90, 2_443_548)


def test_artists_are_those_of_the_world(names):
    of_world = set(draw_world(SCALES["tiny"], 0).names)
    assert len(of_world & set(names.values())) > 0.98 * len(of_world)


def test_lesson_and_full_size_are_those_announced():
    assert DUMPS["lesson"].world.n_artists == SCALES["lesson"].n_artists
    assert DUMPS["full"].n_users == 148_111


# Same seed, same bytes; nothing half-written, nobody's own files replaced


def test_equal_seeds_give_equal_bytes_and_others_do_not(tiny, tmp_path):
    again = hashes(make_audioscrobbler("tiny", 0, folder=tmp_path / "again"))
    assert again == hashes(tiny)
    other = hashes(make_audioscrobbler("tiny", 1, folder=tmp_path / "other"))
    assert other.keys() == again.keys()
    assert not set(other.values()) & set(again.values())


def test_marker_names_version_scale_seed_and_every_file(tiny):
    summary = json.loads((tiny / "audioscrobbler.json").read_text())
    expected = (AUDIOSCROBBLER_VERSION, "tiny", 0)
    assert (summary["version"], summary["scale"], summary["seed"]) == expected
    sizes = {name: (tiny / name).stat().st_size for name in hashes(tiny) if "/" in name}
    assert summary["bytes"] == sizes
    assert set(sizes) == {f"audioscrobbler/{name}" for name in (PLAYS, ARTISTS, ALIASES)}


def test_a_complete_dump_is_left_alone_and_a_damaged_one_drawn_again(tmp_path, capfd):
    folder = make_audioscrobbler("tiny", 3, folder=tmp_path / "world")
    before = hashes(folder)
    assert make_audioscrobbler("tiny", 3, folder=folder) == folder
    assert capfd.readouterr().err == "drawing the synthetic dump (tiny, seed 3)\n"
    (folder / "audioscrobbler" / ALIASES).unlink()
    make_audioscrobbler("tiny", 3, folder=folder)
    assert capfd.readouterr().err.count("drawing") == 1
    assert hashes(folder) == before
    assert visible(tmp_path) == ["world"]


def test_a_dump_joins_the_world_that_stands_there(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path))
    folder = make_audioscrobbler("tiny")
    expected = ["audioscrobbler", "audioscrobbler.json", "lastfm", "truth.npz", "world.json"]
    assert visible(folder) == expected
    assert make_world("tiny", 0, folder) == folder
    assert visible(folder) == expected


@pytest.mark.parametrize("is_in_a_world", [True, False])
def test_a_dump_of_someones_own_is_refused_and_kept(tmp_path, is_in_a_world):
    if is_in_a_world:
        make_world("tiny", 0, tmp_path / "world")
    mine = tmp_path / "world" / "audioscrobbler" / PLAYS
    mine.parent.mkdir(parents=True)
    mine.write_text("the only copy")
    with pytest.raises(DataError, match=r"world.audioscrobbler holds something that is not of a"):
        make_audioscrobbler("tiny", 0, folder=tmp_path / "world")
    assert mine.read_text() == "the only copy"


WRITE = "helpers.data.synthetic.audioscrobbler.plays.misspell"


def test_an_interrupted_draw_leaves_nothing_behind_and_what_stood_there(tmp_path, monkeypatch):
    folder = make_audioscrobbler("tiny", 0, folder=tmp_path / "world")
    before = hashes(tmp_path)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(WRITE, interrupt)
    for place in (folder, tmp_path / "new"):
        with pytest.raises(KeyboardInterrupt):
            make_audioscrobbler("tiny", 1, folder=place)
        assert hashes(tmp_path) == before
    assert visible(tmp_path) == ["world"]


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def fill_up(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WRITE, fill_up)
    with pytest.raises(DataError, match=r"dump cannot be written .*No space left on device"):
        make_audioscrobbler("tiny", 0, folder=tmp_path / "world")
    assert visible(tmp_path) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scale": "large"}, "'large', expected one of tiny, lesson, full"),
        ({"seed": -1}, "seed is -1, expected a whole number"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path, wrong, message):
    with pytest.raises(SettingError, match=re.escape(message)):
        make_audioscrobbler(**{"scale": "tiny"} | wrong, folder=tmp_path / "world")
    assert visible(tmp_path) == []


@pytest.mark.realdata
def test_lines_look_like_those_of_the_real_sample(tiny):
    folder = paths.raw_dir() / "audioscrobbler"
    if not (folder / "user_artist_data_small.txt").is_file():
        pytest.skip(f"needs the real sample in {folder}; set MUSIC_DATA_DIR")
    for name, pattern in {PLAYS: rb"\d+ \d+ \d+", ALIASES: rb"\d*\t\d+"}.items():
        real = (folder / name.replace(".txt", "_small.txt")).read_bytes().splitlines()
        ours = (tiny / "audioscrobbler" / name).read_bytes().splitlines()
        assert all(re.fullmatch(pattern, line) for line in [*real, *ours])
