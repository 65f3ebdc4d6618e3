import polars as pl
import pytest

from helpers.data.lastfm import load_lastfm
from helpers.data.synthetic import make_world
from helpers.realism import MODELS_COMPARED, compare_worlds, render

# The readme of HetRec 2011 gives these sizes of the real files.
PUBLISHED = {"users": 1892, "artists": 17_632, "pairs": 92_834, "tags": 11_946}


@pytest.fixture(scope="module")
def lesson_dir():
    """The world of the lessons; drawn where it is missing or its bytes are not those it should."""
    return make_world("lesson") / "lastfm"


@pytest.fixture(scope="module")
def tiny_with_itself(tiny_lastfm_dir):
    return compare_worlds(tiny_lastfm_dir, tiny_lastfm_dir, split_seeds=[0])


@pytest.mark.realdata
def test_synthetic_world_is_a_fair_stand_in_for_the_real_one(real_lastfm_dir, lesson_dir):
    comparison = compare_worlds(real_lastfm_dir, lesson_dir, split_seeds=[0])
    assert comparison["within"].all(), render(comparison)


def test_lesson_world_has_the_published_sizes(lesson_dir):
    lastfm = load_lastfm(lesson_dir)
    sizes = {
        "users": lastfm.plays["user_id"].n_unique(),
        "artists": lastfm.plays["artist_id"].n_unique(),
        "pairs": len(lastfm.plays),
        "tags": len(lastfm.tags),
    }
    assert sizes == {name: pytest.approx(size, rel=0.05) for name, size in PUBLISHED.items()}


def test_a_world_equals_itself_in_every_statistic(tiny_with_itself):
    assert tiny_with_itself["within"].all()
    # Sums over groups are not always added in the same order.
    assert tiny_with_itself["difference"].abs().max() < 1e-12
    statistics = set(tiny_with_itself["statistic"])
    assert {f"P@10 of {model}" for model in MODELS_COMPARED} <= statistics
    assert {f"place of {model} by P@10" for model in MODELS_COMPARED} <= statistics


def test_another_world_is_out_of_tolerance(tiny_lastfm_dir, tmp_path):
    for file in tiny_lastfm_dir.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    header, *rows = (tiny_lastfm_dir / "user_artists.dat").read_text().splitlines()
    (tmp_path / "user_artists.dat").write_text("\n".join([header, *rows[::2]]) + "\n")
    comparison = compare_worlds(tiny_lastfm_dir, tmp_path, split_seeds=[0])
    pairs = comparison.row(by_predicate=pl.col("statistic") == "user-artist pairs", named=True)
    assert not pairs["within"]
    assert pairs["difference"] == pytest.approx(-0.5, abs=0.01)


def test_text_shows_every_statistic_and_what_is_out(tiny_with_itself):
    text = render(tiny_with_itself)
    assert all(statistic in text for statistic in tiny_with_itself["statistic"])
    assert "OUT" not in text
    spoilt = tiny_with_itself.with_columns(within=pl.col("statistic") != "users")
    assert sum("OUT" in line for line in render(spoilt).splitlines()) == 1
