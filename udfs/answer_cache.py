"""Answers kept from earlier calls, for the doors of spreadsheet programs, which ask the same again
and again without need.

The functions are pure, so the same arguments have the same answer. What is kept is bounded, and a
function whose answers are quick to find is not looked up at all: naming its arguments would cost
more than it saves.
"""

from __future__ import annotations

import io
import os
import pickle
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from bankable.udfs.registry import Function

SETTING = "BANKABLE_KEPT_ANSWERS"  # the environment variable that switches this off

MOST_ANSWERS = 1_000
MOST_BYTES = 32 * 2**20  # arguments and answers together
MOST_CELLS = 100_000  # a call with more is not kept
COSTLY = 1e-3  # seconds; the arguments of two 30-cell ranges are named in 2 millionths
LOOKED_UP = 100  # calculations after a costly one for which a function is looked up

_FORM = 5  # the form of pickle; it tells apart TRUE, 1 and 1.0, blank and "", 0 and -0, and errors by their codes


class KeptAnswers:
    """The answers of calls, by function and arguments; the least recently used go first."""

    def __init__(
        self,
        answers: int = MOST_ANSWERS,
        size: int = MOST_BYTES,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._most, self._most_bytes, self._clock = answers, size, clock
        self._kept: OrderedDict[bytes, bytes] = (
            OrderedDict()
        )  # pickled both: no caller can change what is kept
        self._patience: dict[
            str, int
        ] = {}  # calculations for which a costly function is still looked up
        self._lock = threading.Lock()
        self.recalled = self.calculated = self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def answer(self, entry: Function, given: Sequence[Any]) -> Any:
        """The answer to a call, kept or calculated; what `Function.from_cells` gives for the same
        arguments.
        """
        patience = self._patience.get(entry.name, 0)
        call = named(entry.name, given) if patience else None
        if call is not None and (kept := self._recall(call)) is not None:
            return pickle.loads(kept)
        before = self._clock()
        result = entry.from_cells(given)
        is_costly = self._clock() - before >= COSTLY
        with self._lock:
            self.calculated += 1
            if is_costly or patience:
                self._patience[entry.name] = LOOKED_UP if is_costly else patience - 1
        if is_costly and (call := call or named(entry.name, given)) is not None:
            self._keep(call, _bytes_of(result))
        return result

    def forget(self) -> None:
        """Let go of all answers; which functions are costly stays known."""
        with self._lock:
            self._kept.clear()
            self.size = 0

    def told(self) -> str:
        """What was kept and what it was good for, in a sentence."""
        held = f"{len(self):,} answers are kept in {self.size / 2**20:.1f} MB"
        return (
            f"{held}; {self.recalled:,} calls were answered from them, {self.calculated:,} were"
            " calculated."
        )

    def _recall(self, call: bytes) -> bytes | None:
        with self._lock:
            kept = self._kept.get(call)
            if kept is not None:
                self._kept.move_to_end(call)
                self.recalled += 1
            return kept

    def _keep(self, call: bytes, answer: bytes) -> None:
        if len(call) + len(answer) > self._most_bytes:
            return
        with self._lock:
            before = self._kept.pop(call, None)
            self.size += (
                len(answer) - len(before) if before is not None else len(call) + len(answer)
            )
            self._kept[call] = answer
            while len(self._kept) > self._most or self.size > self._most_bytes:
                oldest, dropped = self._kept.popitem(last=False)
                self.size -= len(oldest) + len(dropped)


def named(function: str, given: Sequence[Any]) -> bytes | None:
    """The call as bytes, different for every difference in value or kind; None where it is too
    large to be kept.
    """
    if sum(_cells(argument) for argument in given) > MOST_CELLS:
        return None
    try:
        return _bytes_of((function, given))
    except Exception:  # something in it cannot be named
        return None


class _Pickler(pickle.Pickler):
    """Pickles by the classes' own rules: of those that others register for a class nothing counts,
    since some (tblib's, which Dask brings) add to every exception where it was raised.
    """

    dispatch_table: dict[type, Any] = {}  # noqa: RUF012 - the standard library's name and kind


def _bytes_of(value: Any) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, _FORM).dump(value)
    return stream.getvalue()


def _cells(argument: Any) -> int:
    if not isinstance(argument, (list, tuple)):
        return int(getattr(argument, "size", 1))  # of an array
    return sum(len(row) if isinstance(row, (list, tuple)) else 1 for row in argument)


def is_on() -> bool:
    """Whether answers are kept in this process: always, unless the environment says off."""
    return os.environ.get(SETTING, "").strip().lower() not in ("off", "0", "no", "false")


ANSWERS: KeptAnswers | None = KeptAnswers() if is_on() else None


def answer(entry: Function, given: Sequence[Any]) -> Any:
    """The answer to a call at any door: kept where that is on and pays, otherwise calculated."""
    return entry.from_cells(given) if ANSWERS is None else ANSWERS.answer(entry, given)


def forget() -> None:
    """Let go of all answers kept in this process."""
    if ANSWERS is not None:
        ANSWERS.forget()


def told() -> str:
    """What is kept in this process, in a sentence."""
    return f"No answers are kept: {SETTING} is off." if ANSWERS is None else ANSWERS.told()
