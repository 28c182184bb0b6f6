"""The deals of a book calculated block by block: on this machine's cores or on a Dask cluster, and
resumable.

Every finished block is kept in a folder beside the output until that is written; a run that was
stopped finds its blocks there by a digest of the book and of the program, and calculates only what
is missing.
"""

from __future__ import annotations

import concurrent.futures.process
import hashlib
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from bankable import udfs
from bankable.templates.portfolio.block_store import Store
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import portfolio

ROWS = 2048  # deals of a block: what a stop can lose, and what one message to a worker holds
Progress = Callable[[int, int], None]


def calculate(keys: tuple[str, ...], inputs: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """One block, inputs of shape (keys, deals), to its figures (deals, names); runs wherever the
    engine puts it.
    """
    return portfolio.evaluate(
        SimpleNamespace(**{key: inputs[i].reshape(-1, 1) for i, key in enumerate(keys)}), names
    )


@lru_cache(maxsize=1)
def finance() -> str:
    """What tells one version of the finance from another: its sources, and numpy's version."""
    state = hashlib.sha256(np.__version__.encode())
    folder = Path(udfs.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        state.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return state.hexdigest()


def digest(inputs: dict[str, np.ndarray], names: tuple[str, ...], rows: int) -> str:
    """What the figures hang on: the deals, the figures asked, the size of a block, and the finance
    itself.
    """
    state = hashlib.sha256(repr((finance(), rows, names)).encode())
    for key, values in inputs.items():
        state.update(key.encode())
        state.update(np.ascontiguousarray(values).data)
    return state.hexdigest()[:16]


def run(
    inputs: dict[str, np.ndarray],
    names: tuple[str, ...],
    store: Store | None,
    engine: str = "local",
    scheduler: str | None = None,
    progress: Progress | None = None,
    rows: int = ROWS,
) -> np.ndarray:
    """The figures of every deal, shape (deals, names)."""
    keys = tuple(inputs)
    size = next(iter(inputs.values())).size
    figures = np.empty((size, len(names)))
    starts = list(range(0, size, rows))
    missing, done = [], 0
    for number, start in enumerate(starts):
        part = figures[start : start + rows]
        found = store.read(number, part.shape) if store else None
        if found is None:
            missing.append(number)
        else:
            part[:] = found
            done += len(part)
    if progress:
        progress(done, size)

    def block(number: int) -> np.ndarray:
        return np.stack(
            [values[starts[number] : starts[number] + rows] for values in inputs.values()]
        )

    for number, found in engine_of(engine, scheduler, len(missing))(missing, keys, block, names):
        if store:
            store.keep(number, found)
        figures[starts[number] : starts[number] + rows] = found
        done += len(found)
        if progress:
            progress(done, size)
    return figures


Engine = Callable[
    [list[int], tuple[str, ...], Callable[[int], np.ndarray], tuple[str, ...]],
    Iterator[tuple[int, np.ndarray]],
]


def engine_of(engine: str, scheduler: str | None, blocks: int) -> Engine:
    """The way of calculating blocks: in this process where there is one only, else on all cores,
    else on a cluster.
    """
    if engine == "dask":
        from bankable.templates.portfolio.on_dask import on_dask

        return lambda *work: on_dask(scheduler, *work)
    return in_turn if blocks <= 1 or cores() == 1 else on_cores


def cores() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:
        return os.cpu_count() or 1


def in_turn(
    missing: list[int], keys: tuple[str, ...], block: Any, names: tuple[str, ...]
) -> Iterator[tuple[int, np.ndarray]]:
    """One block after the other in this process."""
    for number in missing:
        yield number, calculate(keys, block(number), names)


def on_cores(
    missing: list[int], keys: tuple[str, ...], block: Any, names: tuple[str, ...]
) -> Iterator[tuple[int, np.ndarray]]:
    """The blocks on fresh processes, one a core; a few wait in line, so that memory stays
    bounded.
    """
    workers = min(cores(), len(missing))
    context = multiprocessing.get_context("spawn")
    with (
        nothing_from_the_current_folder(),
        concurrent.futures.ProcessPoolExecutor(workers, context, stay_with_parent) as pool,
    ):
        waiting: dict[Any, int] = {}
        try:
            for number in missing:
                waiting[pool.submit(calculate, keys, block(number), names)] = number
                while len(waiting) >= 2 * workers:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
        except concurrent.futures.process.BrokenProcessPool:
            raise Refusal(
                "a worker process ended before its time; memory may have run out. What is done is"
                " kept: give the same command again, and it goes on from there."
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def stay_with_parent() -> None:
    """What each worker does first: it leaves Ctrl+C to its parent, and ends when that has ended,
    however it ended.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def nothing_from_the_current_folder() -> Iterator[None]:
    """Python started meanwhile looks for no module in the current folder: a file pickle.py there
    would be run.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("PYTHONSAFEPATH", None)
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _finished(waiting: dict[Any, int]) -> Iterator[tuple[int, np.ndarray]]:
    """The next blocks that are done, taken off the line."""
    done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
    for future in sorted(done, key=waiting.__getitem__):
        yield waiting.pop(future), future.result()


__all__ = ["ROWS", "Store", "calculate", "digest", "finance", "run"]
