from codecs import BOM_UTF8

import pytest

from helpers.data.audio_features import load_audio_features
from helpers.errors import DataError

HEADER = (
    "mode,{},acousticness,danceability,duration_ms,energy,instrumentalness,liveness,loudness,"
    "speechiness,tempo,valence,popularity,key"
)
ROW = "1,{},0.5,0.5,200000.5,0.5,0.1,0.2,-10.5,0.05,120.1,0.5,40.2,7"
TRACK_HEADER = (
    "valence,year,acousticness,artists,danceability,duration_ms,energy,explicit,id,"
    "instrumentalness,key,liveness,loudness,mode,name,popularity,release_date,speechiness,tempo"
)
TRACK_ROW = (
    "0.5,{year},0.5,{artists},0.5,200000,0.5,0,a1,0.1,7,0.2,-10.5,1,{name},40,{date},0.05,120"
)


def track(artists, name="Sunday", date="1999-02-01"):
    return TRACK_ROW.format(artists=artists, name=name, year=date[:4], date=date)


@pytest.fixture
def folder(tmp_path):
    """A folder of small tables; `write` replaces one of them."""
    write(tmp_path, "data_by_year.csv", HEADER.format("year"), ROW.format(1921), ROW.format(2020))
    write(tmp_path, "data_by_genres.csv", HEADER.format("genres"), ROW.format("acid jazz"))
    return tmp_path


def write(folder, name, *lines, end="\n"):
    (folder / name).write_bytes("".join(line + end for line in lines).encode())


def test_years_and_genres_are_read_and_tracks_are_optional(folder):
    features = load_audio_features(folder)
    assert features.tracks is None
    assert features.years["year"].to_list() == [1921, 2020]
    assert features.genres["genre"].to_list() == ["acid jazz"]
    assert features.years.row(0, named=True)["loudness"] == -10.5
    assert features.years["key"].to_list() == [7, 7]


def test_artists_become_lists_and_dates_stay_as_they_are(folder):
    write(
        folder,
        "data.csv",
        TRACK_HEADER,
        track("['A']", date="1999"),
        track("\"['O''Hare', 'B']\"".replace("''", "\\'"), date="1999-02"),
        track('"[""O\'Hare"", \'say ""hi""\']"', name='"Comma, and\nline"'),
        track("[]", name=""),
    )
    tracks = load_audio_features(folder).tracks
    assert tracks["artists"].to_list() == [["A"], ["O'Hare", "B"], ["O'Hare", 'say "hi"'], []]
    assert tracks["release_date"].to_list() == ["1999", "1999-02", "1999-02-01", "1999-02-01"]
    assert tracks["name"].to_list() == ["Sunday", "Sunday", "Comma, and\nline", ""]
    assert tracks.columns[:5] == ["id", "name", "artists", "year", "release_date"]


def test_columns_are_chosen_by_name_whatever_their_order(folder):
    as_it_was = load_audio_features(folder).years
    columns = [HEADER.format("year"), ROW.format(1921), ROW.format(2020)]
    turned = [",".join(reversed(line.split(","))) + ",extra" for line in columns]
    write(folder, "data_by_year.csv", *turned)
    assert load_audio_features(folder).years.equals(as_it_was)


def test_byte_order_mark_and_windows_line_ends_make_no_difference(folder):
    as_it_was = load_audio_features(folder).years
    file = folder / "data_by_year.csv"
    file.write_bytes(BOM_UTF8 + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load_audio_features(folder).years.equals(as_it_was)


def test_whole_numbers_written_as_decimals_are_whole_numbers(folder):
    write(folder, "data_by_year.csv", HEADER.format("year"), ROW.format("1921.0"))
    assert load_audio_features(folder).years["year"].to_list() == [1921]


@pytest.mark.parametrize("value", ["loud", "", "nan", "inf"])
def test_a_value_that_is_no_number_is_named_with_file_and_line(folder, value):
    wrong = ROW.format(2020).replace("-10.5", value)
    write(folder, "data_by_year.csv", HEADER.format("year"), ROW.format(1921), wrong)
    with pytest.raises(DataError, match=r"data_by_year\.csv, line 3: loudness is '.*expected a n"):
        load_audio_features(folder)


def test_half_a_year_is_no_whole_number(folder):
    write(folder, "data_by_year.csv", HEADER.format("year"), ROW.format("1921.5"))
    with pytest.raises(DataError, match=r"line 2: year is '1921\.5', expected a whole number"):
        load_audio_features(folder)


@pytest.mark.parametrize(
    "cell", ["A", "[1]", "\"('A',)\"", "\"['A'\"", "__import__('os')", "[" * 500, "None"]
)
def test_artists_that_are_no_list_of_names_are_named_with_their_line(folder, cell):
    write(folder, "data.csv", TRACK_HEADER, track("['A']", name='"two\nlines"'), track(cell))
    with pytest.raises(DataError, match=r"data\.csv, line 4: artists is .*expected a list"):
        load_audio_features(folder)


def test_missing_columns_are_named(folder):
    write(folder, "data_by_genres.csv", HEADER.format("genre"), ROW.format("jazz"))
    with pytest.raises(DataError, match=r"genres\.csv, line 1: the columns genres are missing"):
        load_audio_features(folder)


def test_a_row_with_too_many_columns_is_named(folder):
    too_long = ROW.format(2020) + ",1"
    write(folder, "data_by_year.csv", HEADER.format("year"), ROW.format(1921), too_long)
    with pytest.raises(DataError, match=r"line 3: 15 columns, expected 14"):
        load_audio_features(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "is missing"), (b"", "is empty"), (b"a,b\n1,\xff\n", "line 2: the text is not UTF-8")],
)
def test_a_table_that_is_none_is_one_sentence(folder, content, message):
    file = folder / "data_by_genres.csv"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_audio_features(folder)


def test_a_quote_that_never_ends_is_one_sentence(folder):
    lines = [track("['A']")] * 3000
    write(folder, "data.csv", TRACK_HEADER, track("['A']"), track("\"['A']"), *lines)
    with pytest.raises(DataError, match=r"data\.csv, line 3: a quote that begins here never ends"):
        load_audio_features(folder)


def test_a_header_without_rows_is_refused(folder):
    write(folder, "data_by_year.csv", HEADER.format("year"))
    with pytest.raises(DataError, match="a header and no rows"):
        load_audio_features(folder)


@pytest.mark.realdata
def test_real_tables_are_read(real_audio_features_dir):
    features = load_audio_features(real_audio_features_dir)
    assert features.years["year"].to_list() == list(range(1921, 2021))
    assert len(features.genres) == 2973
    acousticness = features.years["acousticness"]
    assert acousticness[0] > 0.8
    assert acousticness[-1] < 0.3


@pytest.fixture
def real_audio_features_dir():
    from helpers import paths

    folder = paths.raw_dir() / "audio_features"
    if not (folder / "data_by_year.csv").is_file():
        pytest.skip(f"needs the real tables in {folder}; set MUSIC_DATA_DIR")
    return folder
