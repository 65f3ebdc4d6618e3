"""Studies in files: what survives, and what is refused."""

import sqlite3
from contextlib import closing

import optuna
import pytest
from optuna.trial import TrialState

from helpers.errors import DataError
from helpers.interactions import Interactions
from helpers.studies import fingerprint, finished_trials, open_study

FACTS = {"model": "als", "split seeds": (0, 1)}


@pytest.fixture
def file(tmp_path):
    """A study with one finished trial, in a folder whose name needs care in an address."""
    file = tmp_path / "50% of #1?" / "study.sqlite3"
    with open_study(file, FACTS) as study:
        study.tell(study.ask(), 0.5)
    return file


def test_study_is_found_again_and_lies_alone_in_its_folder(file):
    with open_study(file, FACTS) as study:
        assert [trial.value for trial in finished_trials(study)] == [0.5]
    assert list(file.parent.iterdir()) == [file]


def test_study_of_something_else_is_refused_and_left_as_it_is(file):
    before = file.read_bytes()
    with (
        pytest.raises(DataError, match=r"other split seeds \(got \[0, 1\], expected \[3\]\)"),
        open_study(file, FACTS | {"split seeds": (3,)}),
    ):
        pass
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"trials: 12\n",
        lambda content: content[:5000],
        lambda content: content[: len(content) // 2],
        lambda content: content[:4096] + bytes(8192) + content[12288:],
    ],
    ids=["empty", "text", "head", "half", "hole"],
)
def test_damaged_file_is_refused_and_left_as_it_is(file, damage):
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    with (
        pytest.raises(DataError, match=r"cannot be used as a study .* move the file away"),
        open_study(file, FACTS),
    ):
        pass
    assert file.read_bytes() == damaged


def test_study_of_another_version_of_optuna_is_refused(file):
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'v99.0.0.a'")
    with (
        pytest.raises(DataError, match=r"as a study \(.*version.*\); "),
        open_study(file, FACTS),
    ):
        pass


def test_trouble_of_the_storage_is_one_sentence(file):
    with (
        pytest.raises(DataError, match=r"study \(database or disk is full\); check the folder"),
        open_study(file, FACTS),
    ):
        raise optuna.exceptions.StorageInternalError("database or disk is full\n(Background on)")


def test_what_a_dead_process_left_of_a_beginning_is_in_nobodys_way(tmp_path):
    (tmp_path / ".study.sqlite3.partial").write_bytes(b"half a header")
    with open_study(tmp_path / "study.sqlite3", FACTS) as study:
        assert study.trials == []


def test_beginning_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(**options):
        raise optuna.exceptions.StorageInternalError("database or disk is full")

    monkeypatch.setattr(optuna, "create_study", fail)
    with pytest.raises(DataError, match="disk is full"), open_study(tmp_path / "study", FACTS):
        pass
    assert list(tmp_path.iterdir()) == []


def test_interrupted_trials_are_closed_and_do_not_count(file):
    with open_study(file, FACTS) as study:
        study.ask()
        judged = study.ask()
        judged.set_user_attr("outcome", {"error": ""})  # killed before the value was told
        refused = study.ask()
        refused.set_user_attr("outcome", {"error": "factors is 0"})
    with open_study(file, FACTS) as study:
        states = [trial.state for trial in study.trials]
        assert states == [TrialState.COMPLETE] + 3 * [TrialState.FAIL]
        assert [trial.number for trial in finished_trials(study)] == [0, refused.number]


def test_fingerprint_tells_pairs_weights_identifiers_and_tags_apart(tiny_lastfm_dir):
    from helpers.data.lastfm import load_lastfm

    whole = load_lastfm(tiny_lastfm_dir).interactions()
    heavier = whole.user_items.copy()
    heavier.data[0] += 1
    fewer_tags = whole.side.without(whole.user_items)
    others = [
        whole.with_matrix(heavier),
        Interactions(whole.user_items, whole.users, whole.items, whole.item_names),
        Interactions(whole.user_items, whole.users, whole.items, whole.item_names, fewer_tags),
    ]
    assert len({fingerprint(data) for data in [whole, *others]}) == 4
    assert fingerprint(whole) == fingerprint(load_lastfm(tiny_lastfm_dir).interactions())


def test_study_that_lost_its_facts_is_refused(file):
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM study_user_attributes")
    with (
        pytest.raises(DataError, match=r"other model \(got null, expected \"als\"\)"),
        open_study(file, FACTS),
    ):
        pass
