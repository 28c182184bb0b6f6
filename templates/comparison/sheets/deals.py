"""The Deals sheet: each case in force as a block of keys and values, the form in which the
worksheet functions take a deal.

Beside the cases stand the case studied on Support and Frontier, in the forms that those sheets
need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bankable.templates.comparison.case.inputs import UNIT_STYLES
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import WORDS, input_style
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, SECTION
from bankable.udfs.deal.chain.lines import line
from bankable.udfs.deal.chain.solved import SOLVED
from bankable.udfs.deal.deal import INPUTS, KEYS
from bankable.udfs.deal.measures import MEASURES

FIRST_KEY_ROW = frame.FIRST_ROW
FIRST_METRIC_ROW = FIRST_KEY_ROW + len(KEYS) + len(SOLVED) + 4  # after the two headings
UNITS = {field.name: field.metadata["unit"] for field in INPUTS}
WORDED = {key for key, unit in UNITS.items() if unit in WORDS}
# measures whose unit does not say how fine they are
OWN_FORMATS = {
    "loss_share": "rate",
    "bank_loss_share": "rate",
    "bank_loss_rate": "rate",
    "cost_per_plant": "number2",
    "private_per_public": "number2",
}
STUDIED, ENTRANT_WITHOUT, INCUMBENT, REFERENCE = "studied", "unsupported", "incumbent", "reference"


def block_range(number: int) -> str:
    """The range of the block in place `number` (from 0), with the sheet's name."""
    col = 1 + 3 * number
    return f"Deals!{area(FIRST_KEY_ROW, col, FIRST_KEY_ROW + len(KEYS) - 1, col + 1, True)}"


def lay_deals(
    book: Book,
    cases: Sequence[SourcedDeal],
    live: Callable[[str, int], str],
    extra: Sequence[tuple[str, str, Callable[[str], str]]],
    paper: str,
) -> None:
    """A block a case, then the `extra` ones: (name, title, formula of a key)."""
    title = "Deals: the cases in force as the functions take them"
    sheet = frame.start(book, "Deals", title, frame.ENGINE_ROOM, paper)
    sheet.put(
        frame.UNITS_ROW,
        LABEL,
        "Links only: change nothing here. Pass a block of two columns as `deal`.",
        "note",
    )

    def linked(case: int) -> Callable[[str], str]:
        return lambda key: f"={live(key, case)}"

    blocks = [
        (f"case_{i}", f"={{Inputs!case_name_{i}}}", linked(i)) for i in range(1, len(cases) + 1)
    ]
    for number, (name, title, formula) in enumerate([*blocks, *extra]):
        col = 1 + 3 * number
        sheet.put(frame.HEAD_ROW, col, "key", "heading")
        sheet.put(frame.HEAD_ROW, col + 1, title, "heading wrap")
        for n, key in enumerate(KEYS):
            row = FIRST_KEY_ROW + n
            sheet.put(row, col, key, "grey")
            style = input_style(key, UNITS[key]).removeprefix("input ")
            sheet.put(row, col + 1, formula(key), "right small" if key in WORDED else style)
            sheet.mark(f"{name}_{key}", row, col + 1)
        sheet.widths |= {col: 52 if number == 0 else 28, col + 1: 30, col + 2: 2}
    sheet.widths |= {
        SECTION: 2,
        CONSTANT: 18,
    }  # the master check stands between the first two blocks
    last_row = (
        FIRST_METRIC_ROW - 1 + len(MEASURES)
    )  # with the figures that `cross_checks` puts under the cases
    sheet.print.area = (
        frame.TITLE_ROW,
        SECTION,
        last_row,
        3 * len(cases),
    )  # the blocks beside the cases differ in a few keys only
    sheet.print.landscape = len(cases) > 1
    sheet.freeze = (frame.FIRST_ROW, 0)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)


def solved_cell(key: str, case: int) -> str:
    """The cell of a figure that is solved for a case."""
    return f"{{Deals!solved_{key}_{case}}}"


def lay_solved(book: Book, n: int, ranges: Sequence[str]) -> None:
    """DEAL_SETTLED of every case, under the case's block: the figures that its sheet takes as given."""
    sheet = book["Deals"]
    first = FIRST_KEY_ROW + len(KEYS) + 2
    for i in range(1, n + 1):
        col = 1 + 3 * (i - 1)
        sheet.put(first - 1, col, "DEAL_SETTLED", "band")
        sheet.put(first - 1, col + 1, f"={{Inputs!case_name_{i}}}", "band right")
        sheet.array(first, col, len(SOLVED), 2, f"=DEAL_SETTLED({ranges[i - 1]})", "general")
        for k, key in enumerate(SOLVED):
            sheet.mark(f"solved_{key}_{i}", first + k, col + 1)
            sheet.cells[first + k, col].style = "small"
            sheet.cells[first + k, col + 1].style = line(key).format


def dress(book: Book, n: int) -> None:
    """The number formats of the measures under the cases' blocks."""
    sheet = book["Deals"]
    for i in range(1, n + 1):
        for name, measure in MEASURES.items():
            place = sheet.placed[f"m_{name}_{i}"]
            unit = measure.unit.split(" of ")[0]
            sheet.cells[place.row, place.col - 1].style = "small"
            style = (
                "right small"
                if measure.texts
                else "count"
                if unit in ("tests", "year")
                else UNIT_STYLES.get(unit, "nil number")
            )
            sheet.cells[place.row, place.col].style = OWN_FORMATS.get(name, style)
