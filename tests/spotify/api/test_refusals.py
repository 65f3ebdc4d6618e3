"""Every refusal is one sentence that says which it is and what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.spotify.api.refusals import PlaylistRefusedError, explain
from helpers.spotify.api.session import ELSEWHERE, RefusedError

MINE = "Mine000000000000000000"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("User not registered in the Developer Dashboard", "User Management"),
        (
            "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
            "User Management",
        ),
        ("Active premium subscription required for the owner of the app. When it", "Premium"),
        ("Insufficient client scope", "spotify login"),
        ("Forbidden", "no longer offers this request"),
        ("", "no longer offers this request"),
    ],
)
def test_each_meaning_of_403_is_told_by_what_spotify_says(message, expected):
    error = explain(RefusedError(403, message))
    assert expected in str(error)
    assert not isinstance(error, PlaylistRefusedError)


def test_403_on_a_playlist_means_it_is_not_yours_unless_spotify_says_otherwise():
    error = explain(RefusedError(403, "Forbidden"), MINE)
    assert isinstance(error, PlaylistRefusedError)
    assert "neither yours nor one you collaborate on" in str(error)
    for message in ("User not registered", "premium subscription required", "scope"):
        assert not isinstance(explain(RefusedError(403, message), MINE), PlaylistRefusedError)


def test_missing_playlist_is_told_from_one_that_spotify_made():
    editorial = explain(RefusedError(404, "Resource not found"), "37i9dQZF1DXcBWIGoYBM5M")
    assert "made by Spotify itself" in str(editorial)
    assert "knows no playlist" in str(explain(RefusedError(404, "Resource not found"), MINE))


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (90, "in 90 seconds, after 2"),
        (600, "in 10 minutes, after 2"),
        (3600, "in 1 h 0 min, after 2"),
        (86_000, "in 23 h 53 min, after 2"),
        (None, "another day"),
        (1e18, "another day"),
        (float("inf"), "another day"),
    ],
)
def test_rate_limit_says_when_to_come_back(wait, expected):
    for reason in ("", "QUOTA_EXCEEDED"):
        assert expected in str(explain(RefusedError(429, "slow down", reason, wait)))
    assert "quota" in str(explain(RefusedError(429, "", "QUOTA_EXCEEDED", wait)))


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (RefusedError(None, reason="ConnectTimeout"), r"cannot be reached \(ConnectTimeout\)"),
        (RefusedError(None, reason=ELSEWHERE), "not Spotify's"),
        (RefusedError(200), "not with the JSON"),
        (RefusedError(302), "not with the JSON"),
        (RefusedError(400, "Invalid base62 id"), r"400: Invalid base62 id"),
        (RefusedError(400, "", "invalid_client"), "client id"),
        (RefusedError(401, "The access token expired"), "spotify login"),
        (RefusedError(404), "404: Not Found"),
        (RefusedError(503), r"in trouble \(503\)"),
        (RefusedError(499), "499: no reason"),
    ],
)
def test_every_other_refusal_has_its_sentence(refused, expected):
    with pytest.raises(Exception, match=expected):
        raise explain(refused)


@given(
    status=st.one_of(st.none(), st.integers(100, 999)),
    message=st.text(max_size=300),
    reason=st.sampled_from(["", "QUOTA_EXCEEDED", ELSEWHERE, "invalid_client"]),
    wait=st.one_of(st.none(), st.floats(0, 1e12)),
    playlist=st.sampled_from([None, MINE]),
)
def test_whatever_comes_becomes_one_printable_line(status, message, reason, wait, playlist):
    sentence = str(explain(RefusedError(status, message, reason, wait), playlist))
    assert sentence.isprintable()
    assert sentence.count(";") >= 1, "what to do stands after it"
    assert len(sentence) < 500


def test_what_is_as_long_as_a_token_is_never_repeated():
    token = "BQ" + "x" * 150
    sentence = str(explain(RefusedError(400, f"Invalid token {token}, or {token}", token)))
    assert "Invalid token ... or ..." in sentence
    assert "xxxx" not in str(explain(RefusedError(400, "", token))).replace(token[:24], "")
