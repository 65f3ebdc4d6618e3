"""A player names what it plays, and holds the sound itself."""

import base64
import io
import re

import numpy as np
import pytest
from small_sounds import sine, write_wave

from helpers.audio import player as module
from helpers.audio.player import player
from helpers.errors import DataError


@pytest.fixture
def tone(tmp_path):
    return write_wave(tmp_path / "tone.wav", sine(440, 2.0))


def sound_in(shown):
    return base64.b64decode(re.search(r"base64,([^\"]+)", shown._repr_html_())[1])


def test_player_is_small_and_sounds_as_the_file(tone):
    soundfile = pytest.importorskip("soundfile")
    shown = player(tone, "A tone")
    assert shown.content == sound_in(shown)
    if shown.kind == "mpeg":
        assert len(shown.content) < tone.stat().st_size / 5
    samples, rate = soundfile.read(io.BytesIO(shown.content))
    loudest = np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples)
    assert loudest == pytest.approx(440, abs=2)
    assert len(samples) / rate == pytest.approx(2.0, abs=0.2)
    assert "base64" not in repr(shown)


def test_names_that_are_markup_are_text(tone):
    html = player(tone, '<img src=x> "A" & B')._repr_html_()
    assert "<img" not in html
    assert html.count("&lt;img src=x&gt; &quot;A&quot; &amp; B") == 2


def test_without_soundfile_a_wav_file_is_kept_as_it_is(tone, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    shown = player(tone, "A tone")
    assert (shown.kind, sound_in(shown)) == ("wav", tone.read_bytes())
    with pytest.raises(DataError, match="need the package soundfile"):
        player(tone.rename(tone.with_suffix(".flac")), "A tone")


def test_a_missing_or_damaged_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(DataError, match="is missing, expected an audio file"):
        player(tmp_path / "none.wav", "Nothing")
    pytest.importorskip("soundfile")
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(DataError, match="cannot be read as audio"):
        player(tmp_path / "text.wav", "Text")
