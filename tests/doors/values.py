"""The calls that every door must answer alike: `TABLE`, a list of `Row(function, args, expect,
about)`.

`args` are raw values as `Function.from_cells` takes them (OMITTED for an argument left out, None
for a blank cell, a list of rows for a range); `expect` is "number", "text", "logical", "block" or
an error code, and what exactly is due is what `row.answer` gives: a door's own test compares with
that. Some rows are made for every function of the register from its worked example, the others are
written below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bankable import udfs
from bankable.udfs import reference
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.registry import Function

NA = CellError("#N/A", "the cell shows #N/A")
NUM = CellError("#NUM!", "the cell shows #NUM!")
DIV = CellError("#DIV/0!", "the cell shows #DIV/0!")
VALUE = "#VALUE!"


@dataclass(frozen=True)
class Row:
    """One call: the function, its arguments, what kind of answer is due, and what the row is there
    for.
    """

    function: str
    args: tuple[Any, ...]
    expect: str
    about: str

    @property
    def answer(self) -> Any:
        """What the register itself answers."""
        return udfs.FUNCTIONS[self.function].from_cells(list(self.args))

    @property
    def has_blank_cell(self) -> bool:
        """A blank cell stands as an argument by itself (not an argument left out, not a cell of a
        range).
        """
        return any(
            arg is None or (isinstance(arg, list) and _single(arg) is None) for arg in self.args
        )

    @property
    def has_error_in_range(self) -> bool:
        """An error stands among the cells of a range."""
        return any(
            isinstance(arg, list)
            and any(isinstance(cell, CellError) for line in arg for cell in line)
            for arg in self.args
        )

    def __str__(self) -> str:
        return f"{self.function}: {self.about}"


def _single(arg: list[list[Any]]) -> Any:
    return arg[0][0] if len(arg) == 1 and len(arg[0]) == 1 else 0.0


def column(*cells: Any) -> list[list[Any]]:
    """A range that runs down."""
    return [[cell] for cell in cells]


def line(*cells: Any) -> list[list[Any]]:
    """A range that runs along a row."""
    return [list(cells)]


_ = OMITTED
YEARS = column(*[dt.datetime(2026 + i, 1, 1) for i in range(4)])

_WRITTEN: list[tuple[str, str, tuple[Any, ...], str]] = [
    # function, about, args, expect
    ("SURVIVAL", "all optional arguments left out at the end", (4.0,), "block"),
    ("SURVIVAL", "an optional argument left out in the middle", (4.0, _, 0.85), "block"),
    ("SURVIVAL", "left out in the middle and at the end", (4.0, _, 0.85, _, 2.0), "block"),
    ("SURVIVAL", "one period", (1.0, 0.02), "block"),
    ("SURVIVAL", "a blank cell takes the default", (4.0, None, 0.85, None), "block"),
    ("SURVIVAL", "an empty text takes the default", (4.0, "", 0.85), "block"),
    ("SURVIVAL", "spaces only take the default", (4.0, "  ", 0.85), "block"),
    ("SURVIVAL", "a logical counts as 1", (4.0, 0.0, True), "block"),
    ("SURVIVAL", "FALSE counts as 0", (4.0, 0.0, False), "block"),
    ("SURVIVAL", "1x1 ranges", ([[4.0]], [[0.01]], [[0.85]]), "block"),
    ("SURVIVAL", "negative count", (-1.0,), "#NUM!"),
    ("SURVIVAL", "count that is not whole", (2.5,), "#NUM!"),
    ("SURVIVAL", "count beyond its bounds", (1201.0,), "#NUM!"),
    ("SURVIVAL", "probability above 1", (4.0, 0.0, 85.0), "#NUM!"),
    ("SURVIVAL", "text in place of a number", (4.0, "low"), VALUE),
    ("SURVIVAL", "a number typed as text", ("4",), VALUE),
    ("SURVIVAL", "a range in place of a cell", (column(4.0, 5.0),), VALUE),
    ("SURVIVAL", "a required cell is blank", (None, 0.0, 0.85), VALUE),
    ("SURVIVAL", "#N/A comes through", (NA, 0.0, 0.85), "#N/A"),
    ("SURVIVAL", "#NUM! comes through", (4.0, NUM), "#NUM!"),
    ("SURVIVAL", "#DIV/0! comes through", (4.0, DIV), "#DIV/0!"),
    ("SURVIVAL", "a required argument left out in the middle", (_, 0.1), VALUE),
    ("OFFTAKE_REVENUE", "price a year", (3.0, column(10.0, 11.0, 12.0), 5.0), "block"),
    ("OFFTAKE_REVENUE", "a row gives a row", (3.0, line(10.0, 11.0, 12.0), 5.0), "block"),
    ("OFFTAKE_REVENUE", "demand given, the options between left out", (3.0, 10.0, 5.0, _, 0.8, column(4.0, 6.0, 3.0), 5.5), "block"),
    ("OFFTAKE_REVENUE", "ranges of unequal length", (3.0, column(10.0, 11.0, 12.0), column(5.0, 6.0)), VALUE),
    ("OFFTAKE_REVENUE", "range not of the years' length", (4.0, column(10.0, 11.0, 12.0), 5.0), VALUE),
    ("OFFTAKE_REVENUE", "floor above cap", (3.0, 10.0, 5.0, _, _, _, _, 60.0, 40.0, 50.0), "#NUM!"),
    ("OFFTAKE_REVENUE", "negative price", (3.0, -10.0, 5.0), "#NUM!"),
    ("OFFTAKE_NPV", "firm years left out with renewal below 1", (0.07, 15.0, 100.0, 1.0, 0.02, _, _, 0.85), "number"),
    ("OFFTAKE_NPV", "every argument", (0.07, 15.0, 100.0, 1.0, 0.02, 0.9, 0.01, 0.9, 2.0, 0.4), "number"),
    ("OFFTAKE_NPV", "no years", (0.07, 0.0, 100.0, 1.0), "number"),
    ("OFFTAKE_NPV", "rate 0", (0.0, 5.0, 100.0, 1.0), "number"),
    ("OFFTAKE_NPV", "a rate typed as per cent", (7.0, 15.0, 100.0, 1.0), "#NUM!"),
    ("OFFTAKE_NPV", "rate of -100%", (-1.0, 15.0, 100.0, 1.0), "#NUM!"),
    ("OFFTAKE_NPV", "volumes in a row, prices in a column", (0.08, 3.0, column(5.0, 6.0, 7.0), line(100.0, 110.0, 120.0)), "number"),
    ("OFFTAKE_NPV", "an error inside a range", (0.08, 3.0, column(5.0, NA, 7.0), 100.0), "#N/A"),
    ("OFFTAKE_NPV", "a text inside a range", (0.08, 3.0, column(5.0, "six", 7.0), 100.0), VALUE),
    ("OFFTAKE_NPV", "a blank inside a range", (0.08, 3.0, column(5.0, None, 7.0), 100.0), VALUE),
    ("TERMINATION_PV", "a blank ceiling is nothing", (0.07, 0.85, 1.0, column(80.0, None, 40.0, 0.0)), "number"),
    ("TERMINATION_PV", "ceiling in a row", (0.07, 0.85, 1.0, line(80.0, 60.0, 40.0, 0.0)), "number"),
    ("TERMINATION_PV", "every renewal comes", (0.07, 1.0, 1.0, line(80.0, 60.0, 40.0, 0.0)), "number"),
    ("TERMINATION_PV", "negative ceiling", (0.07, 0.85, 1.0, line(80.0, -60.0)), "#NUM!"),
    ("COLLAR_EXPECTED", "normal prices, word in capitals", (50.0, 40.0, 60.0, 8.0, 3.0, "NORMAL"), "block"),
    ("COLLAR_EXPECTED", "with the figures' names", (50.0, 40.0, 60.0, 0.3, 3.0, _, True), "block"),
    ("COLLAR_EXPECTED", "a forward a year", (column(50.0, 52.0), 40.0, 60.0, 0.3, column(1.0, 2.0)), "block"),
    ("COLLAR_EXPECTED", "no volatility", (70.0, 40.0, 60.0, 0.0, 3.0), "block"),
    ("COLLAR_EXPECTED", "floor above cap", (50.0, 60.0, 40.0, 0.3, 3.0), "#NUM!"),
    ("COLLAR_EXPECTED", "no such word", (50.0, 40.0, 60.0, 0.3, 3.0, "gamma"), VALUE),
    ("COLLAR_EXPECTED", "a number in place of a word", (50.0, 40.0, 60.0, 0.3, 3.0, 1.0), VALUE),
    ("HAZARD_FROM_PD", "no default", (0.0,), "number"),
    ("HAZARD_FROM_PD", "certain default", (1.0,), "#NUM!"),
    ("HAZARD_FROM_PD", "TRUE is 1", (True,), "#NUM!"),
    ("HAZARD_FROM_PD", "a date is its serial", (dt.datetime(2026, 1, 1),), "#NUM!"),
    ("HAZARD_FROM_PD", "blank", (None,), VALUE),
    ("HAZARD_FROM_PD", "blank 1x1 range", ([[None]],), VALUE),
    ("HAZARD_FROM_PD", "empty text", ("",), VALUE),
    ("HAZARD_FROM_SPREAD", "all is recovered", (0.01, 1.0), "#NUM!"),
    ("HAZARD_FROM_SPREAD", "recovery below 0", (0.01, -0.1), "#NUM!"),
    ("CONDITIONAL_PD", "in a row", (line(0.01, 0.03, 0.06),), "block"),
    ("CONDITIONAL_PD", "with the columns' names", (column(0.01, 0.03), True), "block"),
    ("CONDITIONAL_PD", "falls", (column(0.06, 0.03),), "#NUM!"),
    ("CONDITIONAL_PD", "one cell", (0.05,), "block"),
    ("RISKY_ANNUITY", "with the figures' names", (0.05, 0.02, 0.4, 5.0, True), "block"),
    ("RISKY_ANNUITY", "names asked for in words", (0.05, 0.02, 0.4, 5.0, "yes"), "block"),
    ("RISKY_ANNUITY", "no such switch", (0.05, 0.02, 0.4, 5.0, "maybe"), VALUE),
    ("RISKY_ANNUITY", "no hazard", (0.05, 0.0, 0.4, 5.0), "block"),
    ("IDC", "one month's capex", (0.06, 100.0, 0.6), "block"),
    ("IDC", "left out to the last option", (0.06, column(50.0, 50.0), 0.6, _, _, _, 4.0, True), "block"),
    ("IDC", "text among the capex", (0.06, column(50.0, "tbd"), 0.6), VALUE),
    ("IDC_SCHEDULE", "capex in a row, with names", (0.08, line(30.0, 40.0, 30.0), 0.6, 0.5, 0.01, 0.005, 4.0, True), "block"),
    ("IDC_SCHEDULE", "a block in place of a line", (0.08, [[1.0, 2.0], [3.0, 4.0]]), VALUE),
    ("COST_OF_DELAY", "fixed end, in capitals", (0.08, 5.0, 20.0, 15.0, 6.0, 0.3, 0.1, "Fixed_End"), "block"),
    ("COST_OF_DELAY", "cash flow a year", (0.08, 5.0, column(18.0, 20.0, 20.0), 3.0, 2.0), "block"),
    ("LEARNING_COST", "cumulative theory", (100.0, 0.15, 10.0, 10.0, "Cumulative"), "number"),
    ("LEARNING_COST", "no units", (100.0, 0.15, 10.0, 0.0), "#NUM!"),
    ("LEARNING_COST", "no such theory", (100.0, 0.15, 10.0, 10.0, "guess"), VALUE),
    ("LAPSE_COST", "no idle years", (0.05, 100.0, 0.1, 0.0, 2.0), "number"),
    ("RETOOLED_REVENUE", "in a row", (line(100.0, 100.0, 100.0, 100.0), 6.0, 12.0, 0.8), "block"),
    ("RETOOLED_REVENUE", "recapture above 1", (line(100.0, 100.0), 6.0, 12.0, 80.0), "#NUM!"),
    ("BOOK_DISTRIBUTION", "weights", (3.0, 0.85, 0.2, 5.0, column(5.0, 3.0, 2.0)), "block"),
    ("BOOK_DISTRIBUTION", "weights of another length", (3.0, 0.85, 0.2, 5.0, column(5.0, 3.0)), VALUE),
    ("BOOK_DISTRIBUTION", "independent customers", (4.0, column(0.9, 0.8, 0.7, 0.6), 0.0), "block"),
    ("BOOK_DISTRIBUTION", "negative correlation", (4.0, 0.9, -0.1), "#NUM!"),
    ("BOOK_SUMMARY", "all alike", (10.0, 0.85, 1.0, 7.0), "block"),
    ("BOOK_SUMMARY", "with the figures' names", (10.0, 0.85, 0.2, 7.0, _, _, _, True), "block"),
    ("MIN_CUSTOMERS", "never enough", (0.5, 0.9, 0.9, 0.99), "#N/A"),
    ("MIN_CUSTOMERS", "a few more", (0.85, 0.0, 0.6, 0.99, 100.0), "number"),
    ("VASICEK_QUANTILE", "confidence left out", (0.02, 0.1), "number"),
    ("VASICEK_QUANTILE", "pd of 2 per cent typed as 2", (2.0, 0.1), "#NUM!"),
    ("DSCR_FAN", "another seed", (column(140.0, 130.0), column(100.0, 100.0), 0.2, 0.5, 500.0, 7.0, line(0.05, 0.5)), "block"),
    ("DSCR_PATH", "down", (column(10.0, 20.0, 30.0), column(5.0, 5.0, 5.0)), "block"),
    ("DSCR_PATH", "along", (line(10.0, 20.0, 30.0), line(5.0, 5.0, 5.0)), "block"),
    ("DSCR_PATH", "blank period, blank result", (column(10.0, None, 30.0), column(5.0, 5.0, 5.0)), "block"),
    ("DSCR_PATH", "no debt service, blank result", (column(10.0, 20.0, 30.0), column(5.0, 0.0, 5.0)), "block"),
    ("DSCR_PATH", "negative cash flow", (column(-10.0, 20.0), column(5.0, 5.0)), "block"),
    ("DSCR_PATH", "an error inside", (column(10.0, NA, 30.0), column(5.0, 5.0, 5.0)), "#N/A"),
    ("DSCR_PATH", "a text inside", (column(10.0, "x", 30.0), column(5.0, 5.0, 5.0)), VALUE),
    ("DSCR_PATH", "an empty text inside is a blank", (column(10.0, "", 30.0), column(5.0, 5.0, 5.0)), "block"),
    ("DSCR_PATH", "logicals inside count", (column(True, 20.0), column(5.0, 5.0)), "block"),
    ("DSCR_PATH", "unequal lengths", (column(10.0, 20.0), column(5.0, 5.0, 5.0)), VALUE),
    ("DSCR_PATH", "one cell each", (10.0, 5.0), "block"),
    ("DSCR_MIN", "a block in place of a line", ([[1.0, 2.0], [3.0, 4.0]], column(1.0, 1.0)), VALUE),
    ("DSCR_MIN", "no debt service at all", (column(10.0, 20.0), column(0.0, 0.0)), "#N/A"),
    ("DSCR_MIN", "blank years passed over", (column(10.0, None, 8.0), column(5.0, None, 5.0)), "number"),
    ("DSCR_AVG", "weighted", (column(26.0, 24.0), column(20.0, 10.0), True), "number"),
    ("DSCR_AVG", "weighted typed as 1", (column(26.0, 24.0), column(20.0, 10.0), 1.0), "number"),
    ("DSCR_AVG", "weighted typed as a word", (column(26.0, 24.0), column(20.0, 10.0), "TRUE"), "number"),
    ("DSCR_AVG", "weighted typed as 2", (column(26.0, 24.0), column(20.0, 10.0), 2.0), VALUE),
    ("LLCR", "tenor and cash", (0.06, column(30.0, 30.0, 30.0), 60.0, 2.0, 5.0), "number"),
    ("LLCR", "tenor left out, cash given", (0.06, column(30.0, 30.0, 30.0), 60.0, _, 5.0), "number"),
    ("LLCR", "no debt", (0.06, column(30.0, 30.0), 0.0), "#N/A"),
    ("PLCR", "no debt", (0.06, column(30.0, 30.0), 0.0), "#N/A"),
    ("PLCR", "cash flow in a row", (0.06, line(30.0, 30.0, 30.0), 60.0, 5.0), "number"),
    ("LOAN_SCHEDULE", "equal instalments, with names", (1000.0, 0.06, 4.0, "equal", 1.0, 0.0, 1.0, False, _, _, True), "block"),
    ("LOAN_SCHEDULE", "bullet, method in capitals", (1000.0, 0.06, 3.0, "BULLET"), "block"),
    ("LOAN_SCHEDULE", "balloon, twice a year", (1000.0, 0.06, 6.0, _, _, 0.2, 2.0), "block"),
    ("LOAN_SCHEDULE", "no interest", (900.0, 0.0, 3.0), "block"),
    ("LOAN_SCHEDULE", "grace as long as the loan", (1000.0, 0.06, 4.0, "annuity", 4.0), "#NUM!"),
    ("LOAN_SCHEDULE", "no such method", (1000.0, 0.06, 4.0, "magic"), VALUE),
    ("DEBT_CAPACITY", "level", (0.06, column(30.0, 34.0, 38.0), 1.4, _, "level"), "number"),
    ("DEBT_CAPACITY", "a target a year", (0.06, column(30.0, 34.0, 38.0), column(1.3, 1.4, 1.8)), "number"),
    ("DEBT_CAPACITY", "capped by the cost", (0.06, column(30.0, 34.0, 38.0), 1.1, _, _, _, _, 0.5, 100.0), "number"),
    ("DEBT_CAPACITY", "target of 0", (0.06, column(30.0, 34.0), 0.0), "#NUM!"),
    ("DEBT_SCULPT", "two years of three", (0.06, line(30.0, 34.0, 38.0), 1.4, 2.0), "block"),
    ("PROJECT_IRR", "with dates", (column(-100.0, 40.0, 40.0, 45.0), 0.1, YEARS), "number"),
    ("PROJECT_IRR", "dates as serials", (column(-100.0, 40.0, 40.0, 45.0), _, column(46023.0, 46388.0, 46753.0, 47119.0)), "number"),
    ("PROJECT_IRR", "only costs", (column(-100.0, -40.0),), "#NUM!"),
    ("PROJECT_IRR", "in a row", (line(-100.0, 60.0, 60.0),), "number"),
    ("PROJECT_NPV", "with dates", (0.1, column(-100.0, 40.0, 40.0, 45.0), YEARS), "number"),
    ("PROJECT_NPV", "dates of another length", (0.1, column(-100.0, 40.0), YEARS), VALUE),
    ("PROJECT_NPV", "one cash flow", (0.1, -100.0), "number"),
    ("IRR_ROOTS", "two roots in a row", (line(-100.0, 230.0, -132.0),), "block"),
    ("EQUITY_IRR", "nothing of one's own", (200.0, 200.0, column(26.0, 26.0), column(20.0, 20.0)), "#N/A"),
    ("EQUITY_IRR", "costs over two years", (column(9.0, 9.0), column(7.0, 7.0), column(4.0, 4.0, 4.0), column(2.5, 2.5, 2.5)), "number"),
    ("PAYBACK", "never", (column(-100.0, 10.0),), "#N/A"),
    ("PAYBACK", "discounted", (column(-100.0, 60.0, 70.0), 0.08), "number"),
    ("MIN_OFFTAKE_TERM", "a cash flow a year", (50.0, 0.065, column(28.0, 28.0, 28.0, 28.0), 1.35), "block"),
    ("MIN_OFFTAKE_TERM", "never enough", (1000.0, 0.065, 28.0, 1.35), "#N/A"),
    ("BREAKEVEN_COVERAGE", "already below the target", (0.09, 0.045, 0.03, 0.6), "number"),
    ("BREAKEVEN_COVERAGE", "out of reach", (0.01, 0.045, 0.03, 0.6), "#N/A"),
    ("BREAKEVEN_PRICE", "a debt service a year", (1.4, line(18.0, 17.0), 10.0, 40.0), "block"),
    ("BREAKEVEN_TARIFF", "none needed", (5.0, 5.2), "number"),
    ("BREAKEVEN_TARIFF", "nothing passed through", (6.0, 5.2, 0.0), "#N/A"),
    ("BREAKEVEN_RENEWAL", "whole value", (0.07, 10.0, 1.0), "number"),
    ("BREAKEVEN_RENEWAL", "firm years longer", (0.07, 10.0, 0.75, 5.0), "number"),
]  # fmt: skip


def _made(entry: Function) -> Iterator[Row]:
    """Rows for any function: its worked example in several forms, and the mistakes that can be made
    with it.
    """
    given = reference._first_call(entry)
    assert given is not None
    example = [reference._as_cells(given.get(p.name, OMITTED)) for p in entry.params]
    while example and example[-1] is OMITTED:
        example.pop()
    shape = entry.returns.shape
    kind = shape if shape in ("number", "text") else "block"
    args = tuple(_floats(arg) for arg in example)
    yield Row(entry.name, args, kind, "its worked example")
    if any(
        isinstance(arg, list) and len(arg[0]) == 1 < len(arg) and p.kind != "block"
        for arg, p in zip(args, entry.params, strict=False)
    ):
        turned = (
            (
                [list(across) for across in zip(*arg, strict=True)]
                if isinstance(arg, list) and p.kind != "block"
                else arg
            )
            for arg, p in zip(args, entry.params, strict=False)
        )
        yield Row(entry.name, tuple(turned), kind, "its worked example along rows")
    yield Row(
        entry.name,
        tuple([[arg]] if isinstance(arg, (float, str, bool)) else arg for arg in args),
        kind,
        "1x1 ranges",
    )
    yield Row(entry.name, (), VALUE, "no argument")
    yield Row(
        entry.name,
        (*args, *[OMITTED] * (entry.max_args - len(args)), 1.0),
        VALUE,
        "an argument too many",
    )
    first = entry.params[0]
    if first.kind not in ("text", "texts", "choice", "block"):
        yield Row(entry.name, ("a text", *args[1:]), VALUE, "a text in place of the first argument")
    if first.kind in ("rate", "probability", "amount", "number", "count"):
        yield Row(entry.name, (None, *args[1:]), VALUE, "the first argument is blank")
    yield Row(entry.name, (NA, *args[1:]), "#N/A", "#N/A in place of the first argument")


def _floats(arg: Any) -> Any:
    if isinstance(arg, list):
        return [[_floats(cell) for cell in cells] for cells in arg]
    return float(arg) if isinstance(arg, int) and not isinstance(arg, bool) else arg


TABLE: list[Row] = [
    Row(function, args, expect, about) for function, about, args, expect in _WRITTEN
]
TABLE += [row for entry in udfs.FUNCTIONS.values() for row in _made(entry)]
