"""What serving playlists needs of a trained model, in memory and on disk.

A folder holds `playlist_model.json` and one archive of arrays that it names. The JSON is replaced
last and at once, so a folder always holds a whole model: the old one or the new one.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa

from helpers.errors import DataError
from helpers.files import write_atomically
from helpers.fold_in.arrays import map_npz, npz_bytes
from helpers.fold_in.catalogue import fingerprint, make_catalogue
from helpers.fold_in.titles import TitleVectors
from helpers.interactions import Interactions
from helpers.models.factors import FactorModel
from helpers.models.half_step import HalfStep, Rule
from helpers.weighting import Corpus

HEADER = "playlist_model.json"
FORMAT = "music recommender lab: playlist model 1"


@dataclass(frozen=True)
class PlaylistModel:
    """A trained factor model reduced to what continuing a new playlist needs.

    Attributes
    ----------
    step : HalfStep
        Item vectors, their Gramian and the rule of confidence the model was trained with.
    catalogue : DataFrame
        As of `make_catalogue`: a row for each item vector.
    titles : TitleVectors
    facts : dict
        What it was trained on, ready for JSON: "data", "playlists", "tracks", "entries", ...
    """

    step: HalfStep
    catalogue: pl.DataFrame
    titles: TitleVectors
    facts: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        model: FactorModel,
        tracks: pl.DataFrame,
        titles: list[str],
        facts: dict[str, object],
    ) -> Self:
        """Reduce a trained model.

        Parameters
        ----------
        model : FactorModel
            Trained by alternating least squares.
        tracks : DataFrame
            A row for each column, in the order of training; see `make_catalogue`.
        titles : list of str
            Of the rows of training.
        facts : dict
            What to remember of the data; numbers of rows and the settings are added.

        Raises
        ------
        DataError
            If the tracks are not those of training, or there is not one title a playlist.
        """
        train = model.train
        _check_rows(train, tracks, titles)
        has_pairs = np.flatnonzero(np.diff(train.user_items.indptr))
        return cls(
            step=model.half_step(),
            catalogue=make_catalogue(tracks, train.item_popularity()),
            titles=TitleVectors.learn(
                [titles[row] for row in has_pairs], model.user_factors[has_pairs]
            ),
            facts=facts
            | {
                "model": model.name,
                "settings": model.settings,
                "playlists": len(has_pairs),
                "tracks": train.n_items,
                "entries": train.n_pairs,
            },
        )

    def save(self, folder: Path | str) -> None:
        """Write the model into a folder, in the place of the one that may be there.

        Raises
        ------
        DataError
            If the folder cannot be written.
        """
        folder = Path(folder)
        content = npz_bytes(self._arrays())
        digest = hashlib.sha256(content).hexdigest()
        header = {
            "format": FORMAT,
            "arrays": f"arrays-{digest[:16]}.npz",
            "bytes": len(content),
            "catalogue": fingerprint(self.catalogue["track_uri"]),
            "rule": asdict(self.step.rule),
            "words": self.titles.words,
            "facts": self.facts,
        }
        write_atomically(folder / header["arrays"], content)
        write_atomically(folder / HEADER, json.dumps(header, ensure_ascii=False))
        for outdated in folder.glob("arrays-*.npz"):
            if outdated.name != header["arrays"]:
                outdated.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path | str, uris: pl.Series | None = None) -> Self:
        """Return the model of a folder, its arrays mapped into memory.

        Parameters
        ----------
        folder : Path
        uris : Series of str, optional
            The tracks it is meant for, in their order; a model of others is refused.

        Raises
        ------
        DataError
            If the folder holds no such model, it is damaged, or was trained on other tracks.
        """
        folder = Path(folder)
        header = _read_header(folder)
        try:
            file = folder / header["arrays"]
            if file.stat().st_size != header["bytes"]:
                raise ValueError(f"{file.name} is shorter or longer than it was")
            arrays = map_npz(file)
            model = cls(
                step=_step_from(arrays, header["rule"]),
                catalogue=_frame_from(arrays["catalogue"]),
                titles=_titles_from(arrays, header["words"]),
                facts=header["facts"],
            )
            if len(model.catalogue) != len(model.step.item_factors):
                raise ValueError("there is not one vector a track")
        except (KeyError, TypeError, ValueError, OSError, pa.ArrowException) as error:
            raise DataError(
                f"the playlist model in {folder} is damaged ({error}); train and save it again"
            ) from error
        if uris is not None and fingerprint(uris) != header["catalogue"]:
            raise DataError(
                f"the playlist model in {folder} was trained on another catalogue "
                f"({len(model.catalogue)} tracks, expected {len(uris)} with the same URIs in the "
                "same order); train it on this one"
            )
        return model

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {
            "item_factors": self.step.item_factors,
            "gramian": self.step.gramian,
            "catalogue": _frame_to(self.catalogue),
            "title_vectors": self.titles.vectors,
            "title_rarity": self.titles.rarity,
            "title_mean": self.titles.mean,
        }
        if self.step.rule.weighting == "bm25":
            corpus = self.step.corpus
            arrays |= {"idf": corpus.idf, "mean_length": np.array([corpus.mean_length])}
        return arrays


def _check_rows(train: Interactions, tracks: pl.DataFrame, titles: list[str]) -> None:
    if len(titles) != train.n_users:
        raise DataError(f"got {len(titles)} titles, expected {train.n_users}: one a playlist")
    if tracks["track_uri"].to_list() != train.items.external_ids.tolist():
        raise DataError(
            f"the {len(tracks)} tracks are not the {train.n_items} of training in their order; "
            "give the frame the model was trained with"
        )


def _read_header(folder: Path) -> dict:
    try:
        header = json.loads((folder / HEADER).read_bytes())
    except OSError as error:
        raise DataError(
            f"{folder} holds no playlist model ({HEADER}: {error.strerror}); "
            "train one with: python -m helpers run 10 --force"
        ) from error
    except ValueError as error:
        raise DataError(f"{folder / HEADER} is not JSON ({error}); train it again") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise DataError(
            f"{folder / HEADER} was not written by this version of the project; "
            "train it again with: python -m helpers run 10 --force"
        )
    return header


def _step_from(arrays: dict[str, np.ndarray], rule: dict) -> HalfStep:
    has_corpus = rule["weighting"] == "bm25"
    corpus = Corpus(arrays["idf"], float(arrays["mean_length"][0])) if has_corpus else None
    return HalfStep(arrays["item_factors"], np.array(arrays["gramian"]), Rule(**rule), corpus)


def _titles_from(arrays: dict[str, np.ndarray], words: list[str]) -> TitleVectors:
    vectors, rarity = arrays["title_vectors"], arrays["title_rarity"]
    if not len(words) == len(vectors) == len(rarity):
        raise ValueError("there is not one vector a word")
    return TitleVectors(tuple(words), vectors, rarity, arrays["title_mean"])


def _frame_to(frame: pl.DataFrame) -> np.ndarray:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compat_level=pl.CompatLevel.oldest())
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8)


def _frame_from(content: np.ndarray) -> pl.DataFrame:
    with pa.ipc.open_file(pa.py_buffer(content)) as reader:
        return pl.from_arrow(reader.read_all())
