"""The network: repeats, tells sounds apart, and shows what its filters see."""

import numpy as np
import pytest

from helpers.audio import needs
from helpers.audio.needs import missing_torch, require_torch
from helpers.errors import NotFittedError, SettingError


@pytest.fixture(scope="module")
def network_class():
    pytest.importorskip("torch", reason="needs PyTorch; install the extra audio")
    from helpers.audio.network import SoundNetwork

    return SoundNetwork


@pytest.fixture(scope="module")
def clips():
    """Noise with a rhythm: every fourth frame is loud, or the same frames at random places."""
    rng = np.random.default_rng(0)
    x = rng.normal(-50, 5, (120, 48, 64)).astype(np.float32)
    is_rhythmic = np.arange(120) % 2 == 0
    for clip, rhythmic in zip(x, is_rhythmic, strict=True):
        first = rng.integers(4)
        loud = np.arange(first, 64, 4) if rhythmic else rng.permutation(64)[:16]
        clip[10:20, loud] += 30
    return x, np.column_stack([is_rhythmic, ~is_rhythmic, np.ones(120)]).astype(np.float32)


@pytest.fixture(scope="module")
def trained(network_class, clips):
    x, y = clips
    return network_class(epochs=15).fit(x[:90], y[:90])


def test_what_no_mean_and_no_spread_tells_is_heard(trained, clips):
    x, y = clips
    predicted = trained.predict(x[90:])
    assert predicted.shape == (30, 3)
    assert np.mean((predicted[:, 0] > 0.5) == y[90:, 0]) > 0.85
    np.testing.assert_allclose(predicted[:, 2], 1, atol=0.2)
    assert trained.losses[-1] < trained.losses[0]


def test_the_same_seed_gives_the_same_network_and_leaves_pytorch_as_it_was(network_class, clips):
    import torch

    x, y = clips
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, again, other = (
        network_class(epochs=2, seed=seed).fit(x, y).predict(x) for seed in (0, 0, 1)
    )
    assert (torch.rand(3) == expected).all()
    assert (one == again).all()
    assert (one != other).any()


def test_clips_do_not_depend_on_their_neighbours(trained, clips):
    x = clips[0]
    np.testing.assert_allclose(trained.predict(x)[7], trained.predict(x[7:8])[0], rtol=1e-4)


def test_longer_excerpts_than_in_training_are_heard(trained, clips):
    twice = np.concatenate([clips[0], clips[0]], axis=2)
    assert trained.predict(twice).shape == (120, 3)


def test_progress_is_reported(network_class, clips):
    seen = []
    network_class(epochs=2).fit(*clips, report=lambda *epoch: seen.append(epoch))
    assert [number for number, _ in seen] == [1, 2]


def test_filters_and_moments_have_the_shapes_of_what_they_see(trained, clips):
    from helpers.audio.sound_map import strongest_moments

    x = clips[0]
    assert trained.filters.shape == (64, 48, 5)
    assert trained.features(x).shape == (120, 128)
    for layer, (n_filters, width) in enumerate(((64, 5), (96, 12), (128, 26)), start=1):
        moments = strongest_moments(trained, x, layer, n=3)
        assert moments.patches.shape == (n_filters, 3, 48, width)
        assert (np.diff(moments.strengths, axis=1) <= 0).all()
        clip, frame = moments.clips[4, 1], moments.frames[4, 1]
        assert (moments.patches[4, 1] == x[clip, :, frame : frame + width]).all()
        # What a filter sees is all that it responds to.
        alone = trained.responses(np.tile(moments.patches[4, 1], (1, 1, 8)), layer)[0, 4]
        assert alone[0] == pytest.approx(moments.strengths[4, 1], rel=1e-3, abs=1e-4)


def test_bad_input_is_refused_in_one_sentence(network_class, trained, clips):
    x, y = clips
    with pytest.raises(NotFittedError, match="call fit"):
        network_class().predict(x)
    with pytest.raises(SettingError, match="48 as in training"):
        trained.predict(x[:, :40])
    with pytest.raises(SettingError, match="32 frames or more"):
        trained.predict(x[:, :, :20])
    with pytest.raises(SettingError, match="finite"):
        trained.predict(np.full((1, 48, 64), np.nan))
    with pytest.raises(SettingError, match="for each of 120 excerpts"):
        network_class().fit(x, y[:50])
    with pytest.raises(SettingError, match="expected 1 to 3"):
        trained.responses(x, 4)
    with pytest.raises(SettingError, match="epochs is 0"):
        network_class(epochs=0)


def test_without_pytorch_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(needs, "find_spec", lambda name: None)
    assert missing_torch() == (
        "listening with a network needs the packages torch and soundfile; install them with "
        "`make audio`, or `pip install -e .[audio]`"
    )
    with pytest.raises(SettingError, match="needs the packages torch"):
        require_torch()
    monkeypatch.setattr(needs, "find_spec", lambda name: name == "soundfile" or None)
    assert "needs the package torch; install it with" in missing_torch()
    monkeypatch.setattr(needs, "find_spec", lambda name: name)
    assert missing_torch() is None
    require_torch()
