"""Archives of arrays that are mapped and not read."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.fold_in.arrays import map_npz, npz_bytes

ARRAYS = hnp.arrays(
    dtype=st.sampled_from([np.float32, np.float64, np.int32, np.uint8]),
    shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=7),
    elements={"allow_nan": False},
)


@given(arrays=st.dictionaries(st.from_regex(r"[a-zé]{1,9}", fullmatch=True), ARRAYS, max_size=5))
@settings(max_examples=40, deadline=None)
def test_what_was_written_is_mapped_and_numpy_reads_it_too(tmp_path_factory, arrays):
    file = tmp_path_factory.mktemp("archive") / "arrays.npz"
    file.write_bytes(npz_bytes(arrays))
    mapped = map_npz(file)
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as loaded:
        assert set(mapped) == set(arrays) == set(loaded)
        for name, array in arrays.items():
            assert mapped[name].dtype == array.dtype
            np.testing.assert_array_equal(mapped[name], array)
            np.testing.assert_array_equal(loaded[name], array)


def test_a_mapped_array_lies_where_the_processor_likes_it_and_cannot_be_written(tmp_path):
    file = tmp_path / "arrays.npz"
    file.write_bytes(npz_bytes({"a": np.arange(3), "longer name": np.ones((100, 3), np.float32)}))
    mapped = map_npz(file)["longer name"]
    assert mapped.ctypes.data % 64 == 0
    assert not mapped.flags.writeable
    assert type(mapped) is np.ndarray
    assert isinstance(mapped.base, np.memmap)


def compressed() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.ones(9))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", npz_bytes({"a": np.ones(50)})[:-30], compressed()],
    ids=["empty", "text", "cut", "compressed"],
)
def test_anything_else_is_a_value_error(tmp_path, content):
    file = tmp_path / "arrays.npz"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        map_npz(file)


def test_objects_are_never_written():
    with pytest.raises(ValueError, match="Object arrays"):
        npz_bytes({"a": np.array([{}], dtype=object)})
