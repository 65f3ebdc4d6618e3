"""NumPy archives that are mapped into memory: opened at once, read where they are looked at.

`numpy.load` reads any `.npz` whole. Written here, each array of the archive starts at a multiple
of 64 bytes and is not compressed, so that it can be used from the disk as it lies; `numpy.load`
reads these files, too.
"""

import io
import zipfile
from pathlib import Path

import numpy as np

_ALIGNMENT = 64
_LOCAL_HEADER = 30  # bytes of a zip member's header, before its name
_FIELD = 4  # bytes of the head of a zip header's extra field
_PADDING_FIELD = 0xFFFF  # an identifier that no other use of extra fields has


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the archive of some arrays, none of which holds objects."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")
            before = buffer.tell() + _LOCAL_HEADER + len(member.filename.encode()) + _FIELD
            padding = -before % _ALIGNMENT
            member.extra = b"".join(
                number.to_bytes(2, "little") for number in (_PADDING_FIELD, padding)
            ) + bytes(padding)
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(member, content.getbuffer())
    return buffer.getvalue()


def map_npz(file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an archive that `npz_bytes` made, read-only and mapped into memory.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no such archive.
    """
    try:
        with zipfile.ZipFile(file) as archive, file.open("rb") as handle:
            return {
                member.filename.removesuffix(".npy"): _map_member(file, handle, member)
                for member in archive.infolist()
            }
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error


def _map_member(file: Path, handle: io.BufferedReader, member: zipfile.ZipInfo) -> np.ndarray:
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member.filename} is compressed")
    handle.seek(member.header_offset)
    header = handle.read(_LOCAL_HEADER)
    lengths = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    handle.seek(member.header_offset + _LOCAL_HEADER + sum(lengths))
    start = handle.tell()
    version = np.lib.format.read_magic(handle)
    if version != (1, 0):
        raise ValueError(f"{member.filename} has version {version} of the format")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(handle)
    size = int(np.prod(shape)) * dtype.itemsize
    if dtype.hasobject or is_fortran or handle.tell() - start + size != member.file_size:
        raise ValueError(f"{member.filename} is not as it was written")
    if size == 0:
        return np.empty(shape, dtype)
    return np.memmap(file, dtype, "r", handle.tell(), shape).view(np.ndarray)
