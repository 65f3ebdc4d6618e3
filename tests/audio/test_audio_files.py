"""Files of any kind become excerpts, or one sentence says why not."""

import tracemalloc

import numpy as np
import pytest
from small_sounds import sine, write_wave

from helpers.audio import files
from helpers.audio.files import audio_files, read_excerpts
from helpers.audio.spectrogram import RATE
from helpers.errors import DataError, SettingError


def loudest_frequency(samples):
    spectrum = np.abs(np.fft.rfft(samples))
    return spectrum.argmax() * RATE / len(samples)


@pytest.fixture(params=["soundfile", "python"])
def reader(request, monkeypatch):
    """Both ways to read a WAV file."""
    if request.param == "soundfile":
        pytest.importorskip("soundfile")
    else:
        monkeypatch.setattr(files, "find_spec", lambda name: None)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 96_000])
def test_a_tone_keeps_its_pitch_and_level_at_any_rate(tmp_path, rate, reader):
    excerpt = read_excerpts(write_wave(tmp_path / "tone.wav", sine(440, 4, rate), rate))
    assert excerpt.shape == (1, 3 * RATE)
    assert excerpt.dtype == np.float32
    assert loudest_frequency(excerpt[0]) == pytest.approx(440, abs=1)
    assert np.sqrt(np.mean(excerpt**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_channels_are_averaged(tmp_path, reader):
    stereo = np.column_stack([sine(440, 3, 96_000, 0.4), sine(880, 3, 96_000, 0.2)])
    excerpt = read_excerpts(write_wave(tmp_path / "stereo.wav", stereo, 96_000))[0]
    at = np.abs(np.fft.rfft(excerpt)) * 2 / len(excerpt)
    assert at[3 * 440] == pytest.approx(0.2, rel=0.05)
    assert at[3 * 880] == pytest.approx(0.1, rel=0.05)


def test_sixteen_bit_samples_are_read_as_they_are(tmp_path, reader):
    samples = np.random.default_rng(0).uniform(-1, 1, 3 * RATE)
    read = read_excerpts(write_wave(tmp_path / "noise.wav", samples))[0]
    np.testing.assert_allclose(read, np.rint(32_767 * samples) / 32_768, atol=1e-7)


def test_a_file_of_twenty_minutes_needs_no_more_memory_than_its_excerpts(tmp_path, reader):
    seconds = 20 * 60
    samples = np.zeros(seconds * RATE, dtype=np.float32)
    for n in range(5):  # a tone of its own in the middle of each fifth
        start = int((n + 0.5) / 5 * seconds * RATE)
        samples[start - 2 * RATE : start + 2 * RATE] = sine(200 * (n + 1), 4)
    file = write_wave(tmp_path / "long.wav", samples)
    del samples
    tracemalloc.start()
    excerpts = read_excerpts(file, n=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [round(loudest_frequency(excerpt)) for excerpt in excerpts] == [200, 400, 600, 800, 1000]
    assert peak < 5e6


def test_a_short_file_is_repeated(tmp_path, reader):
    tone = sine(441, 1)
    excerpt = read_excerpts(write_wave(tmp_path / "short.wav", tone), n=2)
    assert excerpt.shape == (2, 3 * RATE)
    np.testing.assert_allclose(excerpt[0][:RATE], excerpt[0][RATE : 2 * RATE])


def test_what_cannot_be_listened_to_is_said_in_one_sentence(tmp_path, reader):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "corrupt.wav").write_bytes(b"RIFF\0\0\0\0WAVEnonsense")
    whole = write_wave(tmp_path / "whole.wav", sine(440, 3)).read_bytes()
    (tmp_path / "header.wav").write_bytes(whole[:30])
    write_wave(tmp_path / "silent.wav", np.zeros(3 * RATE))
    write_wave(tmp_path / "click.wav", sine(440, 0.1))
    for name, why in {
        "missing.wav": "is missing",
        "empty.wav": "is empty",
        "corrupt.wav": "cannot be read as audio",
        "header.wav": "cannot be read as audio",
        "silent.wav": "is silent",
        "click.wav": "lasts 0.10 seconds, expected 0.5 or more",
    }.items():
        with pytest.raises(DataError, match=why) as raised:
            read_excerpts(tmp_path / name)
        assert name in str(raised.value)
        assert "\n" not in str(raised.value)


def test_an_impossible_rate_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    file = write_wave(tmp_path / "fast.wav", sine(440, 3), rate=2_000_000_000)
    with pytest.raises(DataError, match="claims 2000000000 samples a second, expected 1000"):
        read_excerpts(file)


def test_text_under_an_audio_name_is_refused(tmp_path, reader):
    (tmp_path / "notes.wav").write_text("these are no samples " * 20)
    with pytest.raises(DataError, match="cannot be read as audio"):
        read_excerpts(tmp_path / "notes.wav")


@pytest.mark.parametrize(("name", "subtype"), [("a.flac", "PCM_24"), ("a.mp3", None)])
def test_flac_and_mp3_are_read_where_soundfile_is(tmp_path, name, subtype):
    soundfile = pytest.importorskip("soundfile")
    stereo = np.column_stack([sine(440, 5, 44_100)] * 2)
    soundfile.write(tmp_path / name, stereo, 44_100, subtype=subtype)
    excerpts = read_excerpts(tmp_path / name, n=3)
    assert [round(loudest_frequency(excerpt)) for excerpt in excerpts] == [440] * 3


def test_a_flac_file_that_breaks_off_is_refused(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    noise = np.random.default_rng(0).uniform(-1, 1, 5 * 44_100)
    soundfile.write(tmp_path / "whole.flac", noise, 44_100)
    content = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "half.flac").write_bytes(content[: len(content) // 4])
    with pytest.raises(DataError, match=r"half\.flac cannot be read as audio"):
        read_excerpts(tmp_path / "half.flac")


def test_without_soundfile_other_formats_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    (tmp_path / "a.mp3").write_bytes(b"ID3")
    with pytest.raises(
        DataError, match=r"need the package soundfile; install it with `make audio`"
    ):
        read_excerpts(tmp_path / "a.mp3")


def test_audio_files_of_a_folder_are_found_whatever_the_case_of_their_names(tmp_path):
    for name in ("b.WAV", "a.mp3", "notes.txt", "c.flac"):
        (tmp_path / name).touch()
    assert [file.name for file in audio_files(tmp_path)] == ["a.mp3", "b.WAV", "c.flac"]


def test_a_folder_without_audio_is_refused(tmp_path):
    with pytest.raises(DataError, match="no audio file"):
        audio_files(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        audio_files(tmp_path / "nowhere")


def test_numbers_that_make_no_sense_are_refused(tmp_path):
    with pytest.raises(SettingError, match="n is 0"):
        read_excerpts(tmp_path / "a.wav", n=0)
    with pytest.raises(SettingError, match="seconds is -1"):
        read_excerpts(tmp_path / "a.wav", seconds=-1)
