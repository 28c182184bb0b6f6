"""The Sensitivity sheet: which case and figure it shows, the tornado and the grid over two inputs
of the reader's choice.

Break-evens, shocks and refinancing stand in `sensitivity_break_evens`, `sensitivity_shocks` and
`sensitivity_refinancing`, simulation and customer book in `sensitivity_simulation` and
`sensitivity_customers`. What the reader chooses has a plain name; its key for the functions is
found in the grey lists right of the printed page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_break_evens import break_evens
from bankable.templates.comparison.sheets.sensitivity_columns import COLUMNS, HELP, WIDE, G, own
from bankable.templates.comparison.sheets.sensitivity_customers import customers
from bankable.templates.comparison.sheets.sensitivity_grid import pair
from bankable.templates.comparison.sheets.sensitivity_lists import (
    LISTS,
    SHOWN,
    chosen_measure,
    column,
    lists,
    of_measure,
)
from bankable.templates.comparison.sheets.sensitivity_refinancing import refinancing
from bankable.templates.comparison.sheets.sensitivity_shocks import rate_shock, termination
from bankable.templates.comparison.sheets.sensitivity_simulation import simulation
from bankable.templates.comparison.sheets.sensitivity_tornado import tornado
from bankable.templates.workbook.book import Book, Sheet
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, lay, scalar
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal.measures import MEASURES


def default_case(n: int) -> int:
    """The last of three or more cases (that with support), otherwise the second."""
    return n if n >= 3 else min(2, n)


def extra_block(n: int) -> tuple[str, str, Callable[[str], str]]:
    """The block of the case looked at here."""

    def looked_at(key: str) -> str:
        return (
            "=CHOOSE({Sensitivity!case},"
            + ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1))
            + ")"
        )

    return ("sensitive", "Case on Sensitivity", looked_at)


def lay_sensitivity(
    book: Book, names: Sequence[str], deal: str, settings: Settings, paper: str, time: Periods
) -> None:
    """The sheet; `names` are the case sheets, `deal` the block of the case looked at."""
    sheet = frame.time_sheet(
        book,
        "Sensitivity",
        "Sensitivity: what moves the decision, and how far it holds",
        COLUMNS,
        "",
        "0072B2",
        paper,
    )
    for i in range(WIDE):
        sheet.put(frame.HEAD_ROW, G + i, None, "heading")
    for col, text in ((CONSTANT, "Value"), (TOTAL, None)):
        sheet.put(frame.HEAD_ROW, col, text, "heading right")
    lists(sheet)
    row = _case(book, sheet, frame.FIRST_ROW, len(names), settings)
    row = tornado(book, sheet, row + 1, deal, settings)
    breaks = [row]
    row = pair(book, sheet, row, deal, settings)
    row = break_evens(sheet, row + 1, len(names), deal)
    row = rate_shock(book, sheet, row + 1, deal, settings)
    row = refinancing(book, sheet, row + 1, names, settings, time)
    breaks.append(row + 1)
    row = termination(book, sheet, row + 1, deal, settings)
    row = simulation(book, sheet, row + 1, deal, settings, time)
    breaks.append(row + 1)
    row = customers(book, sheet, row + 1, settings)
    sheet.widths |= {LABEL: 60, CONSTANT: 18, TOTAL: 18} | {G + i: 14.5 for i in range(WIDE)}
    sheet.widths |= {HELP - 1: 4, HELP: 24, LISTS: 40, LISTS + 1: 24, LISTS + 7: 50, LISTS + 8: 24}
    sheet.print.area = (0, 0, row - 1, COLUMNS.last)
    sheet.print.row_breaks = tuple(breaks)


def _case(book: Book, sheet: Sheet, row: int, n: int, settings: Settings) -> int:
    frame.band_row(sheet, row, "Case and figure", COLUMNS.last, "heading", "1")
    case = settings.place("sensitivity_case", default_case(n), n)
    names_of = ",".join(f"{{Inputs!case_name_{i}}}" for i in range(1, n + 1))
    rates = ",".join(f"{{Summary!all_in_rate_{i}}}" for i in range(1, n + 1))
    last = lay(
        sheet,
        [
            scalar("case", "Case shown, by its number", "number", case, "input count"),
            scalar("case_name", "Its name", "", f"=CHOOSE({{case}},{names_of})", "right"),
            scalar(
                "measure",
                "Figure of tornado and grid",
                "",
                chosen_measure(settings, "sensitivity_measure", "min_dscr"),
                "input choice",
            ),
            scalar("base", "The figure as it stands", "", f"={_as_it_stands(n)}", "total number2"),
            scalar(
                "limit",
                "Its limit in the credit tests",
                "",
                "=" + of_measure("{measure}", 3),
                "number2",
            ),
            scalar(
                "at_limit_min_dscr",
                "Minimum DSCR asked",
                "x",
                f"={own('limit_min_dscr')}",
                "multiple",
            ),
            scalar(
                "at_rate",
                "All-in rate of the debt",
                "% a year",
                f"=CHOOSE({{case}},{rates})",
                "rate",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    words = '&", "&'.join(f'"{i} "&{{Inputs!case_name_{i}}}' for i in range(1, n + 1))
    sheet.put(sheet.placed["case"].row, TOTAL, f"={words}", "grey")
    at = sheet.placed["measure"].row
    for j, (key, place) in enumerate((("measure_key", 1), ("measure_kind", 2), ("better", 4))):
        sheet.put(at, HELP + j, "=" + of_measure("{measure}", place), "grey")
        sheet.mark(key, at, HELP + j)
    spot = bounds.kept_cell(book, sheet, "case", "sensitivity_case")
    sheet.validations.append(bounds.between(spot, "Case shown", 1, n, whole=True))
    spot = bounds.kept_cell(book, sheet, "measure", "sensitivity_measure")
    sheet.merges.append((at, CONSTANT, at, TOTAL + 1))
    sheet.validations.append(
        bounds.listed(spot, "Figure", formula="=" + column(LISTS + 7, 0, len(SHOWN)))
    )
    for key in ("base", "limit"):
        cell = sheet.placed[key]
        bounds.show_as(sheet, (cell.row, cell.col, cell.row, cell.col), "{measure_kind}")
    return last


def _as_it_stands(n: int) -> str:
    """The measure chosen, of the case looked at, out of its DEAL_METRICS on Deals."""
    names = list(MEASURES)
    place = f"MATCH({{measure_key}},{{Lists!measure_{names[0]}}}:{{Lists!measure_{names[-1]}}},0)"
    found = (
        f"INDEX({{Deals!m_{names[0]}_{i}}}:{{Deals!m_{names[-1]}_{i}}},{place})"
        for i in range(1, n + 1)
    )
    return "CHOOSE({case}," + ",".join(found) + ")"
