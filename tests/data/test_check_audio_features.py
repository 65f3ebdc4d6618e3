import pytest

from helpers.data.check import check_dataset

MEASURES = (
    "acousticness,danceability,duration_ms,energy,instrumentalness,liveness,loudness,"
    "speechiness,tempo,valence,popularity,key"
)
VALUES = "0.9,0.4,260537.1,0.2,0.3,0.2,-17.0,0.07,101.5,0.37,0.6,2"


@pytest.fixture
def tables(tmp_path):
    (tmp_path / "data_by_year.csv").write_text(
        f"mode,year,{MEASURES}\n1,1921,{VALUES}\n1,1922,{VALUES}\n"
    )
    (tmp_path / "data_by_genres.csv").write_text(f"mode,genres,{MEASURES}\n1,tango,{VALUES}\n")
    return tmp_path


def test_rows_are_counted_and_a_missing_table_of_tracks_is_a_note(tables):
    report = check_dataset("audio_features", tables)
    assert not report.has_errors, str(report)
    assert report.counts == {"years": 2, "genres": 1}
    assert "published: 2,973" in str(report)
    (note,) = report.findings
    assert note.file == "data.csv"


def test_missing_column_is_an_error(tables):
    table = tables / "data_by_year.csv"
    table.write_text(table.read_text().replace("loudness", "noise"))
    report = check_dataset("audio_features", tables)
    assert report.has_errors
    assert "loudness" in str(report)


def test_missing_tables_are_errors(tables):
    (tables / "data_by_genres.csv").unlink()
    report = check_dataset("audio_features", tables)
    assert [finding.file for finding in report.findings if finding.is_error] == [
        "data_by_genres.csv"
    ]
    report = check_dataset("audio_features", tables / "nowhere")
    assert report.has_errors
    assert "copy the files you have there" in str(report)
