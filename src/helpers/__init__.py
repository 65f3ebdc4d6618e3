"""Helpers of the music recommendation course: data, models, evaluation, figures, reports."""

import os
import tempfile
import warnings

# More BLAS threads slow implicit down and change its last bits; this only helps before NumPy
# is loaded, so the models also hold the limit while they train.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Threads of implicit and LightFM that wait for work give up their core, which another process
# may need; by default they would keep it busy. This too helps only before they are loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# On import, Surprise makes a folder for data sets: in the home folder unless told another.
os.environ.setdefault("SURPRISE_DATA_FOLDER", tempfile.gettempdir())

# implicit imports tqdm's notebook flavour, which then complains that ipywidgets is missing;
# no progress bar of the package is a widget, so the complaint would only alarm readers.
warnings.filterwarnings("ignore", message="IProgress not found")
