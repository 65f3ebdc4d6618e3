"""Whether PyTorch is there, and with it the network that listens."""

from importlib.util import find_spec

from helpers.errors import SettingError

HOW_TO_INSTALL = "`make audio`, or `pip install -e .[audio]`"


def missing_torch() -> str | None:
    """Return one sentence that says what to install for the network; None if it is there.

    Examples
    --------
    >>> missing_torch() is None or "install" in missing_torch()
    True
    """
    absent = [name for name in ("torch", "soundfile") if find_spec(name) is None]
    if not absent:
        return None
    packages = " and ".join(absent)
    return (
        f"listening with a network needs the package{'s' * (len(absent) > 1)} {packages}; install "
        f"{'them' if len(absent) > 1 else 'it'} with {HOW_TO_INSTALL}"
    )


def require_torch() -> None:
    """Raise `SettingError` with a sentence that says what to install, unless PyTorch is there."""
    if find_spec("torch") is None:
        raise SettingError(missing_torch())
