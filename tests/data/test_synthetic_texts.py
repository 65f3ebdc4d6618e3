import hashlib
import json
from collections import Counter

import numpy as np
import pytest

from helpers.data.lastfm import load_lastfm
from helpers.data.synthetic import make_world
from helpers.data.synthetic.names import AWKWARD_NAMES, DECADES, GENRE_NAMES, MOODS, SCENE_NAMES
from helpers.data.synthetic.settings import SCALES
from helpers.data.synthetic.texts import TEXTS_VERSION, make_texts
from helpers.data.synthetic.texts import phrases as critics
from helpers.data.synthetic.world import draw_world
from helpers.errors import DataError, SettingError
from helpers.words.terms import clarity, text_terms
from helpers.words.texts import match_texts, read_texts


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_texts("tiny", folder=tmp_path_factory.mktemp("corpus") / "tiny")


@pytest.fixture(scope="module")
def texts(tiny):
    return read_texts(tiny / "texts")


@pytest.fixture(scope="module")
def world():
    return draw_world(SCALES["tiny"], 0)


def hashes(folder):
    files = (file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def share_that_says(texts, world, words_of):
    """Return which share of the texts names the words of its artist, and the words of the next."""
    rows = [row for row in range(len(world.names)) if world.names[row] in texts]
    said = [[words_of(at) in texts[world.names[row]] for at in (row, row - 1)] for row in rows]
    return np.mean(said, axis=0)


# What the critics write follows the world


def test_artists_are_those_of_the_world_the_known_more_often(texts, world, tiny):
    assert set(texts) <= set(world.names)
    reviewed = np.array([name in texts for name in world.names])
    assert world.log_reach[reviewed].mean() > world.log_reach[~reviewed].mean() + 1
    assert json.loads((tiny / "texts.json").read_text())["counts"]["reviews"] > reviewed.sum()


@pytest.mark.parametrize("trait", ["scene", "decade", "mood"])
def test_texts_speak_of_the_traits_of_their_artists(texts, world, trait):
    words = {
        "scene": lambda row: SCENE_NAMES[world.scene[row]],
        "decade": lambda row: DECADES[world.labels["decade"][row]],
        "mood": lambda row: MOODS[world.genre[row]][world.labels["mood"][row]],
    }[trait]
    own, others = share_that_says(texts, world, words)
    assert 0.4 < own < 0.95
    assert own > 2 * others


def test_critics_err_now_and_then(texts, world):
    sound_of = {sound: genre for genre, sounds in critics.SOUNDS.items() for sound in sounds}
    right = Counter(
        sound_of[sound] == GENRE_NAMES[world.genre[row]]
        for row in range(len(world.names))
        for sound in sound_of
        if sound in texts.get(world.names[row], "")
    )
    assert 0.02 < right[False] / right.total() < 0.15


def test_artists_are_compared_with_artists_of_their_scene(texts, world):
    scene_of = dict(zip(world.names, world.scene, strict=True))
    opening, closing = critics.COMPARISON_FORMS[0].split("{words}")
    found = [
        (scene_of[name], scene_of[sentence.split(opening)[1].split(closing)[0]])
        for name, text in texts.items()
        for sentence in [text[text.find(opening) :]]
        if opening in text
    ]
    assert len(found) > 10
    assert np.mean([one == other for one, other in found]) > 0.95


def test_chatter_has_less_clarity_than_words_of_music(texts):
    terms = text_terms(texts.values(), longest=1)
    measured = dict(zip(terms.names, clarity(terms), strict=True))
    chatter = [measured[word] for word in ("album", "label", "tour", "single")]
    music = [measured[word] for word in ("guitars", "metal", "techno") if word in measured]
    assert max(chatter) < min(music)


def test_every_genre_has_sounds_of_its_own():
    assert tuple(sorted(critics.SOUNDS)) == tuple(sorted(GENRE_NAMES))
    sounds = [sound for of_genre in critics.SOUNDS.values() for sound in of_genre]
    assert len(set(sounds)) == len(sounds)


def test_names_that_trip_up_programs_come_through(texts, world):
    awkward = set(AWKWARD_NAMES) & set(world.names)
    assert len(awkward & set(texts)) > 0.7 * len(awkward)


def test_texts_match_the_artists_of_the_lastfm_files(tiny, texts, tiny_lastfm_dir):
    listening = load_lastfm(tiny_lastfm_dir).interactions()
    matched = match_texts(texts, listening)
    known = listening.item_popularity() >= 5
    assert (matched.texts[known] != "").mean() > 0.8


# Same seed, same bytes; nothing half-written, nobody's own files replaced


def test_equal_seeds_give_equal_bytes_and_others_do_not(tiny, tmp_path):
    again = hashes(make_texts("tiny", 0, folder=tmp_path / "again"))
    assert again == hashes(tiny)
    other = hashes(make_texts("tiny", 1, folder=tmp_path / "other"))
    assert other.keys() == again.keys()
    assert not set(other.values()) & set(again.values())


def test_marker_names_version_scale_seed_and_every_file(tiny):
    summary = json.loads((tiny / "texts.json").read_text())
    assert (summary["version"], summary["scale"], summary["seed"]) == (TEXTS_VERSION, "tiny", 0)
    assert set(summary["bytes"]) == {f"texts/{name}.txt" for name in critics.MAGAZINES}


def test_a_complete_corpus_is_left_alone_and_a_damaged_one_drawn_again(tmp_path, capfd):
    folder = make_texts("tiny", 3, folder=tmp_path / "world")
    before = hashes(folder)
    assert make_texts("tiny", 3, folder=folder) == folder
    assert capfd.readouterr().err == "drawing the synthetic texts (tiny, seed 3)\n"
    (folder / "texts" / "Side B.txt").unlink()
    make_texts("tiny", 3, folder=folder)
    assert hashes(folder) == before


def test_a_corpus_joins_the_world_that_stands_there(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_SYNTHETIC_DIR", str(tmp_path))
    folder = make_texts("tiny")
    expected = ["lastfm", "texts", "texts.json", "truth.npz", "world.json"]
    assert sorted(file.name for file in folder.iterdir()) == expected
    assert make_world("tiny", 0, folder) == folder
    assert sorted(file.name for file in folder.iterdir()) == expected


def test_texts_of_someones_own_are_refused_and_kept(tmp_path):
    mine = make_world("tiny", 0, tmp_path / "world") / "texts" / "Abba.txt"
    mine.parent.mkdir()
    mine.write_text("the only copy")
    with pytest.raises(DataError, match=r"world.texts holds something that is not of a"):
        make_texts("tiny", 0, folder=tmp_path / "world")
    assert mine.read_text() == "the only copy"


def test_an_interrupted_draw_leaves_nothing_behind(tmp_path, monkeypatch):
    def stop(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpers.data.synthetic.texts.draw_reviews", stop)
    with pytest.raises(DataError, match=r"cannot be written to .*No space left on device"):
        make_texts("tiny", 0, folder=tmp_path / "world")
    assert not [file for file in tmp_path.iterdir() if not file.name.endswith(".lock")]


@pytest.mark.parametrize(("scale", "seed"), [("large", 0), ("tiny", -1), ("tiny", 0.5)])
def test_unknown_scales_and_seeds_are_refused(scale, seed):
    with pytest.raises(SettingError, match=r"scale is 'large'|seed is"):
        make_texts(scale, seed)
