"""Kept answers: never another answer than the function's own, bounded, and asked for only where
that pays. No test is timed.
"""

from __future__ import annotations

import copyreg
import datetime as dt
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankable import udfs
from bankable.addin.excel import functions, officejs, ribbon
from bankable.udfs import answer_cache, cells, registry
from bankable.udfs.answer_cache import KeptAnswers, named
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.registry import Function

ROOT = Path(__file__).resolve().parents[2]
SLOW, QUICK = 1.0, 0.0  # seconds on the pretended clock


class Watched:
    """A function on a pretended clock that counts how often it is really calculated."""

    def __init__(
        self,
        body: Callable[..., Any],
        *kinds: cells.Param,
        returns: registry.Returns | None = None,
        takes: float = SLOW,
    ) -> None:
        self.now, self.takes, self.calls = 0.0, takes, 0
        params = tuple(kind.named(f"arg{i}", True, None) for i, kind in enumerate(kinds))
        self.entry = Function(
            "WATCHED",
            "Tests",
            "?",
            params,
            returns or registry.text("text"),
            self._counted(body),
            "Tells.",
        )

    def _counted(self, body: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*values: Any) -> Any:
            self.calls += 1
            self.now += self.takes
            return body(*values)

        return counted

    @classmethod
    def of(cls, name: str, takes: float = SLOW) -> Watched:
        """One of the register."""
        made, entry = cls(repr, takes=takes), udfs.FUNCTIONS[name]
        made.entry = replace(entry, body=made._counted(entry.body))
        return made

    def memory(self, **bounds: int) -> KeptAnswers:
        return KeptAnswers(clock=lambda: self.now, **bounds)


def echo(**options: Any) -> Watched:
    """A function that tells exactly what it was given."""
    return Watched(lambda *values: repr(values), cells.block("a"), cells.block("b"), **options)


def plain(result: Any) -> Any:
    """A result that can be compared."""
    if isinstance(result, list):
        return [[plain(value) for value in row] for row in result]
    return (result.code, result.sentence) if isinstance(result, CellError) else result


# The answer is the function's own --------------------------------------------------------------

numbers = (
    st.floats(0.5, 1e6)
    | st.integers(1, 10**6)
    | st.sampled_from([True, False, None, "", "x", "1", 0.0, -0.0, -5.0, CellError("#N/A", "")])
)
ranges = st.lists(numbers, min_size=2, max_size=8)


@given(ranges, ranges, st.data())
@settings(max_examples=50, deadline=None)
def test_a_change_of_any_one_cell_gives_the_new_answer(
    cfads: list[Any], service: list[Any], data: st.DataObject
) -> None:
    watched = Watched.of("DSCR_PATH")
    memory, known = watched.memory(), udfs.FUNCTIONS["DSCR_PATH"]
    before = [[[cell] for cell in cfads], [[cell] for cell in service]]
    for _ in range(2):
        assert plain(memory.answer(watched.entry, before)) == plain(known.from_cells(before))
    assert watched.calls <= 1
    which, new = data.draw(st.integers(0, 1)), data.draw(numbers)
    where = data.draw(st.integers(0, len(before[which]) - 1))
    after = [[list(row) for row in rows] for rows in before]
    after[which][where][0] = new
    assert plain(memory.answer(watched.entry, after)) == plain(known.from_cells(after))
    assert plain(memory.answer(watched.entry, before)) == plain(known.from_cells(before))


def test_values_that_look_alike_are_told_apart() -> None:
    alike: list[list[Any]] = [
        [True], [1], [1.0], ["1"], ["TRUE"], [None], [""], [0.0], [-0.0], [False], [OMITTED], [],
        [[[1.0], [2.0]]], [[[1.0, 2.0]]], [[[1.0]], [[2.0]]], [[[1.0, None]]], [[[None, 1.0]]], [[["a", "bc"]]], [[["ab", "c"]]],
        [CellError("#N/A", "")], [CellError("#NUM!", "")], ["#N/A"], [dt.datetime(2026, 1, 1)], [dt.date(2026, 1, 1)],
        [np.array([1.0, 2.0])], [np.array([[1.0, 2.0]])], [np.array([1, 2])],
    ]  # fmt: skip
    for left, right in itertools.combinations(alike, 2):
        assert named("F", left) != named("F", right), (left, right)
    assert named("F", [1.0]) != named("G", [1.0])
    watched = echo()
    memory = watched.memory()
    for _ in range(2):
        for given_ in ([[[1.0]]], [[[True]]], [[["1"]]], [[[None]]], [[[1.0]], [[1.0]]]):
            assert plain(memory.answer(watched.entry, given_)) == plain(
                echo().entry.from_cells(given_)
            )


def test_the_same_values_in_new_lists_are_the_same_call() -> None:
    first, second = ([[[float(i), f"text {i}", None] for i in range(20)]] for _ in range(2))
    assert named("F", first) == named("F", second)
    assert named("F", [np.arange(3.0)]) == named("F", [np.arange(3.0)])
    assert named("F", [CellError("#N/A", "")]) == named("F", [CellError("#N/A", "")])


def test_a_caller_that_changes_its_result_changes_nothing_kept() -> None:
    watched = Watched.of("DSCR_PATH")
    memory, call = watched.memory(), [[[10.0], [20.0]], [[5.0], [5.0]]]
    for _ in range(3):
        result = memory.answer(watched.entry, call)
        assert result == [[2.0], [4.0]]
        result[0][0] = 99.0
        result.append(["more"])
    call[0][0][0] = 40.0
    assert memory.answer(watched.entry, call) == [[8.0], [4.0]]
    assert watched.calls == 2


@pytest.mark.parametrize("error", [cells.impossible, cells.wrong_value, cells.no_answer])
def test_an_error_comes_back_with_its_sentence(error: Callable[[str], CellError]) -> None:
    def refuse(*_: Any) -> Any:
        raise error("it is so.")

    watched = Watched(refuse, cells.block("a"))
    memory = watched.memory()
    first, again = (memory.answer(watched.entry, [1.0]) for _ in range(2))
    assert isinstance(again, CellError)
    assert (again.code, again.sentence) == (first.code, "it is so.")
    assert again.__traceback__ is None  # it holds on to nothing
    assert watched.calls == 1


def test_a_rule_that_a_library_registers_for_errors_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """tblib, which comes with Dask, has one for every exception: it keeps the traceback."""

    def never(error: CellError) -> Any:
        raise AssertionError(error)

    monkeypatch.setitem(copyreg.dispatch_table, CellError, never)
    test_an_error_comes_back_with_its_sentence(cells.no_answer)


# Bounds ----------------------------------------------------------------------------------------


def test_the_least_recently_used_goes_first() -> None:
    watched = echo()
    memory = watched.memory(answers=3)
    for value in (1.0, 2.0, 3.0, 1.0, 4.0):  # 2 is the oldest when 4 comes
        memory.answer(watched.entry, [value])
    assert (len(memory), watched.calls) == (3, 4)
    memory.answer(watched.entry, [1.0])
    assert watched.calls == 4
    memory.answer(watched.entry, [2.0])
    assert watched.calls == 5


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.integers(500, 5_000))
@settings(max_examples=50, deadline=None)
def test_arguments_and_answers_stay_within_their_bytes(lengths: list[int], most: int) -> None:
    watched = echo()
    memory = watched.memory(size=most)
    for number, length in enumerate(lengths):
        memory.answer(watched.entry, [[[float(number)] * length]])
        held = sum(len(call) + len(answer) for call, answer in memory._kept.items())
        assert memory.size == held <= most
    memory.forget()
    assert (len(memory), memory.size) == (0, 0)


def test_what_is_too_large_or_has_no_name_is_calculated_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = echo()
    memory = watched.memory()
    monkeypatch.setattr(answer_cache, "MOST_CELLS", 10)
    for argument in ([[1.0] * 11], np.zeros(11), lambda: None, [[threading.Lock()]]):
        for _ in range(2):
            memory.answer(watched.entry, [argument])
    assert (len(memory), watched.calls) == (0, 8)
    memory.answer(watched.entry, [[[1.0] * 10]])
    assert len(memory) == 1


# Only where it pays ----------------------------------------------------------------------------


def test_a_quick_function_is_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = echo(takes=QUICK)
    memory = watched.memory()
    monkeypatch.setattr(answer_cache, "named", lambda *_: pytest.fail("its arguments were named"))
    for _ in range(5):
        memory.answer(watched.entry, [1.0])
    assert (watched.calls, memory.calculated, memory.recalled, len(memory)) == (5, 5, 0, 0)


def test_a_function_that_was_slow_once_is_not_looked_up_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = echo()
    memory = watched.memory()
    memory.answer(watched.entry, [0.0])
    watched.takes = QUICK
    asked = []
    name = named
    monkeypatch.setattr(answer_cache, "named", lambda *call: asked.append(call) or name(*call))
    for value in range(1, 3 * answer_cache.LOOKED_UP):
        memory.answer(watched.entry, [float(value)])
    assert len(asked) == answer_cache.LOOKED_UP
    assert len(memory) == 1


def test_many_threads_get_their_own_answers() -> None:
    watched = echo()
    memory = watched.memory(answers=5)
    wrong: list[Any] = []

    def ask(start: int) -> None:
        for i in range(200):
            value = float((start + i) % 9)
            result = memory.answer(watched.entry, [[[value]]])
            if f"[[{value}]]" not in str(result):
                wrong.append((value, result))

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(memory) <= 5
    assert memory.recalled + memory.calculated == 1600
    assert memory.size == sum(len(call) + len(answer) for call, answer in memory._kept.items())


# At the doors ----------------------------------------------------------------------------------


@pytest.fixture
def slow_survival(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """SURVIVAL as a costly function, and nothing kept yet."""
    watched = Watched.of("SURVIVAL")
    monkeypatch.setitem(udfs.FUNCTIONS, "SURVIVAL", watched.entry)
    monkeypatch.setattr(answer_cache, "ANSWERS", watched.memory())
    return watched


def test_excel_and_the_web_are_answered_from_the_same(slow_survival: Watched) -> None:
    call = functions.shim(slow_survival.entry)
    for _ in range(2):
        assert call([[4.0]], [[0.0]], [[0.85]]) == [
            [1.0],
            [0.85],
            [pytest.approx(0.7225)],
            [pytest.approx(0.614125)],
        ]
    assert slow_survival.calls == 1
    asked = {
        "func_name": "BANKABLE.SURVIVAL",
        "args": [[[4.0]], [[0.0]], [[0.85]]],
        "runtime": "1.4",
    }
    assert officejs.answer(asked)["result"][1] == [0.85]
    assert slow_survival.calls == 1
    assert call([[4.0]], [[0.0]], [[0.9]])[1] == [0.9]
    assert ribbon.start("kept") == answer_cache.told()
    assert "2 calls were answered from them, 2 were calculated" in answer_cache.told()


def test_explain_knows_the_sentence_of_a_kept_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise cells.impossible("no deal has this.")

    watched = Watched(refuse, cells.block("a"))
    monkeypatch.setattr(answer_cache, "ANSWERS", watched.memory())
    for _ in range(2):
        ribbon.start("forget")
        assert functions.shim(watched.entry)([[1.0]]) == "#NUM!"
        assert functions.last_sentence("WATCHED") == "no deal has this."
    assert watched.calls == 1


@pytest.mark.parametrize(
    ("value", "on"),
    [("", True), ("on", True), ("off", False), ("OFF", False), ("0", False), ("no", False)],
)
def test_the_switch(value: str, on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(answer_cache.SETTING, value)
    assert answer_cache.is_on() is on


def test_switched_off_nothing_is_kept() -> None:
    source = (
        "from bankable import udfs; from bankable.udfs import answer_cache; e ="
        " udfs.FUNCTIONS['SURVIVAL']; print(answer_cache.answer(e, [4.0]) == e.from_cells([4.0]),"
        " answer_cache.told()); answer_cache.forget()"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        env={**os.environ, answer_cache.SETTING: "off"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"True No answers are kept: {answer_cache.SETTING} is off.\n"


def test_every_function_answers_twice_the_same() -> None:
    from tests.doors import values

    memory = KeptAnswers(clock=itertools.count().__next__)
    for row in values.TABLE:
        entry = udfs.FUNCTIONS[row.function]
        own = plain(entry.from_cells(list(row.args)))
        assert plain(memory.answer(entry, list(row.args))) == own
        assert plain(memory.answer(entry, list(row.args))) == own
    assert memory.recalled >= len(values.TABLE) * 0.99
