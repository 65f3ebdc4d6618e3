"""What is present of the audio features, and what is wrong."""

from pathlib import Path

from helpers.data.audio_features import FILES, TRACKS_FILE, load_audio_features
from helpers.data.findings import CheckReport, Finding, missing_folder
from helpers.errors import DataError

# Rows of the tables of means; that of the tracks circulates in several sizes.
_PUBLISHED = {"years": 100, "genres": 2_973}


def check_audio_features(folder: Path) -> CheckReport:
    """Return counts, errors and notes of a folder of audio features."""
    if not folder.is_dir():
        remedy = "it cannot be downloaded from here, so copy the files you have there"
        return missing_folder("audio_features", folder, _PUBLISHED, remedy)
    findings = [
        Finding(file, "the file is missing; copy it there", is_error=True)
        for file in FILES
        if not (folder / file).is_file()
    ]
    if not (folder / TRACKS_FILE).is_file():
        findings.append(Finding(TRACKS_FILE, "not there, so only means of years and genres are"))
    counts = {}
    if not any(finding.is_error for finding in findings):
        try:
            counts = _counts(folder)
        except DataError as error:
            findings.append(Finding("tables", str(error), is_error=True))
    return CheckReport("audio_features", folder, counts, _PUBLISHED, tuple(findings))


def _counts(folder: Path) -> dict[str, int]:
    features = load_audio_features(folder)
    counts = {"years": len(features.years), "genres": len(features.genres)}
    if features.tracks is not None:
        counts["tracks"] = len(features.tracks)
    return counts
