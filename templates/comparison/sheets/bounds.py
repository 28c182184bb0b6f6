"""Bounds of the blue cells outside Inputs, and the number formats of figures whose kind the reader
chooses.

A cell that stands for an input of the deal takes that input's own bounds; a chosen figure is shown
in its own unit by conditional formats, red where it misses its limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bankable.templates.workbook.book import Book, Conditional, Sheet, TimeColumns, Validation
from bankable.templates.workbook.rows import TOTAL, lay, scalar
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import BY_KIND
from bankable.udfs.deal.deal import INPUTS, param_of
from bankable.udfs.deal.measures import MEASURES

NO_BOUND = 1e9  # bounds from here on are no bounds
META = {field.name: field.metadata for field in INPUTS}
# names that tell inputs apart where several stand on one sheet
NAMES = {
    "base_rate": "Base rate at pricing",
    "base_rate_shock": "Base-rate rise after close, unhedged share",
    "delay_months": "Delay of completion",
    "public_offtake_years": "Years of public offtake",
    "utilisation": "Utilisation",
}


def label_of(key: str) -> str:
    """The name of an input on these sheets."""
    return NAMES.get(key, META[key]["label"])


def kind_of_input(key: str) -> str:
    """The number format of an input."""
    kind, unit = param_of(key).kind, META[key]["unit"]
    if kind in ("choice", "switch"):
        return "text"
    if kind in ("count", "probability", "rate"):
        return {"count": "count", "probability": "share", "rate": "rate"}[kind]
    return "price" if unit == "$m a unit" else "multiple" if unit.startswith("x") else "number"


def kind_of_measure(name: str) -> str:
    """The number format of a figure of the deal."""
    unit = MEASURES[name].unit
    return (
        "multiple"
        if unit == "x"
        else (
            "rate"
            if unit.startswith("%")
            else "count"
            if unit in ("months", "tests", "year")
            else "number"
        )
    )


def between(
    spot: tuple[int, int, int, int], label: str, low: float, high: float, whole: bool = False
) -> Validation:
    """A number from low to high, with its message as Inputs has it."""
    allowed = f"from {low:,g} to {high:,g}" if high < NO_BOUND else f"from {low:,g}"
    return Validation(
        spot,
        "whole" if whole else "decimal",
        low,
        high,
        title=label[:32],
        message=f"Allowed: {allowed}{', whole numbers' if whole else ''}.",
        error=f"Allowed: {allowed}{', whole numbers' if whole else ''}.",
        blank_allowed=False,
    )


def of_input(spot: tuple[int, int, int, int], key: str) -> Validation:
    """A value of an input, within that input's bounds."""
    param = param_of(key)
    return between(spot, label_of(key), param.low, param.high, param.kind == "count")


def of_move(spot: tuple[int, int, int, int], key: str, how: str) -> Validation:
    """A move of an input: a factor, or a step as far as the input's bounds are apart."""
    param = param_of(key)
    if how == "times":
        return between(spot, f"Factor on {label_of(key)}", 0, 10)
    return between(
        spot,
        f"Step of {label_of(key)}",
        param.low - param.high,
        param.high - param.low,
        param.kind == "count",
    )


def listed(spot: tuple[int, int, int, int], label: str, **source: Any) -> Validation:
    """A word of a list, given as `choices` or as a range in `formula`."""
    return Validation(
        spot,
        "list",
        title=label[:32],
        message="Choose from the list.",
        error="Choose from the list.",
        blank_allowed=False,
        **source,
    )


def kept_cell(book: Book, sheet: Sheet, key: str, name: str) -> tuple[int, int, int, int]:
    """Keep a laid scalar under a name; returns its range for the validation."""
    place = sheet.placed[key]
    keep(book, sheet, name, place.row, place.col, place.row, place.col)
    return (place.row, place.col, place.row, place.col)


def blue(
    book: Book,
    sheet: Sheet,
    row: int,
    settings: Settings,
    prefix: str,
    terms: Sequence[tuple[str, str, str, float, str, float, float, str]],
    columns: TimeColumns,
) -> int:
    """Kept blue scalars with bounds and a source: key, label, unit, value, format, min, max,
    source; each is kept under its key behind the prefix.
    """
    row = lay(
        sheet,
        [
            scalar(k, label, unit, settings.take(f"{prefix}_{k}", [value])[0], f"input {style}")
            for k, label, unit, value, style, _, _, _ in terms
        ],
        row,
        columns,
    )
    for key, label, _, _, style, low, high, source in terms:
        spot = kept_cell(book, sheet, key, f"{prefix}_{key}")
        sheet.put(spot[0], TOTAL, source or None, "grey")
        sheet.validations.append(between(spot, label, low, high, style == "count"))
    return row


def outside(each: Sequence[str], low: str, high: str = "", whole: bool | str = False) -> str:
    """How many of the cells are no number from `low` to `high`, or no whole one where `whole` holds
    (a condition, or True).

    Asked cell by cell: not every program takes ISNUMBER or ROUND over a range.
    """

    def asked(cell: str) -> str:
        good = [f"{cell}>={low}"] + [f"{cell}<={high}"] * bool(high)
        if whole:
            unbroken = f"ROUND({cell},0)={cell}"
            good.append(unbroken if whole is True else f"OR(NOT({whole}),{unbroken})")
        test = good[0] if len(good) == 1 else f"AND({','.join(good)})"
        return f"IF(ISNUMBER({cell}),IF({test},0,1),1)"

    return "+".join(map(asked, each))


def show_as(sheet: Sheet, spot: tuple[int, int, int, int], kind: str, fails: str = "") -> None:
    """Number formats by the cell `kind`; `fails` is a formula relative to the first cell, true
    where the figure misses its limit.
    """
    for name in BY_KIND:
        if fails:
            sheet.conditionals.append(
                Conditional(spot, "formula", f'=AND({kind}="{name}",{fails})', f"fail {name}")
            )
        sheet.conditionals.append(Conditional(spot, "formula", f'={kind}="{name}"', f"as {name}"))
    if fails:
        sheet.conditionals.append(Conditional(spot, "formula", f"={fails}", "fail fill"))


def said(value: str, kind: str, signed: bool = False) -> str:
    """A figure in words of its unit, as a part of a text formula; `kind` is the cell with its
    number format.
    """
    plus, minus = ("+", "-") if signed else ("", "-")

    def shown(form: str) -> str:
        return (
            f'TEXT({value},"{plus}{form};{minus}{form}")' if signed else f'TEXT({value},"{form}")'
        )

    return (
        f'IF({kind}="multiple",{shown("0.00")}&"x",IF({kind}="rate",{shown("0.00%")},IF({kind}="share",{shown("0.0%")},IF({kind}="number","$m'
        f' "&{shown("#,##0.0")},{shown("0")}))))'
    )
