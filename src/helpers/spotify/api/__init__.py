"""Playlists read from, and written to, a Spotify account through the Web API (extra `spotify`).

Files that people export themselves (`helpers.spotify.exports`) are the recommended way; this is
off until someone logs in on the command line. Notebooks read only the snapshot that it saves.
"""
