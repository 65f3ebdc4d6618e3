"""Playlists from the outside: files that people already have, and Spotify's API as an extra."""
