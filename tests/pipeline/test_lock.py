"""One process at a time."""

import os
import subprocess
import sys

import pytest

from helpers.errors import HelpersError
from helpers.pipeline.lock import only_process


def test_lock_refuses_a_second_process_and_outlives_none(tmp_path):
    lock = tmp_path / "reports" / ".lock"
    hold = (
        "import sys, time; from pathlib import Path\n"
        "from helpers.pipeline.lock import only_process\n"
        "with only_process(Path(sys.argv[1]), 'busy'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, lock], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        second = only_process(lock, "busy with {pid}")
        with pytest.raises(HelpersError, match=f"^busy with {other.pid}$"), second:
            pass
        other.kill()
        other.wait()
    assert lock.read_text() == str(other.pid)
    with only_process(lock, "busy"):
        assert lock.read_text() == str(os.getpid())
