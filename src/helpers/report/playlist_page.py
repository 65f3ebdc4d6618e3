"""What should follow a playlist, as one HTML file that stands on its own.

It loads nothing, runs nothing, and shows names as text whatever they hold.
"""

from pathlib import Path

import jinja2
from markupsafe import Markup

from helpers.recommendations import PlaylistRecommendations, track_link

_FOLDER = Path(__file__).parent


def render_playlist_page(found: PlaylistRecommendations) -> str:
    """Return the page, with a link to Spotify for each track whose URI is well-formed."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_FOLDER / "assets" / "site.css").read_text(encoding="utf-8")
    tracks = [
        row | {"link": track_link(row["track_uri"]), "score": found.score_text(row["score"])}
        for row in found.tracks.iter_rows(named=True)
    ]
    return environment.get_template("playlist.html.j2").render(
        found=found,
        tracks=tracks,
        has_reasons=found.basis == "tracks",
        style=Markup(style),  # noqa: S704  the style sheet of the project
    )
