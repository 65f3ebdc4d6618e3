"""A player for an audio file that lies in the page itself, in a notebook as in a report."""

import base64
import html
import io
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from helpers.errors import DataError


@dataclass(frozen=True)
class Player:
    """An audio file with controls to play it; the last expression of a cell shows it.

    Attributes
    ----------
    label : str
        What is played, for all readers: it stands above the controls and names them.
    kind : str
        "mpeg" or "wav", as after `audio/` in a MIME type.
    content : bytes
    """

    label: str
    kind: str
    content: bytes = field(repr=False)

    def _repr_html_(self) -> str:
        # Jupyter's display protocol. No script and nothing fetched: it plays from file://.
        label = html.escape(self.label)
        sound = base64.b64encode(self.content).decode("ascii")
        return (
            f"<figure><figcaption>{label}</figcaption>"
            f'<audio controls="controls" aria-label="{label}" '
            f'src="data:audio/{self.kind};base64,{sound}"></audio></figure>'
        )


def player(file: Path | str, label: str) -> Player:
    """Return a player for a short audio file.

    Parameters
    ----------
    file : Path
        Its sound is kept as MP3, an eighth of the size, where the package soundfile can write
        that. Otherwise a WAV file is kept as it is.
    label : str
        What is played, such as a title and its genre.

    Raises
    ------
    DataError
        If the file is missing, or cannot be read as audio.
    """
    file = Path(file)
    if not file.is_file():
        raise DataError(f"{file} is missing, expected an audio file")
    if find_spec("soundfile") is None:
        if file.suffix.lower() != ".wav":
            raise DataError(f"{file} is no WAV file, and others need the package soundfile")
        return Player(label, "wav", file.read_bytes())
    return Player(label, *_compressed(file))


def _compressed(file: Path) -> tuple[str, bytes]:
    import soundfile

    kind = "MP3" if "MP3" in soundfile.available_formats() else "WAV"
    made = io.BytesIO()
    try:
        samples, rate = soundfile.read(str(file), dtype="float32")
        soundfile.write(made, samples, rate, format=kind)
    except soundfile.SoundFileError as error:
        raise DataError(
            f"{file} cannot be read as audio ({str(error).rstrip('.')}); get it again"
        ) from None
    return {"MP3": "mpeg", "WAV": "wav"}[kind], made.getvalue()
