"""The block of the least-cost mix of support, as LEAST_COST_SUPPORT gives it, each with a sponsor who
goes ahead: on Frontier for the loan as asked, on Recut for as much debt as the case held against.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Sheet, TimeColumns, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL

# number formats of the mix, row by row, and the keys under which its second column is read
FIGURES = (
    ("", "band right"),
    ("years", "count"),
    ("coverage", "level"),
    ("loan", "level"),
    ("floor", "price"),
    ("grant", "number"),
    ("cost", "number"),
    ("incremental", "number"),
    ("fair_value", "number"),
    ("authority", "number"),
    ("private", "number2"),
    ("rate", "rate"),
    ("min_dscr", "multiple"),
    ("gearing", "share"),
    ("tenor", "count"),
    ("irr", "rate"),
    ("decision", "centre wrap"),
)
ROWS, COLS = len(FIGURES), 5


def lay_mix(
    sheet: Sheet,
    row: int,
    columns: TimeColumns,
    deal: str,
    tools: Sequence[str],
    goal: str = "",
    prefix: str = "mix",
) -> int:
    """The tools that the mix may use in grey cells, and the function's block; its figures are marked
    `prefix_cost` and so on. `goal`: the function's further arguments. Returns the row after it.
    """
    named = area(row, CONSTANT, row + len(tools) - 1, CONSTANT, True)
    for i, tool in enumerate(tools):
        sheet.put(row + i, LABEL, "Tool that the mix may use")
        sheet.put(row + i, CONSTANT, tool, "grey")
    body = row + len(tools)
    first = columns.first
    call = f"LEAST_COST_SUPPORT({deal},{named}{goal})"
    none = 'IF({Checks!live}=1,"none passes","no add-in")'
    sheet.array(body, first, ROWS, COLS, f"=IFERROR({call},{none})", "number2")
    for i, (key, style) in enumerate(FIGURES):
        sheet.put(body + i, LABEL, f"={address(body + i, first)}")
        styles = ("hidden", style, "unit", style, "band right" if i == 0 else "number")
        for j, each in enumerate(styles):
            sheet.cells[body + i, first + j].style = each
        if key:
            sheet.mark(f"{prefix}_{key}", body + i, first + 1)
    sheet.heights[body + ROWS - 1] = 44
    sheet.mark(prefix, body, first)
    return body + ROWS + 1


# what a sentence says of each tool of a mix, and when
IN_WORDS = {
    "offtake": lambda p: (
        f"{{{p}_years}}",
        f'{frame.counted(f"{{{p}_years}}", "year")}&" of public offtake"',
    ),
    "guarantee": lambda p: (f"{{{p}_coverage}}", f'"a guarantee of "&{_share(f"{p}_coverage")}'),
    "loan": lambda p: (
        f"{{{p}_loan}}",
        f'"a government loan for "&{_share(f"{p}_loan")}&" of the debt"',
    ),
    "grant": lambda p: (f"{{{p}_grant}}", f'"a grant of "&{frame.money(f"{{{p}_grant}}")}'),
}


def _share(key: str) -> str:
    return f'TEXT(ROUND({{{key}}},2),"0%")'


def in_words(tools: Sequence[str], prefix: str = "mix") -> str:
    """The formula of the mix's tools in words: "none" where it passes without, "n/a" where none passes."""
    found = [IN_WORDS[tool](prefix) for tool in tools]
    listed = "&".join(f'IF({amount}>0,", "&{words},"")' for amount, words in found)
    some = "+".join(amount for amount, _ in found)
    return f'=IF(ISNUMBER({{{prefix}_cost}}),IF({some}>0,MID({listed},3,200),"none"),"n/a")'


__all__ = ["in_words", "lay_mix"]
