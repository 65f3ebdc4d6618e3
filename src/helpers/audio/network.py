"""A small convolutional network that listens to spectrograms and predicts vectors.

As in van den Oord, Dieleman and Schrauwen (2013), filters run along time and see all bands at
once; what they found is summed up over the whole excerpt, so that it does not matter when.
PyTorch is imported when a network is made, and everything else works without it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import numpy as np

from helpers.audio.needs import require_torch
from helpers.checks import positive_number, proper_share, whole_number
from helpers.errors import NotFittedError, SettingError

if TYPE_CHECKING:
    import torch

WIDTHS = (5, 4, 4)
"""Frames that a filter of each layer sees of the layer before; each layer is halved in time."""

_CHANNELS = (64, 96, 128)
_HIDDEN = 128
_BATCH = 64
_WEIGHT_DECAY = 1e-2
_THREADS = 1  # always as many, since sums in another order would have other last bits
_CLIPS_AT_ONCE = 256
# How much an excerpt may change from one hearing to the next.
_GAIN, _TILT = 1.5, 1.5  # decibels, standard deviations
_SHIFT = 1  # bands up or down
_CROP = 0.75  # share of the frames

Report = Callable[[int, float], None]


class SoundNetwork:
    """A network from spectrograms to vectors; the same settings and data give the same one.

    Three layers of filters along time, each followed by the larger of two neighbouring frames,
    then mean and maximum over time, a hidden layer and the vector. Trained on the mean squared
    error with AdamW; each time an excerpt is heard it is a little louder, brighter, higher and
    from another place, so that the network does not learn a thousand recordings by heart.

    Parameters
    ----------
    epochs : int
        How often every excerpt is heard.
    learning_rate : float
        At the start; it falls along half a cosine.
    dropout : float
        Share of what the last layers are told that is left out while training.
    seed : int
        Of the random start, the order and the changes.

    Attributes
    ----------
    losses : list of float
        Mean squared error of each epoch, 1 for predicting the mean.

    Raises
    ------
    SettingError
        If a setting makes no sense, or PyTorch is not installed.
    """

    def __init__(
        self,
        *,
        epochs: int = 80,
        learning_rate: float = 2e-3,
        dropout: float = 0.1,
        seed: int = 0,
    ) -> None:
        require_torch()
        self.epochs = whole_number("epochs", epochs, 1)
        self.learning_rate = positive_number("learning_rate", learning_rate)
        self.dropout = proper_share("dropout", dropout, 0.1)
        self.seed = whole_number("seed", seed, 0)
        self.losses: list[float] = []
        self._parts: dict[str, torch.nn.Module] | None = None

    def fit(self, x: np.ndarray, y: np.ndarray, report: Report | None = None) -> Self:
        """Learn to predict vectors.

        Parameters
        ----------
        x : ndarray of float, shape (n, n_mels, n_frames)
            Log-mel spectrograms; 32 frames or more.
        y : ndarray of float, shape (n, n_targets)
        report : callable, optional
            Is told the number of each epoch, from 1, and its loss.

        Raises
        ------
        SettingError
            If shapes do not fit, or a number is not finite.
        """
        import torch

        x, y = _checked(x), np.asarray(y, dtype=np.float32)
        if y.ndim != 2 or len(y) != len(x) or not np.isfinite(y).all():
            raise SettingError(
                f"targets have shape {y.shape}, expected a vector of finite numbers for each of "
                f"{len(x)} excerpts"
            )
        # One scale for all targets: what varies most counts most, as in the error itself.
        self._target_mean, self._target_scale = y.mean(axis=0), float(y.std(axis=0).mean()) or 1.0
        self._band_mean = torch.from_numpy(x.mean(axis=(0, 2), keepdims=True))
        self._band_scale = torch.from_numpy(x.std(axis=(0, 2), keepdims=True) + 1e-3)
        with _repeatable(self.seed):
            self._parts = _build(x.shape[1], y.shape[1], self.dropout)
            self._train(x, (y - self._target_mean) / self._target_scale, report)
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the vectors of spectrograms, shape (n, n_targets).

        Raises
        ------
        NotFittedError, SettingError
            Before `fit`; if the bands are others than in training.
        """
        outputs = self._run(x, ("layers", "pool", "hidden", "output"))
        return outputs * self._target_scale + self._target_mean

    def features(self, x: np.ndarray) -> np.ndarray:
        """Return what the network makes of each excerpt before it predicts, shape (n, 128)."""
        return self._run(x, ("layers", "pool", "hidden"))

    def responses(self, x: np.ndarray, layer: int = 1) -> np.ndarray:
        """Return how strongly each filter of a layer, 1 to 3, responds at each of its frames.

        Returns
        -------
        ndarray of float32, shape (n, n_filters, n_frames of the layer)
            0 where it does not respond; before neighbouring frames are joined.
        """
        if whole_number("layer", layer, 1) > len(WIDTHS):
            raise SettingError(f"layer is {layer}, expected 1 to {len(WIDTHS)}")
        return self._run(x, ("layers",), stop=4 * layer - 1)

    @property
    def filters(self) -> np.ndarray:
        """Weights of the first layer, shape (n_filters, n_mels, frames)."""
        return self._fitted()["layers"][0].weight.detach().numpy().copy()

    def _train(self, x: np.ndarray, y: np.ndarray, report: Report | None) -> None:
        import torch

        heard, wanted = torch.from_numpy(x), torch.from_numpy(y)
        weights = [weight for part in self._parts.values() for weight in part.parameters()]
        optimiser = torch.optim.AdamW(weights, lr=self.learning_rate, weight_decay=_WEIGHT_DECAY)
        pace = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.epochs)
        self.losses = []
        for part in self._parts.values():
            part.train()
        for epoch in range(1, self.epochs + 1):
            total = 0.0
            for rows in torch.randperm(len(x)).split(_BATCH):
                if len(rows) == 1 < len(x):
                    continue  # the spread of one excerpt is none
                inputs = self._scaled(_heard_anew(heard[rows]))
                loss = (_through(self._parts.values(), inputs) - wanted[rows]).square().mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                total += float(loss.detach()) * len(rows)
            pace.step()
            self.losses.append(total / len(x))
            if report:
                report(epoch, self.losses[-1])
        for part in self._parts.values():
            part.eval()

    def _run(self, x: np.ndarray, names: tuple[str, ...], stop: int | None = None) -> np.ndarray:
        import torch

        parts, x = self._fitted(), _checked(x)
        if x.shape[1] != self._band_mean.shape[1]:
            raise SettingError(
                f"spectrograms have {x.shape[1]} bands, expected {self._band_mean.shape[1]} as in "
                "training"
            )
        used = [parts[name][:stop] if name == "layers" else parts[name] for name in names]
        with torch.no_grad(), _repeatable(self.seed):
            outputs = [
                _through(used, self._scaled(torch.from_numpy(x[at : at + _CLIPS_AT_ONCE])))
                for at in range(0, len(x), _CLIPS_AT_ONCE)
            ]
        return torch.cat(outputs).numpy()

    def _scaled(self, x: "torch.Tensor") -> "torch.Tensor":
        return (x - self._band_mean) / self._band_scale

    def _fitted(self) -> dict[str, "torch.nn.Module"]:
        if self._parts is None:
            raise NotFittedError("the network has not been trained; call fit(x, y) first")
        return self._parts


def _build(n_mels: int, n_targets: int, dropout: float) -> dict[str, "torch.nn.Module"]:
    from torch import nn

    layers, n_inputs = [], n_mels
    for channels, width in zip(_CHANNELS, WIDTHS, strict=True):
        layers += [
            nn.Conv1d(n_inputs, channels, width),
            nn.BatchNorm1d(channels),
            nn.ReLU(),
            nn.MaxPool1d(2),
        ]
        n_inputs = channels
    return {
        "layers": nn.Sequential(*layers),
        "pool": _pooling(),
        "hidden": nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * n_inputs, _HIDDEN), nn.ReLU()),
        "output": nn.Sequential(nn.Dropout(dropout), nn.Linear(_HIDDEN, n_targets)),
    }


def _pooling() -> "torch.nn.Module":
    import torch

    class MeanAndMaximum(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.cat([x.mean(dim=2), x.amax(dim=2)], dim=1)

    return MeanAndMaximum()


def _through(parts: Iterable, x: "torch.Tensor") -> "torch.Tensor":
    for part in parts:
        x = part(x)
    return x


def _heard_anew(x: "torch.Tensor") -> "torch.Tensor":
    """Return excerpts as another recording might have them, from another place in the song."""
    import torch

    n, n_mels, n_frames = x.shape
    slope = torch.linspace(-0.5, 0.5, n_mels)[None, :, None]
    x = x + _GAIN * torch.randn(n, 1, 1) + 2 * _TILT * torch.randn(n, 1, 1) * slope
    up = int(torch.randint(-_SHIFT, _SHIFT + 1, ()))
    x = x[:, (torch.arange(n_mels) - up).clamp(0, n_mels - 1)]
    length = max(32, round(_CROP * n_frames))
    start = int(torch.randint(0, n_frames - length + 1, ()))
    return x[:, :, start : start + length]


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """Draw from a seed, with a fixed number of threads, and leave PyTorch as it was."""
    import torch

    n_threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(_THREADS)
        try:
            yield
        finally:
            torch.set_num_threads(n_threads)


def _checked(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, dtype=np.float32)
    if x.ndim != 3 or len(x) == 0 or x.shape[2] < 32 or not np.isfinite(x).all():
        raise SettingError(
            f"spectrograms have shape {x.shape}, expected (n, n_mels, n_frames) of finite numbers, "
            "with 32 frames or more"
        )
    return x
