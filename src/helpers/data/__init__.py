"""Files on disk to tidy frames: one module a format, and the way to the right folder."""
