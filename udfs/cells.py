"""The one gate between a spreadsheet's cells and the finance.

A raw cell value (number, text, logical, blank, date, error, or a range of these) comes in through
`Param.read`, which knows the argument's kind and bounds, and a result goes out through
`write_cells`. Whatever is wrong leaves as a `CellError`: a code that a cell can show and a sentence
for a person.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

LONGEST_PATH = 10_000
LARGEST_AMOUNT = 1e15
REST = 1e-9  # of the largest figure of a range: less is nothing
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)


class CellError(ValueError):
    """A cell error code (`#VALUE!`, `#NUM!`, `#N/A`, ...) with the sentence that explains it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __repr__(self) -> str:
        return f"CellError({self.code!r}, {self.sentence!r})"

    def __reduce__(self) -> tuple[type[CellError], tuple[str, str]]:
        return CellError, (self.code, self.sentence)


def wrong_value(sentence: str) -> CellError:
    """`#VALUE!`: an argument of the wrong kind or shape."""
    return CellError("#VALUE!", sentence)


def impossible(sentence: str) -> CellError:
    """`#NUM!`: an argument that no deal can have."""
    return CellError("#NUM!", sentence)


def no_answer(sentence: str) -> CellError:
    """`#N/A`: sound arguments for which no answer exists."""
    return CellError("#N/A", sentence)


class _Omitted:
    """The argument was left out; not the same as a blank cell inside a range."""

    def __repr__(self) -> str:
        return "OMITTED"


OMITTED = _Omitted()


@dataclass(frozen=True)
class Param:
    """One argument of a worksheet function: its kind, bounds and one line of help.

    `name`, `optional` and `default` are filled in from the Python signature by the registry.
    """

    kind: str
    help: str
    reader: Callable[[Param, Any], Any] = field(repr=False)
    low: float = -LARGEST_AMOUNT
    high: float = LARGEST_AMOUNT
    open_low: bool = False
    choices: tuple[str, ...] = ()
    blanks: str = "refuse"  # for paths: refuse, keep (as NaN) or zero
    typed: str = ""  # % or x: what a number a hundred times too large was meant in
    name: str = ""
    optional: bool = False
    default: Any = None

    def named(self, name: str, optional: bool, default: Any) -> Param:
        """This parameter with what the Python signature says of it."""
        return replace(self, name=name, optional=optional, default=default)

    def read(self, raw: Any) -> Any:
        """The clean Python value of a raw cell value; raises CellError.

        An omitted or blank optional argument takes its default; a blank where a value is needed is
        `#VALUE!`, so that a forgotten input is never read as zero.
        """
        if type(raw) not in _PLAIN and hasattr(raw, "to_numpy"):
            raw = _cells_of_frame(raw)
        if self.optional and (raw is OMITTED or is_blank(raw)):
            return self.default
        if raw is OMITTED:
            raise wrong_value(f"{self.name} is missing: {self.help}.")
        return self.reader(self, raw)

    @property
    def allowed(self) -> str:
        """The bounds in words, for help pages and messages."""
        if self.choices:
            return " or ".join(f'"{choice}"' for choice in self.choices)
        low = (
            ""
            if self.low <= -LARGEST_AMOUNT
            else f"{'above' if self.open_low else 'from'} {self.low:g}"
        )
        high = "" if self.high >= LARGEST_AMOUNT else f"to {self.high:g}"
        return f"{low} {high}".strip()


# Raw values ------------------------------------------------------------------------------------

_PLAIN = frozenset({float, int, bool, str, list, tuple, np.ndarray, type(None), _Omitted})


def _cells_of_frame(frame: Any) -> Any:
    """A pandas Series as a column, a DataFrame as a block, their missing values as blanks; told by
    what they can do, so that the finance needs no pandas.
    """
    values = frame.to_numpy()
    if values.dtype.kind in "fiu":
        return values
    cells = [[*row] for row in frame.itertuples(index=False)] if values.ndim == 2 else [*frame]
    missing = frame.isna().to_numpy().tolist()
    if values.ndim == 1:
        return [None if gone else cell for cell, gone in zip(cells, missing, strict=True)]
    return [
        [None if gone else cell for cell, gone in zip(row, none, strict=True)]
        for row, none in zip(cells, missing, strict=True)
    ]


def is_blank(raw: Any) -> bool:
    """True for an empty cell, an empty text, and a 1x1 range of either."""
    if isinstance(raw, float):
        return False
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return True
    if isinstance(raw, (list, tuple)) and len(raw) == 1:
        return is_blank(raw[0])
    return False


def _one_cell(param: Param, raw: Any) -> Any:
    """The single value in a scalar or 1x1 range."""
    while isinstance(raw, (list, tuple, np.ndarray)):
        if isinstance(raw, np.ndarray):
            raw = raw.tolist()
            continue
        if len(raw) != 1:
            raise wrong_value(f"{param.name} takes one cell, not a range: {param.help}.")
        raw = raw[0]
    if isinstance(raw, CellError):
        raise CellError(raw.code, f"{param.name} holds the error {raw.code}: mend that cell first.")
    return raw


def _as_number(name: str, raw: Any) -> float:
    """A cell's number; logicals count as 1 and 0, dates as serials, as in every spreadsheet."""
    if isinstance(raw, (int, float, np.floating, np.integer, np.bool_)):
        number = float(raw)
    elif isinstance(raw, dt.datetime):
        number = (raw.replace(tzinfo=None) - _EXCEL_EPOCH) / dt.timedelta(days=1)
    elif isinstance(raw, dt.date):
        number = float((dt.datetime(raw.year, raw.month, raw.day) - _EXCEL_EPOCH).days)
    elif isinstance(raw, CellError):
        raise CellError(raw.code, f"{name} holds the error {raw.code}: mend that cell first.")
    elif is_blank(raw):
        raise wrong_value(f"{name} is blank: type a number.")
    else:
        shown = repr(raw) if len(repr(raw)) < 40 else repr(raw)[:36] + "..."
        raise wrong_value(f"{name} is {shown}, not a number.")
    if not math.isfinite(number):
        raise impossible(f"{name} is not a finite number.")
    return number


def _check_bounds(param: Param, number: float, where: str = "") -> None:
    if param.low <= number <= param.high and not (param.open_low and number == param.low):
        return
    name = f"{param.name}{where}"
    if number > param.high and (param.kind == "rate" or param.typed == "%"):
        raise _a_percentage(name, number)
    if param.typed == "x" and 0.5 <= number / 100 <= param.high < number:
        raise impossible(
            f"{name} is {number:g}; allowed is {param.allowed}: did you mean {number / 100:.2f}x?"
            f" Type {number / 100:g}."
        )
    if param.kind == "probability" and 1 < number <= 100:
        raise impossible(
            f"{name} is {number:g}: a share or probability runs from 0 to 1; for {number:g}% type"
            f" {number / 100:g}."
        )
    raise impossible(f"{name} is {number:g}; allowed is {param.allowed}.")


def _a_percentage(name: str, number: float) -> CellError:
    return impossible(
        f"{name} is {number:g}, that is {number:.0%}: did you mean {number:g}%? Type"
        f" {number / 100:g}."
    )


def _read_number(param: Param, raw: Any) -> float:
    number = (
        float(raw)
        if type(raw) is float and math.isfinite(raw)
        else _as_number(param.name, _one_cell(param, raw))
    )
    _check_bounds(param, number)
    return number


def _read_hazard(param: Param, raw: Any) -> float:
    """A hazard that comes out of a formula may pass 1, but is then no whole number."""
    number = _read_number(param, raw)
    if number > 1 and number == round(number):
        raise _a_percentage(param.name, number)
    return number


def _read_count(param: Param, raw: Any) -> int:
    number = _read_number(param, raw)
    if number != round(number):
        raise impossible(f"{param.name} is {number:g}: give a whole number.")
    return int(number)


def _read_switch(param: Param, raw: Any) -> bool:
    value = _one_cell(param, raw)
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "yes"):
            return True
        if word in ("false", "no"):
            return False
    elif isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)) and value in (
        0,
        1,
    ):
        return bool(value)
    raise wrong_value(f"{param.name} is {value!r}: give TRUE or FALSE.")


def _read_choice(param: Param, raw: Any) -> str:
    value = _one_cell(param, raw)
    if isinstance(value, str):
        word = value.strip().lower()
        for choice in param.choices:
            if word == choice.lower():
                return choice
    raise wrong_value(f"{param.name} is {value!r}: allowed is {param.allowed}.")


def _read_text(param: Param, raw: Any) -> str:
    value = _one_cell(param, raw)
    if isinstance(value, str):
        return value.strip()
    raise wrong_value(f"{param.name} is {value!r}: give a text.")


def rows_of(raw: Any) -> list[list[Any]]:
    """A range as a list of rows of equal length; a flat list is one column."""
    if isinstance(raw, np.ndarray):
        raw = raw.tolist()
    if not isinstance(raw, (list, tuple)):
        return [[raw]]
    rows = [list(row) if isinstance(row, (list, tuple)) else [row] for row in raw]
    if rows and any(len(row) != len(rows[0]) for row in rows):
        width = max(len(row) for row in rows)
        rows = [row + [None] * (width - len(row)) for row in rows]
    return rows


def _line_of(param: Param, raw: Any) -> list[Any]:
    """The cells of a row or column."""
    if isinstance(raw, np.ndarray):
        raw = raw.tolist()
    if not isinstance(raw, (list, tuple)):
        return [raw]
    if len(raw) > LONGEST_PATH:  # a whole column: read to its last cell
        last = len(raw)
        while last and is_blank(raw[last - 1]):
            last -= 1
        raw = raw[:last]
    if not any(isinstance(row, (list, tuple)) for row in raw):
        cells = list(raw)
    else:
        rows = rows_of(raw)
        width = len(rows[0])
        if width > 1 and len(rows) > 1:
            raise wrong_value(
                f"{param.name} is a block of {len(rows)} x {width} cells: give one row or one"
                " column."
            )
        cells = rows[0] if width > 1 else [row[0] for row in rows if row]
    if len(cells) > LONGEST_PATH:
        last = len(cells)
        while last and is_blank(cells[last - 1]):
            last -= 1
        if last > LONGEST_PATH:
            raise wrong_value(f"{param.name} has {last} cells; at most {LONGEST_PATH} are taken.")
        cells = cells[:last]
    if not cells:
        raise wrong_value(f"{param.name} is an empty range: {param.help}.")
    return cells


def _read_path(param: Param, raw: Any) -> np.ndarray:
    """One number a period, blanks as the parameter takes them."""
    if (
        isinstance(raw, np.ndarray)
        and raw.ndim == 1
        and raw.dtype.kind == "f"
        and 0 < raw.size <= LONGEST_PATH
    ):
        values = raw.astype(float)
    else:
        values = np.array(
            [
                (
                    cell
                    if type(cell) is float
                    else (
                        math.nan
                        if is_blank(cell)
                        else _as_number(f"{param.name}, cell {i + 1},", cell)
                    )
                )
                for i, cell in enumerate(_line_of(param, raw))
            ],
            dtype=float,
        )
    least, most = (
        values.item(values.argmin()),
        values.item(values.argmax()),
    )  # both NaN where any cell is blank
    if param.low <= least and most <= param.high and not (param.open_low and least == param.low):
        return values
    blank = np.isnan(values)
    if blank.any():
        if param.blanks == "zero":
            values = np.where(blank, 0.0, values)
        elif param.blanks == "refuse":
            raise wrong_value(
                f"{param.name}, cell {int(np.argmax(blank)) + 1}, is blank: type a number (0 if"
                " nothing is due)."
            )
    if np.isinf(values).any():
        raise impossible(f"{param.name} holds a number that is not finite.")
    known = values[~np.isnan(values)]
    if known.size and not param.open_low and known.min() < param.low:
        rest = REST * max(1.0, float(np.abs(known).max()))  # what a subtraction leaves of nothing
        values = np.where((values < param.low) & (values >= param.low - rest), param.low, values)
        known = values[~np.isnan(values)]
    if known.size and (
        known.min() < param.low
        or known.max() > param.high
        or (param.open_low and known.min() <= param.low)
    ):
        for i, number in enumerate(values):
            if not math.isnan(number):
                _check_bounds(param, float(number), f", cell {i + 1},")
    return values


def _read_series(param: Param, raw: Any) -> float | np.ndarray:
    """One number, or one number a period."""
    if isinstance(raw, (int, float)):
        return _read_number(param, raw)
    values = _read_path(param, raw)
    return float(values[0]) if values.size == 1 else values


def _read_block(param: Param, raw: Any) -> list[list[Any]]:
    """A block of cells as it is, errors refused; the function reads its own keys and values."""
    rows = rows_of(raw)
    for row in rows:
        for value in row:
            if isinstance(value, CellError):
                raise CellError(
                    value.code, f"{param.name} holds the error {value.code}: mend that cell first."
                )
    return rows


def _read_texts(param: Param, raw: Any) -> tuple[str, ...]:
    """One text or a row or column of texts; blank cells are passed over."""
    texts = []
    for cell in _line_of(param, raw):
        if is_blank(cell):
            continue
        if isinstance(cell, CellError):
            raise CellError(
                cell.code, f"{param.name} holds the error {cell.code}: mend that cell first."
            )
        if not isinstance(cell, str):
            raise wrong_value(f"{param.name} holds {cell!r}: give texts.")
        texts.append(cell.strip())
    return tuple(texts)


# The kinds of argument -------------------------------------------------------------------------


def rate(help: str, low: float = -1.0, high: float = 1.0) -> Param:
    """A yearly rate as a decimal, above -100% and at most 100%."""
    return Param("rate", help, _read_number, low=low, high=high, open_low=low == -1.0)


def probability(help: str, low: float = 0.0, high: float = 1.0) -> Param:
    """A probability or share, 0 to 1."""
    return Param("probability", help, _read_number, low=low, high=high)


def amount(help: str, low: float = -LARGEST_AMOUNT, high: float = LARGEST_AMOUNT) -> Param:
    """A sum of money or a quantity, in the unit the user keeps throughout."""
    return Param("amount", help, _read_number, low=low, high=high)


def number(
    help: str,
    low: float = -LARGEST_AMOUNT,
    high: float = LARGEST_AMOUNT,
    above: bool = False,
    typed: str = "",
) -> Param:
    """A plain number: a ratio, years that need not be whole, a multiple. `above`: low itself is
    refused; `typed`: % or x, where a number a hundred times too large is asked about.
    """
    return Param("number", help, _read_number, low=low, high=high, open_low=above, typed=typed)


def volatility(help: str) -> Param:
    """A volatility a year as a decimal, up to 200%."""
    return number(help, 0.0, 2.0, typed="%")


def hazard(help: str) -> Param:
    """A default intensity a year as a decimal; above 1 (a yearly probability of 63%) no whole
    number, which is a percentage.
    """
    return Param("number", help, _read_hazard, low=0.0, high=100.0, typed="%")


def cover(help: str) -> Param:
    """A cover ratio to keep, such as a DSCR of 1.3: above 0 and at most 10."""
    return number(help, 0.0, 10.0, above=True, typed="x")


def covers(help: str) -> Param:
    """One cover ratio to keep for all periods, or a range with one a period."""
    return Param("series", help, _read_series, low=0.0, high=10.0, open_low=True, typed="x")


def count(help: str, low: int = 0, high: int = 1200) -> Param:
    """A whole number: years, periods, customers."""
    return Param("count", help, _read_count, low=low, high=high)


def switch(help: str) -> Param:
    """TRUE or FALSE."""
    return Param("switch", help, _read_switch)


def choice(help: str, *choices: str) -> Param:
    """One of a few words, in any case of letters."""
    return Param("choice", help, _read_choice, choices=choices)


def text(help: str) -> Param:
    """A short text."""
    return Param("text", help, _read_text)


def texts(help: str) -> Param:
    """One text, or a row or column of texts."""
    return Param("texts", help, _read_texts)


def path(
    help: str, low: float = -LARGEST_AMOUNT, high: float = LARGEST_AMOUNT, blanks: str = "refuse"
) -> Param:
    """A row or column with one number a period. `blanks` is refuse, keep (as NaN) or zero."""
    return Param("path", help, _read_path, low=low, high=high, blanks=blanks)


def series(
    help: str, low: float = -LARGEST_AMOUNT, high: float = LARGEST_AMOUNT, above: bool = False
) -> Param:
    """One number for all periods, or a range with one number a period."""
    return Param("series", help, _read_series, low=low, high=high, open_low=above)


def block(help: str) -> Param:
    """A block of cells with texts and numbers, such as a deal's keys and values."""
    return Param("block", help, _read_block)


# Ranges side by side ---------------------------------------------------------------------------


def same_length(years: int | None = None, /, **ranges: Any) -> None:
    """Refuse ranges of unequal length, naming two of them; single numbers and omitted arguments
    pass.

    `years`, given by position, is the length that an argument of that name asks for.
    """
    lengths = {
        name: values.size
        for name, values in ranges.items()
        if isinstance(values, np.ndarray) and values.ndim
    }
    if years is not None:
        for name, length in lengths.items():
            if length != years:
                raise wrong_value(
                    f"{name} has {length} cells but years is {years}: give one number, or one cell"
                    " a year."
                )
    names = list(lengths)
    for name in names[1:]:
        if lengths[name] != lengths[names[0]]:
            raise wrong_value(
                f"{names[0]} has {lengths[names[0]]} cells and {name} has {lengths[name]}: give"
                " ranges of equal length."
            )


# Results ---------------------------------------------------------------------------------------


def write_cell(value: Any) -> Any:
    """One result value as a cell value: number, text, logical, or None for a blank (NaN is a
    blank).
    """
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.floating, np.integer)):
        number = float(value)
        if math.isnan(number):
            return None
        if math.isinf(number):
            return impossible(
                "the result is too large for a cell: check the units of the arguments."
            )
        return number
    if isinstance(value, (str, CellError)) or value is None:
        return value
    raise TypeError(f"no cell can hold {type(value).__name__}")


def write_cells(values: Sequence[Any] | np.ndarray, as_row: bool = False) -> list[list[Any]]:
    """A path or block as rows of cells; a path runs down a column unless `as_row`."""
    rows = list(values.tolist() if isinstance(values, np.ndarray) else values)
    if rows and isinstance(rows[0], (list, tuple)):
        return [[write_cell(value) for value in row] for row in rows]
    cells = [write_cell(value) for value in rows]
    return [cells] if as_row else [[cell] for cell in cells]
