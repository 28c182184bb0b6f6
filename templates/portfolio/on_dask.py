"""The blocks of a book on a Dask cluster, at an address or started here.

A cluster that does not answer, has no workers, or runs another version of the finance is named in a
sentence; a block whose worker dies is calculated by another.
"""

from __future__ import annotations

import queue
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bankable.templates.portfolio import blocks
from bankable.templates.refusal import Refusal

_ADDRESS = re.compile(
    r"((tcp|tls|ws|wss|ucx)://)?([\w.-]{1,250}|\[[0-9a-fA-F:.]{2,60}\]):[0-9]{1,5}(/[\w./-]*)?",
    re.ASCII,
)
CONNECTS_WITHIN = 12.0  # seconds
WORKERS_WITHIN = 12.0
SILENT_AFTER = 25.0
_ASKED_EVERY = 2.0


def calculate(
    finance: str, keys: tuple[str, ...], inputs: np.ndarray, names: tuple[str, ...]
) -> np.ndarray | str:
    """One block on a worker; the digest of its finance where that is not ours."""
    own = blocks.finance()
    return blocks.calculate(keys, inputs, names) if own == finance else own


def on_dask(
    scheduler: str | None,
    missing: list[int],
    keys: tuple[str, ...],
    block: Callable[[int], np.ndarray],
    names: tuple[str, ...],
) -> Iterator[tuple[int, np.ndarray]]:
    """The figures of the missing blocks as they come back."""
    try:
        import distributed
    except ImportError:
        raise Refusal("--engine dask needs Dask: install bankable[dask].") from None
    where = f"at {scheduler}" if scheduler else "started here"
    cluster = None
    with blocks.nothing_from_the_current_folder():
        try:
            if scheduler is None:
                cluster = distributed.LocalCluster(
                    n_workers=blocks.cores(), threads_per_worker=1, dashboard_address=None
                )
            client = connected(distributed, cluster or scheduler, where)
            try:
                yield from spread(distributed, client, where, missing, keys, block, names)
            finally:
                client.close(timeout=5)
        finally:
            if cluster is not None:
                cluster.close(timeout=20)


def connected(distributed: Any, to: Any, where: str) -> Any:
    """A client of a cluster that answers and has workers."""
    if isinstance(to, str) and not _ADDRESS.fullmatch(to):
        raise Refusal(f"--scheduler is {to}: give an address such as tcp://host:8786.")
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def connect() -> None:
        try:
            answers.put(distributed.Client(to, timeout=CONNECTS_WITHIN, set_as_default=False))
        except Exception as error:
            answers.put(error)

    # distributed waits without end for one that takes the call and says nothing
    threading.Thread(target=connect, daemon=True).start()
    try:
        client = answers.get(timeout=CONNECTS_WITHIN + 3)
    except queue.Empty:
        client = TimeoutError()
    if isinstance(client, Exception):
        raise Refusal(
            f"no Dask scheduler answers {where} ({type(client).__name__}): look whether it runs, and"
            " at the address."
        )
    try:
        client.wait_for_workers(1, timeout=WORKERS_WITHIN)
    except (OSError, TimeoutError):
        client.close(timeout=5)
        raise Refusal(
            f"the Dask cluster {where} has no workers: start some (dask worker ADDRESS) and give"
            " the command again."
        ) from None
    return client


def spread(
    distributed: Any,
    client: Any,
    where: str,
    missing: list[int],
    keys: tuple[str, ...],
    block: Callable[[int], np.ndarray],
    names: tuple[str, ...],
) -> Iterator[tuple[int, np.ndarray]]:
    """Blocks handed out, a few more than there are workers, and taken back as they are done."""
    finance = blocks.finance()
    waiting: dict[Any, int] = {}
    left = iter(missing)
    while True:
        line = max(4, 2 * len(client.scheduler_info(n_workers=-1)["workers"]))
        while len(waiting) < line and (number := next(left, None)) is not None:
            future = client.submit(
                calculate, finance, keys, block(number), names, pure=False, retries=5
            )
            waiting[future] = number
        if not waiting:
            return
        for future in finished(distributed, client, where, list(waiting)):
            found = answer_of(future, where)
            if isinstance(found, str):
                raise Refusal(
                    f"a worker of the Dask cluster {where} has another version of Bankable or of"
                    " numpy: install the same on all of them."
                )
            yield waiting.pop(future), found


def finished(distributed: Any, client: Any, where: str, futures: list[Any]) -> list[Any]:
    """The futures that are done, as soon as one is."""
    start, told = time.monotonic(), False
    while True:
        try:
            with client.as_current():
                done, _ = distributed.wait(
                    futures, timeout=_ASKED_EVERY, return_when="FIRST_COMPLETED"
                )
            return list(done)
        except TimeoutError:
            pass
        except Exception as error:  # CancelledError: the scheduler is gone
            if type(error).__name__ != "CancelledError":
                raise
            raise lost(where) from None
        silent = time.monotonic() - start
        if silent < SILENT_AFTER:
            continue
        if client.status != "running" or not client.scheduler_info(n_workers=-1)["workers"]:
            raise lost(where)
        if not told:
            told = True
            print(
                f"bankable: no block has come back for {silent:.0f} s from the Dask cluster"
                f" {where}; still waiting. Ctrl+C ends; what is done is kept.",
                file=sys.stderr,
                flush=True,
            )


def answer_of(future: Any, where: str) -> np.ndarray | str:
    """A block that came back; what went wrong on the worker in a sentence."""
    try:
        return future.result(timeout=SILENT_AFTER)
    except (ImportError, AttributeError) as error:
        raise Refusal(
            f"a worker of the Dask cluster {where} cannot calculate ({error}): install the same"
            " version of Bankable on all of them."
        ) from None
    except Exception as error:
        if type(error).__name__ in ("CancelledError", "FutureCancelledError", "CommClosedError"):
            raise lost(where) from None
        if type(error).__name__ == "KilledWorker":
            raise Refusal(
                f"workers of the Dask cluster {where} died over one block again and again: they may"
                " be short of memory, or lack Bankable."
            ) from None
        raise


def lost(where: str) -> Refusal:
    """The scheduler or all workers have gone."""
    return Refusal(
        f"the Dask cluster {where} has gone, or has lost all its workers: what is done is kept."
        " Start it and give the same command again."
    )
