"""The deals of a book calculated block by block: on this machine's cores or on a Dask cluster, and
resumable.

Every finished block is kept in a folder beside the output until that is written; a run that was
stopped finds its blocks there by a digest of the book and of the program, and calculates only what
is missing.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from bankable import udfs
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


def digest(inputs: dict[str, np.ndarray], names: tuple[str, ...], rows: int) -> str:
    """What the figures hang on: the deals, the figures asked, the size of a block, and the finance
    itself.
    """
    state = hashlib.sha256(repr((np.__version__, rows, names)).encode())
    folder = Path(udfs.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        state.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for key, values in inputs.items():
        state.update(key.encode())
        state.update(np.ascontiguousarray(values).data)
    return state.hexdigest()[:16]


class Store:
    """The finished blocks of one run, a file each, put in place whole or not at all."""

    def __init__(self, output: Path, key: str) -> None:
        self.parent = output.with_name(output.name + ".blocks")
        self.folder = self.parent / key
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, number: int) -> Path:
        """The file of a block."""
        return self.folder / f"{number:06d}.npy"

    def read(self, number: int, shape: tuple[int, int]) -> np.ndarray | None:
        """A block finished earlier, or None; a file that is not whole counts as none."""
        try:
            found = np.load(self.path(number))
        except (OSError, ValueError, EOFError):
            return None
        return found if found.shape == shape else None

    def keep(self, number: int, figures: np.ndarray) -> None:
        """Put a finished block in its place."""
        draft = self.folder / f"{number:06d}.part"
        with draft.open("wb") as file:
            np.save(file, figures)
        os.replace(draft, self.path(number))

    def remove(self) -> None:
        """The output is written: the blocks are not needed any more, nor those of earlier books
        under the same name.
        """
        shutil.rmtree(self.parent, ignore_errors=True)


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
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: dict[Any, int] = {}
        try:
            for number in missing:
                waiting[pool.submit(calculate, keys, block(number), names)] = number
                while len(waiting) >= 2 * workers:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _finished(waiting: dict[Any, int]) -> Iterator[tuple[int, np.ndarray]]:
    """The next blocks that are done, taken off the line."""
    done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
    for future in sorted(done, key=waiting.__getitem__):
        yield waiting.pop(future), future.result()


def on_dask(
    scheduler: str | None,
    missing: list[int],
    keys: tuple[str, ...],
    block: Any,
    names: tuple[str, ...],
) -> Iterator[tuple[int, np.ndarray]]:
    """The blocks on a Dask cluster, at an address or started here; a block whose worker dies is
    calculated by another.
    """
    try:
        import distributed
    except ImportError:
        raise Refusal("--engine dask needs Dask: install bankable[dask].") from None
    cluster = None
    try:
        if scheduler is None:
            cluster = distributed.LocalCluster(
                n_workers=cores(), threads_per_worker=1, dashboard_address=None
            )
        client = distributed.Client(cluster or scheduler, timeout="20s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise Refusal(
            f"no Dask scheduler answers at {scheduler} ({type(error).__name__})."
        ) from None
    try:
        line = max(4, 2 * len(client.scheduler_info(n_workers=-1)["workers"]))
        running = distributed.as_completed([], loop=client.loop)
        numbers: dict[Any, int] = {}
        left = iter(missing)
        for count in range(len(missing)):
            while running.count() < line and (number := next(left, None)) is not None:
                future = client.submit(calculate, keys, block(number), names, pure=False, retries=5)
                numbers[future.key] = number
                running.add(future)
            future = next(running)
            yield numbers.pop(future.key), future.result()
            del count
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


__all__ = ["ROWS", "Store", "calculate", "digest", "run"]
