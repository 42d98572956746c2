"""A contestant is measured with all that it starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.processes import WorkFailed, measure
from tests.bench.report import Measurement

BUSY = "import time\nwhile time.process_time() < {seconds}: pass\n"


def python(code: str) -> Measurement:
    return measure([sys.executable, "-c", code])


def test_memory_is_what_all_processes_have_together_at_its_peak() -> None:
    child = "import time; held = bytearray(80 * 2**20); held[::4096] = b'x' * len(held[::4096]); time.sleep(0.6)"
    both = f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {child!r}])\n{child}\nchild.wait()"
    alone, together = python(child), python(both)
    assert alone.peak_memory_mib is not None
    assert together.peak_memory_mib is not None
    assert 80 < alone.peak_memory_mib < 160 < together.peak_memory_mib


def test_memory_is_not_that_of_who_measures() -> None:
    held = bytearray(300 * 2**20)
    held[::4096] = b"x" * len(held[::4096])
    small = python("import time; time.sleep(0.3)").peak_memory_mib
    assert small is not None
    assert 1 < small < 100


@pytest.mark.parametrize("waits", ["child.wait()", "pass"], ids=["waited for", "outliving"])
def test_cpu_time_of_children_counts(waits: str) -> None:
    child = BUSY.format(seconds=0.8)
    done = python(
        f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"import time; time.sleep(0.4)\n{waits}"
    )
    assert done.cpu_seconds is not None
    assert 0.6 < done.cpu_seconds < 2


def test_bytes_read_are_those_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 5_000_000)
    done = python(f"import time; open({str(tmp_path / 'file')!r}, 'rb').read(); time.sleep(0.3)")
    assert done.bytes_read is not None
    assert 5_000_000 <= done.bytes_read < 10_000_000


def test_what_it_tells_is_its_last_line_that_is_an_object() -> None:
    done = python('print(\'{"phases": {"a": 9}}\\n{"phases": {"a": 1.5, "b": 2}, "bytes_scanned": 7}\\nbye\')')
    assert done.phases == {"a": 1.5, "b": 2}
    assert done.bytes_scanned == 7


def test_a_failure_says_what_the_process_said() -> None:
    with pytest.raises(WorkFailed, match="ended with 3: out of luck"):
        python("import sys; sys.stderr.write('out of luck'); sys.exit(3)")
