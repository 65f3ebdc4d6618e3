import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.playlists.keys import KeyIndex, uri_keys

KEYS = st.lists(st.integers(0, 2**64 - 1), unique=True)


@given(first=KEYS, batches=st.lists(KEYS, max_size=4), wanted=KEYS)
def test_keys_are_numbered_in_the_order_in_which_they_come(first, batches, wanted):
    expected = {key: number for number, key in enumerate(first)}
    index = KeyIndex(np.array(first, dtype=np.uint64))
    for batch in batches:
        new = [key for key in batch if key not in expected]
        index.add(np.array(new, dtype=np.uint64))
        expected |= {key: len(expected) + n for n, key in enumerate(new)}
    asked = [*wanted, *expected]
    found = index.find(np.array(asked, dtype=np.uint64))
    assert found.dtype == np.int32
    assert found.tolist() == [expected.get(key, -1) for key in asked]
    assert len(index) == len(expected)


def test_uris_that_look_alike_have_different_keys():
    uris = pl.Series([f"spotify:track:{number:022}" for number in range(300_000)])
    assert len(np.unique(uri_keys(uris))) == len(uris)
