"""Helpers of the music recommendation course: data, models, evaluation, figures, reports."""

import os

# More BLAS threads slow implicit down and change its last bits; this only helps before NumPy
# is loaded, so the models also hold the limit while they train.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
