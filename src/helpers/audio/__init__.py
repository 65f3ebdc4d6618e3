"""Listen to tracks: audio files, spectrograms, and what a network hears in them.

`files` reads excerpts, `spectrogram` and `features` make numbers of them; `cold_tracks` hides
tracks and judges what `baselines` and `network` predict about them; `feature_task` predicts
audio features, `sound_map` shows what was heard, `own_files` places files of one's own,
`player` plays a file in a page, and `cold_track_study` compares everything once for the record.
"""
