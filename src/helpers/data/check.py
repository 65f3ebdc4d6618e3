"""What is present of a dataset, how it compares with what was published, and what is wrong."""

from pathlib import Path

from helpers.data.check_audio_features import check_audio_features
from helpers.data.check_audioscrobbler import check_audioscrobbler
from helpers.data.check_lastfm import check_lastfm
from helpers.data.check_playlists import check_playlists
from helpers.data.findings import CheckReport
from helpers.errors import SettingError

CHECKS = {
    "lastfm": check_lastfm,
    "audioscrobbler": check_audioscrobbler,
    "playlists": check_playlists,
    "audio_features": check_audio_features,
}


def check_dataset(name: str, folder: Path | str) -> CheckReport:
    """Compare a dataset with the published one and collect everything wrong or odd in it.

    Parameters
    ----------
    name : str
        "lastfm", "audioscrobbler", "playlists" or "audio_features".
    folder : Path
        Where its files are.

    Returns
    -------
    CheckReport
        `str(report)` is the text for people; `report.has_errors` says if it can be loaded.

    Raises
    ------
    SettingError
        If no dataset has that name.
    """
    if name not in CHECKS:
        raise SettingError(f"dataset is {name!r}, expected one of {', '.join(CHECKS)}")
    return CHECKS[name](Path(folder))
