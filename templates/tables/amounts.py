"""Numbers as people write them: decimal commas, thousands marks, percent signs, by the convention of
the file they stand in.

A mark that could part thousands as well as decimals is never guessed at: the cell is named.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from bankable.templates.tables.table import ERRORS, UNSAVED, Convention, shown

LONGEST = 40  # characters of a number

_SIGN = r"[+-]?"
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,3})?"
_SPACED = re.compile(rf"{_SIGN}[1-9][0-9]{{0,2}}(?:[ \u00a0\u202f'’][0-9]{{3}})+")
_WHOLE = re.compile(rf"{_SIGN}[0-9]+{_EXPONENT}")
_DATE = re.compile(
    r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[ T].*)?|(?i:[0-9]{1,2}[-. ]?)?"
    r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-. ]?[0-9]{2,4}"
)


class _Marks:
    """The forms of a number with one decimal mark and the other as thousands mark."""

    def __init__(self, decimal: str) -> None:
        point, other = re.escape(decimal), re.escape("," if decimal == "." else ".")
        grouped = rf"{_SIGN}[1-9][0-9]{{0,2}}(?:{other}[0-9]{{3}})"
        self.decimal = decimal
        self.plain = re.compile(rf"{_SIGN}(?:[0-9]+{point}[0-9]*|{point}[0-9]+|[0-9]+){_EXPONENT}")
        self.grouped = re.compile(rf"{grouped}+(?:{point}[0-9]+)?")
        # a form that only this convention has, and the one form that both have
        self.proven = re.compile(rf"{grouped}+{point}[0-9]+|{grouped}{{2,}}")
        self.either = re.compile(rf"{_SIGN}[1-9][0-9]{{0,2}}{point}[0-9]{{3}}")


POINT, COMMA = _Marks("."), _Marks(",")


def _bare(text: str) -> str:
    """A text without blanks around it, its percent sign, and with a plain minus."""
    return text.strip().removesuffix("%").rstrip().replace("\u2212", "-")


def evidence(texts: Iterable[Any]) -> tuple[dict[str, int], set[str]]:
    """(how many texts can only be read with each decimal mark, the marks whose thousands are shown
    beyond doubt).
    """
    seen = {".": 0, ",": 0}
    thousands = set()
    for text in texts:
        if not isinstance(text, str) or len(text) > LONGEST:
            continue
        text = _bare(text)
        for marks in (POINT, COMMA):
            if marks.proven.fullmatch(text):
                seen[marks.decimal] += 1
                thousands.add(marks.decimal)
            elif (
                marks.decimal in text
                and marks.plain.fullmatch(text)
                and not marks.either.fullmatch(text)
            ):
                seen[marks.decimal] += 1
    return seen, thousands


def convention(
    texts: Iterable[Any], default: str | None = None, decimal: str | None = None
) -> Convention:
    """The convention that the numbers of a file show; `default` where they show none, `decimal`
    where it is known already.
    """
    seen, thousands = evidence(texts)
    if decimal is None:
        more = "." if seen["."] > seen[","] else ","
        decimal = default if seen["."] == seen[","] else more
    return settled(decimal, seen, thousands)


def settled(
    decimal: str | None, seen: dict[str, int], thousands: set[str], is_shown: bool = False
) -> Convention:
    """The convention from the evidence; `is_shown` where numbers prove the mark beside the texts."""
    if decimal is None:
        return Convention(None)
    is_shown = (is_shown or seen[decimal] > 0) and not seen["," if decimal == "." else "."]
    return Convention(decimal, decimal in thousands, is_shown)


def of_column(cells: pd.Series, known: Convention) -> Convention:
    """The convention of one column: where the file shows its decimal mark, and no number of this
    column has one, the other mark parts its thousands.
    """
    if is_clean(cells) or not known.shown or known.thousands or known.decimal is None:
        return known
    texts = [cell for cell in cells.astype(object).tolist() if not is_blank(cell)]
    if not all(isinstance(text, str) for text in texts):
        return known
    return known if evidence(texts)[0][known.decimal] else replace(known, thousands=True)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or cell is pd.NaT or cell is pd.NA or cell != cell


def parted(cells: pd.Series, known: Convention) -> str | None:
    """The first number of a column whose mark could be a decimal one and is taken to part
    thousands.
    """
    if is_clean(cells) or not known.thousands:
        return None
    either = (COMMA if known.decimal == "." else POINT).either
    texts = (cell for cell in cells.tolist() if isinstance(cell, str))
    return next((text.strip() for text in texts if either.fullmatch(_bare(text))), None)


def column(
    cells: pd.Series, known: Convention, percent: bool = True
) -> tuple[np.ndarray, dict[int, str]]:
    """(numbers, NaN for a blank; what is wrong with a cell by its position)."""
    if is_clean(cells):
        return cells.to_numpy(dtype=float, na_value=np.nan), {}
    values, wrong = np.full(len(cells), np.nan), {}
    read: dict[tuple[type, Any], float | str] = {}
    for i, cell in enumerate(cells.astype(object).tolist()):
        key = (cell.__class__, cell if isinstance(cell, (str, bool, int, float)) else id(cell))
        if key not in read:
            read[key] = number(cell, known, percent)
        found = read[key]
        if isinstance(found, str):
            wrong[i] = found
        else:
            values[i] = found
    return values, wrong


def is_clean(cells: pd.Series) -> bool:
    """Whether a column holds plain numbers and blanks alone."""
    return bool(
        pd.api.types.is_numeric_dtype(cells.dtype)
        and not pd.api.types.is_bool_dtype(cells.dtype)
        and not pd.api.types.is_complex_dtype(cells.dtype)
    )


def number(cell: Any, known: Convention, percent: bool = True) -> float | str:
    """The number in a cell, NaN for a blank; or, as a text, what is wrong with it."""
    if isinstance(cell, str):
        return _typed(cell, known, percent)
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return math.nan
    if cell is UNSAVED:
        return "holds a formula without a saved value: calculate and save the workbook first"
    if isinstance(cell, (bool, np.bool_)):
        return f"is {str(bool(cell)).upper()}, a logical value: give a number"
    if isinstance(cell, (dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64)):
        return (
            f"holds a date or time ({shown(cell)}): type the number again and format the cell as a"
            " number"
        )
    if isinstance(cell, (int, float, Decimal, np.integer, np.floating)):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
    return f"is {shown(cell)}, not a number"


def _typed(cell: str, known: Convention, percent: bool) -> float | str:
    text = _bare(cell)
    if not text:
        return math.nan if "%" not in cell else "is '%', not a number"
    if text in ERRORS:
        return f"holds the error {text}: mend that cell first"
    if text.startswith("="):
        return f"is {shown(cell.strip())}, a formula and not its value"
    if len(text) > LONGEST:
        return f"is {shown(text)}, not a number"
    is_percent = cell.rstrip().endswith("%")
    if is_percent and not percent:
        return f"is {shown(cell.strip())}: an amount takes no percent sign"
    digits = _digits(text, known)
    if digits is None:
        return _not_a_number(cell.strip(), text, known)
    return float(Decimal(digits) / 100) if is_percent else float(digits)


def _digits(text: str, known: Convention) -> str | None:
    """A number's text as Python writes it; None where it is none, or could be two."""
    if _WHOLE.fullmatch(text):
        return text
    parted = _SPACED.match(text)
    if parted and (not text[parted.end() :] or text[parted.end()] in ".,"):
        head = re.sub(r"[^0-9+-]", "", parted[0])
        text = head + text[parted.end() :]
        if _WHOLE.fullmatch(text):
            return text
    for marks in (POINT, COMMA):
        if known.decimal not in (marks.decimal, None):
            continue
        if marks.plain.fullmatch(text) and (known.decimal or not marks.either.fullmatch(text)):
            return text.replace(",", ".")
        if marks.grouped.fullmatch(text) and (known.thousands or marks.proven.fullmatch(text)):
            other = "," if marks.decimal == "." else "."
            return text.replace(other, "").replace(",", ".")
    return None


def _not_a_number(typed: str, text: str, known: Convention) -> str:
    for marks in (POINT, COMMA):
        if marks.either.fullmatch(text) and known.decimal != marks.decimal:
            whole = text.replace(marks.decimal, "")
            parted = text.replace(marks.decimal, known.decimal or marks.decimal)
            return (
                f"is {shown(typed)}, which may mean {whole} or {parted.rstrip('0')}: write it"
                " without a thousands mark"
            )
    if typed.upper() in ("TRUE", "FALSE"):
        return f"is {typed}, a logical value: give a number"
    if _DATE.fullmatch(text):
        return f"is {shown(typed)}, a date and not a number"
    if known.decimal and ("." in text or "," in text) and _digits(text, Convention(None)):
        mark = "points" if known.decimal == "." else "commas"
        return f"is {shown(typed)}, while the other numbers of the table have decimal {mark}"
    return f"is {shown(typed)}, not a number"
