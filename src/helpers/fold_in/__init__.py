"""From a playlist nobody has seen to what should follow it, without training again.

`half_step` of a trained model gives the playlist its vector; `search` finds the tracks that lie
best for it, all of them compared or approximately; `titles` gives a vector to a playlist of which
only the title is known; `store` keeps what serving needs on disk and maps it into memory.
"""
