"""`bankable portfolio` on books of a thousand to a hundred thousand deals: time from command to
results, and peak memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import loan_book
from benchmarks.measuring import Row, once


def run(table: Path, target: Path) -> int:
    """One command; the peak memory of it and of the largest of its processes, in bytes."""
    pid = os.posix_spawn(
        sys.executable,
        [
            sys.executable,
            "-m",
            "bankable.addin.cli",
            "portfolio",
            str(table),
            "-o",
            str(target),
            "--force",
        ],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, "bankable portfolio")
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def rows(quick: bool) -> Iterator[Row]:
    """From .csv to .parquet, all figures of every deal and the book's losses."""
    took: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in (1000, 10_000) if quick else (1000, 10_000, 100_000):
            table = loan_book.write(folder / f"{size}.csv", size)
            peak: list[int] = []
            took[size] = min(
                once(lambda table=table, peak=peak: peak.append(run(table, folder / "out.parquet")))
                for _ in range(2)
            )
            memory = max(peak) / 2**20
            words = f"bankable portfolio, {size:,} deals, .csv to .parquet"
            if size < 100_000:
                yield Row(words, took[size], note=f"peak {memory:,.0f} MiB")
            else:
                growth = took[size] / took[10_000]
                yield Row(
                    words, took[size], target="10 s, 2 GiB, 12 times the time of 10,000",
                    met=took[size] <= 10 and memory <= 2048 and growth <= 12,
                    note=f"peak {memory:,.0f} MiB; {growth:.1f} times the time of 10,000",
                )  # fmt: skip
