"""Below the table of Inputs: whether the figures of a case fit together, and how many of them are
still placeholders.

A figure typed in thousands or in dollars where millions belong keeps within its own bounds; held
against its neighbours it stands out by a factor of a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Book, Conditional, Sheet, address
from bankable.templates.workbook.rows import LABEL, SECTION, UNIT, given

PLACEHOLDER = "placeholder"  # how the source of an input that nobody has looked at begins


@dataclass(frozen=True)
class Measure:
    """One figure over the inputs of a case (`#` stands for its number), and between what it is
    usual.
    """

    key: str
    label: str
    unit: str
    above: str
    below: str
    low: float
    high: float
    look_at: str


MEASURES = (
    Measure(
        "revenue_to_capex",
        "Revenue of a year at full use to capital cost",
        "share",
        "{capacity_[i]}*{price_[i]}",
        "{capex_[i]}",
        0.01,
        10,
        "capex, capacity and price",
    ),
    Measure(
        "fixed_to_revenue",
        "Fixed cost of a year to that revenue",
        "share",
        "{fixed_cost_[i]}",
        "({capacity_[i]}*{price_[i]})",
        0.001,
        3,
        "fixed_cost, capacity and price",
    ),
    Measure(
        "variable_to_price",
        "Variable cost of a unit to its price",
        "share",
        "{variable_cost_[i]}",
        "{price_[i]}",
        0.005,
        1.5,
        "variable_cost and price",
    ),
    Measure(
        "margin",
        "Margin at full use: what the costs leave of that revenue",
        "share",
        "({capacity_[i]}*({price_[i]}-{variable_cost_[i]})-{fixed_cost_[i]})",
        "({capacity_[i]}*{price_[i]})",
        -0.5,
        0.99,
        "price, variable_cost and fixed_cost",
    ),
    Measure(
        "market_to_price",
        "Market price to contract price",
        "share",
        "{market_price_[i]}",
        "{price_[i]}",
        0.02,
        50,
        "market_price and price",
    ),
)


def lay(sheet: Sheet, row: int, cases: int, first: int, sources: list[tuple[int, int, int]]) -> int:
    """The block from a row on, `first` being the column of the first case; `sources` are column,
    first and last row of each case's sources. Gives the row after it.
    """
    low, high, out = first + cases, first + cases + 1, first + cases + 2
    frame.band_row(sheet, row, "Do the figures fit together?", high + 4)
    for measure in MEASURES:
        row += 1
        sheet.put(row, LABEL, measure.label)
        sheet.put(row, UNIT, measure.unit, "unit")
        for i in range(1, cases + 1):
            above, below = (given(text, i=i) for text in (measure.above, measure.below))
            plain = f"{above}/{below}"
            sheet.put(row, first + i - 1, f'=IFERROR(IF({above}=0,"n/a",{plain}),"n/a")', "level")
            sheet.mark(f"fit_{measure.key}_{i}", row, first + i - 1)
        sheet.put(row, low, measure.low, "level")
        sheet.put(row, high, measure.high, "level")
        cells = f"{address(row, first)}:{address(row, first + cases - 1)}"
        beyond = [
            f'COUNTIF({cells},"{sign}"&{address(row, col)})'
            for sign, col in (("<", low), (">", high))
        ]
        sheet.put(row, out, f"={'+'.join(beyond)}", "flag")
        sheet.mark(f"unusual_{measure.key}", row, out)
        rule = f"=AND(ISNUMBER({address(row, first)}),OR({address(row, first)}<${address(row, low)}"
        rule += f",{address(row, first)}>${address(row, high)}))"
        spot = (row, first, row, first + cases - 1)
        sheet.conditionals.append(Conditional(spot, "formula", rule, "alert fill"))
    row += 1
    sheet.put(row, LABEL, "Figures beyond the usual: a unit may have slipped by a thousand", "bold")
    total = f"=SUM({address(row - len(MEASURES), out)}:{address(row - 1, out)})"
    sheet.put(row, out, total, "total flag")
    sheet.mark("unusual", row, out)
    row += 1
    sheet.put(row, LABEL, "Inputs whose source is still a placeholder", "bold")
    sheet.put(row, UNIT, "count", "unit")
    for i, (col, top, bottom) in enumerate(sources, start=1):
        cells = f"{address(top, col)}:{address(bottom, col)}"
        sheet.put(row, first + i - 1, f'=COUNTIF({cells},"{PLACEHOLDER}*")', "flag")
        sheet.mark(f"placeholders_{i}", row, first + i - 1)
    spot = (row, first, row, first + cases - 1)
    sheet.conditionals.append(Conditional(spot, "greater", 0, "alert fill"))
    sheet.put(row, SECTION, None)
    return row + 1


def say(sheet: Sheet, row: int, col: int, cases: int) -> None:
    """One line for another sheet: placeholders, and figures that do not fit together."""
    left = "+".join(f"{{Inputs!placeholders_{i}}}" for i in range(1, cases + 1))
    unusual = "{Inputs!unusual}"
    words = (
        f'=IF({left}=0,"No placeholders among the inputs",{left}&" inputs are still placeholders")'
        f'&IF({unusual}=0,"","; "&{unusual}&" figures look a thousandfold off (end of Inputs)")'
    )
    sheet.put(row, col, words, "grey")
    sheet.mark("inputs_said", row, col)
    rule = f'={address(row, col, True)}<>"No placeholders among the inputs"'
    sheet.conditionals.append(Conditional((row, col, row, col), "formula", rule, "alert text"))


def unusual(book: Book, cases: int) -> list[dict[str, Any]]:
    """The figures beyond the usual in a calculated book, for programs and the terminal."""
    sheet, out = book["Inputs"], []
    for measure in MEASURES:
        for i in range(1, cases + 1):
            value = sheet.value_of(f"fit_{measure.key}_{i}")
            if isinstance(value, (int, float)) and not measure.low <= value <= measure.high:
                out.append(
                    {
                        "case": sheet.value_of(f"case_name_{i}"),
                        "measure": measure.label,
                        "value": value,
                        "usual": [measure.low, measure.high],
                        "look_at": measure.look_at,
                    }
                )
    return out
