"""The sheets that Stress and Support add to the open workbook: a deal under bad news, and what
support would change.

Every figure on them is a formula over the deal's own block of keys and values; the deal itself is
not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bankable.templates.workbook.book import area, sheet_prefix
from bankable.udfs.deal import deal, measures

BLUE = (221, 235, 247)  # the fill of a cell that may be changed
DEALS_SHEET = "Deals"
FEWEST_KEYS = 10  # that make a column of keys a deal
NO_DEAL = (
    "This workbook holds no deal: that is two columns, keys such as capex and their values, as on"
    " the sheet Deals of a comparison. New comparison makes one."
)

# What each scenario does: an input's key, and the formula of its new value over the old one.
SCENARIOS: dict[str, dict[str, str]] = {
    "As it is": {},
    "Market price 20% lower": {"market_price": "0.8*{old}"},
    "Volume 10% lower": {"utilisation": "0.9*{old}", "buyer_demand": "0.9*{old}"},
    "Six months late": {"delay_months": "{old}+6"},
    "Plant 15% dearer": {"overrun": "{old}+0.15"},
    "Base rate 1 point up": {"base_rate_shock": "{old}+0.01"},
}
SCENARIOS["All of these"] = {
    key: new for changes in SCENARIOS.values() for key, new in changes.items()
}
MEASURES = (
    "decision",
    "min_dscr",
    "avg_dscr",
    "permitted_debt",
    "all_in_rate",
    "equity_irr_expected",
    "public_cost",
)
YEARS, COVERAGES = (0, 5, 10, 15, 20), (0, 0.3, 0.5, 0.7, 0.9)
SHOWN_ON_FRONTIER = ("min_dscr", "decision", "public_cost")
_LABELS = {row.name: row.metadata["label"] for row in deal.INPUTS}
MIX = (17, 5)  # rows and columns of LEAST_COST_SUPPORT


@dataclass(frozen=True)
class Place:
    """Where a deal's keys and values stand: a sheet, and rows and columns from 1."""

    sheet: str
    top: int
    bottom: int
    left: int
    name: str

    def area(self, first: int = 0, last: int = 1) -> str:
        """The block's columns `first` to `last` in a formula."""
        return sheet_prefix(self.sheet) + _area(
            self.top, self.left + first, self.bottom, self.left + last
        )

    def input(self, key: str) -> str:
        """The value of an input in a formula; its default where the deal leaves it out."""
        value = f'INDEX({self.area(1, 1)},MATCH("{key}",{self.area(0, 0)},0))'
        default = deal.param_of(key).default
        return (
            value if default is None else f'IFERROR(IF({value}="",{default:g},{value}),{default:g})'
        )


@dataclass
class Layout:
    """What a sheet is to hold: values and formulas by row and column from 1, which of them are
    blocks, bold and blue.
    """

    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    blocks: dict[tuple[int, int], tuple[int, int]] = field(
        default_factory=dict
    )  # heads to rows and columns
    bold: list[tuple[int, int]] = field(default_factory=list)
    blue: list[tuple[int, int]] = field(default_factory=list)

    def put(self, row: int, col: int, value: Any, bold: bool = False, blue: bool = False) -> None:
        self.cells[row, col] = value
        if bold:
            self.bold.append((row, col))
        if blue:
            self.blue.append((row, col))


def deals_on(sheet: Any) -> Iterator[Place]:
    """The deals on a sheet of the workbook: runs of keys down a column, with their values to the
    right.
    """
    used = sheet.used_range
    rows = used.options(ndim=2, err_to_str=True).value or []
    keys = frozenset(deal.KEYS)
    for col in range(len(rows[0]) if rows else 0):
        top = None
        for i in range(len(rows) + 1):
            is_key = (
                i < len(rows) and isinstance(rows[i][col], str) and rows[i][col].strip() in keys
            )
            if is_key and top is None:
                top = i
            if not is_key and top is not None:
                if i - top >= FEWEST_KEYS:
                    named = {
                        rows[j][col].strip(): rows[j][col + 1]
                        for j in range(top, i)
                        if col + 1 < len(rows[j])
                    }
                    name = str(named.get("case_name") or f"the deal on {sheet.name}")
                    yield Place(
                        sheet.name, used.row + top, used.row + i - 1, used.column + col, name
                    )
                top = None


def deal_of(book: Any) -> Place | None:
    """The deal that the active cell stands in, otherwise the first on the active sheet, otherwise
    the first on Deals.
    """
    selection = book.app.selection
    here = list(deals_on(selection.sheet)) if selection is not None else []
    for found in here:
        if (
            found.left <= selection.column <= found.left + 1
            and found.top <= selection.row <= found.bottom
        ):
            return found
    others = (
        found for sheet in book.sheets if sheet.name == DEALS_SHEET for found in deals_on(sheet)
    )
    return here[0] if here else next(others, None)


def stress(place: Place) -> Layout:
    """The deal under bad news: what each scenario sets, and what comes of it."""
    out = Layout()
    _heading(out, f"Stress: {place.name}")
    keys = list(SCENARIOS["All of these"])
    first = 5
    out.put(
        first - 1, 1, "What each scenario sets; an empty cell leaves the deal as it is", bold=True
    )
    out.put(first - 1, 2, "key", bold=True)
    for col, scenario in enumerate(SCENARIOS, 3):
        out.put(first - 1, col, scenario, bold=True)
        for row, key in enumerate(keys, first):
            new = SCENARIOS[scenario].get(key)
            out.put(
                row,
                col,
                None if new is None else f"={_within(key, new.format(old=place.input(key)))}",
                blue=True,
            )
    for row, key in enumerate(keys, first):
        out.put(row, 1, _LABELS[key])
        out.put(row, 2, key)
    last = first + len(keys) - 1
    result = last + 3
    out.put(result - 1, 1, "What comes of it", bold=True)
    out.put(result - 1, 2, "measure", bold=True)
    for col, scenario in enumerate(SCENARIOS, 3):
        out.put(result - 1, col, scenario, bold=True)
    _measures(out, result, MEASURES)
    end = 2 + len(SCENARIOS)
    out.put(
        result,
        3,
        f"=DEAL_SCENARIOS({place.area()},{_area(first, 2, last, 2)},{_area(first, 3, last, end)},"
        f"{_area(result, 2, result + len(MEASURES) - 1, 2)})",
    )
    out.blocks[result, 3] = (len(MEASURES), len(SCENARIOS))
    return out


def support(place: Place) -> Layout:
    """What years of public offtake and a guarantee would change, and the cheapest mix of
    support.
    """
    out = Layout()
    _heading(out, f"Support: {place.name}")
    row = 4
    for measure in SHOWN_ON_FRONTIER:
        out.put(
            row,
            1,
            f"{measures.MEASURES[measure].words}: years of public offtake down, share of the loan"
            " guaranteed across",
            bold=True,
        )
        for col, coverage in enumerate(COVERAGES, 3):
            out.put(row + 1, col, coverage, blue=True)
        for i, years in enumerate(YEARS):
            out.put(row + 2 + i, 2, years, blue=True)
        last = row + 1 + len(YEARS)
        out.put(
            row + 2,
            3,
            f'=FRONTIER({place.area()},{_area(row + 2, 2, last, 2)},{_area(row + 1, 3, row + 1, 2 + len(COVERAGES))},"{measure}")',
        )
        out.blocks[row + 2, 3] = (len(YEARS), len(COVERAGES))
        row = last + 2
    out.put(
        row,
        1,
        "The cheapest mix found that passes every credit test; #N/A where none does",
        bold=True,
    )
    out.put(row + 1, 1, f"=LEAST_COST_SUPPORT({place.area()})")
    out.blocks[row + 1, 1] = MIX
    return out


SHEETS: dict[str, Callable[[Place], Layout]] = {"Stress": stress, "Support": support}


def _heading(out: Layout, title: str) -> None:
    out.put(1, 1, title, bold=True)
    out.put(
        2,
        1,
        "Change the blue cells; the deal itself is not touched. Delete this sheet when it has"
        " served.",
    )


def _measures(out: Layout, row: int, names: tuple[str, ...]) -> None:
    for i, name in enumerate(names):
        out.put(row + i, 1, measures.MEASURES[name].words)
        out.put(row + i, 2, name)


def _within(key: str, formula: str) -> str:
    """The formula kept within what the input may be."""
    param = deal.param_of(key)
    return f"MIN({param.high:g},{formula})" if "+" in formula else formula


def _area(top: int, left: int, bottom: int, right: int) -> str:
    return area(top - 1, left - 1, bottom - 1, right - 1, absolute=True)
