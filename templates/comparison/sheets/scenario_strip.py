"""The strip of the sheet Scenarios: every case under every scenario, each recalculated in full."""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.scenario_list import COLUMNS, SHOCKED, STRIP
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, Conditional, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, UNIT
from bankable.udfs.deal.chain.decision import FAILS


def strip(book: Book, cases: Sequence[SourcedDeal], deals: Sequence[str], row: int) -> None:
    """Every case under every scenario, one call a case."""
    sheet = book["Scenarios"]
    frame.band_row(
        sheet,
        row,
        "Every case under every scenario, each recalculated in full",
        COLUMNS.last,
        "heading",
        "4",
    )
    sheet.print.row_breaks = (row,)
    row += 1
    for i, deal in enumerate(deals, start=1):
        frame.band_row(sheet, row, f"={{Inputs!case_name_{i}}}", COLUMNS.last)
        first = row + 1
        for n, (measure, label, unit, _) in enumerate(STRIP):
            sheet.put(first + n, LABEL, label)
            sheet.put(first + n, UNIT, unit or None, "unit")
            sheet.put(first + n, CONSTANT, measure, "grey")
            sheet.mark_path(f"strip_{measure}_{i}", first + n, COLUMNS)
        at = [sheet.placed[f"{key}_{i}"].row for key in SHOCKED]
        keys = area(min(at), CONSTANT, max(at), CONSTANT, True)
        values = area(min(at), COLUMNS.first, max(at), COLUMNS.last, True)
        wanted = area(first, CONSTANT, first + len(STRIP) - 1, CONSTANT, True)
        sheet.array(
            first,
            COLUMNS.first,
            len(STRIP),
            COLUMNS.count,
            f"=DEAL_SCENARIOS({deal},{keys},{values},{wanted})",
            "multiple",
        )
        for n, (_, _, _, style) in enumerate(STRIP):
            for col in range(COLUMNS.first, COLUMNS.last + 1):
                sheet.cells[first + n, col].style = "centre wrap" if style == "right" else style
        sheet.heights[first] = 44
        sheet.heights[first + 1] = 30
        words = first + len(STRIP)
        sheet.put(
            words,
            LABEL,
            "The loan under it: holds, lock-up, reserve (pays out of it), or default (a payment missed)",
        )
        sheet.mark_path(f"standing_{i}", words, COLUMNS)
        sheet.put(words + 1, LABEL, "Minimum DSCR where the scenario reaches the case")
        sheet.put(words + 1, UNIT, "x", "unit")
        sheet.mark_path(f"reached_dscr_{i}", words + 1, COLUMNS)
        for k in range(COLUMNS.count):
            dscr = f"{{strip_min_dscr_{i}#{k + 1}}}"
            judged = (
                f'IF({{strip_missed_year_{i}#{k + 1}}}>0,"default",IF({dscr}<1-{{Timeline!tolerance}},"reserve",'
                f'IF({dscr}<{{Inputs!lock_up_dscr_{i}}}-{{Timeline!tolerance}},"lock-up","holds")))'
            )
            shown = f'IF(ISNUMBER({dscr}),{judged},"n/a")'
            sheet.put(
                words,
                COLUMNS.first + k,
                "=" + (f'IF({{reached_{i}#{k + 1}}}=0,"not reached",{shown})' if k else shown),
                "centre",
            )
            reached = f'IF({{standing_{i}#{k + 1}}}="not reached","n/a",{dscr})'
            sheet.put(
                words + 1, COLUMNS.first + k, f'=IF(ISNUMBER({dscr}),{reached},"n/a")', "multiple"
            )
        sheet.conditionals.append(
            Conditional(
                (words, COLUMNS.first, words, COLUMNS.last), "equal", '"default"', "fail fill"
            )
        )
        spot = (first, COLUMNS.first, first, COLUMNS.last)
        corner = address(first, COLUMNS.first)
        sheet.conditionals.append(
            Conditional(spot, "formula", f'={corner}&""="{FAILS}"', "fail fill")
        )
        sheet.conditionals.append(
            Conditional(spot, "formula", f'=LEFT({corner},5)="Meets"', "ok fill")
        )
        row = words + 2
    said = (
        "The sponsor pays an overrun and a delay: the debt stays as committed, while the dearer"
        " plant is depreciated and the years of the offtake count from completion, so that DSCR can"
        " rise a little: what it asks of the sponsor stands below it, and beyond his completion support"
        " the build stops. A payment that cash flow, reserve and held cash do not make, even with the"
        " contract, is a default for certain."
    )
    sheet.put(row, LABEL, said, "note")
