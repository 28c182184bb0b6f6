"""What the answer of Frontier costs if the goods are worth less to the buyer, or the offtake runs shorter or longer."""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.frontier_grids import COLUMNS
from bankable.templates.workbook.book import Book, Sheet, TimeColumns, Validation, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, UNIT
from bankable.templates.workbook.settings import Settings, keep

WORTHS = (
    0.0,
    0.50,
    0.80,
    0.90,
    1.0,
    1.10,
)  # worth of the goods, as a multiple of what the case says
LESS_WORTH = 0.90  # the one that the answer quotes
WORTH_YEARS = (-2, 0, 2, 5)  # years of offtake, against the answer's


def worth(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """What the answer costs if the goods are worth less to the buyer, or the offtake runs shorter
    or longer: one call.
    """
    frame.band_row(
        sheet,
        row,
        "Expected public cost of the answer, by the worth of the goods and the years of offtake",
        COLUMNS.last,
        "heading",
        "9",
    )
    columns = TimeColumns(COLUMNS.first, len(WORTH_YEARS))
    head = row + 1
    frame.band_row(
        sheet,
        head,
        "Worth of the goods over what the case says, down; years of offtake, across",
        COLUMNS.last,
    )
    sheet.put(head, CONSTANT, "buyer_value", "grey")
    sheet.put(head, TOTAL, "public_offtake_years", "grey")
    for k, years in enumerate(WORTH_YEARS):
        sheet.put(
            head,
            columns.first + k,
            f"=MAX(1,MIN({{Timeline!year#last}},{{answer_years}}{years:+d}))",
            "count",
        )
    first, last = head + 1, head + len(WORTHS)
    for k, worth in enumerate(settings.take("frontier_worths", list(WORTHS))):
        sheet.put(first + k, LABEL, "Worth of the goods, times that of the case")
        sheet.put(first + k, UNIT, "$m", "unit")
        sheet.put(first + k, CONSTANT, worth, "input multiple")
        sheet.put(
            first + k,
            TOTAL,
            f"={address(first + k, CONSTANT)}*{{Deals!answer_buyer_value}}",
            "multiple",
        )
    tried = first + WORTHS.index(LESS_WORTH)
    sheet.mark("worth_tried", tried, TOTAL)
    sheet.mark("worth_cost", tried, columns.first + WORTH_YEARS.index(0))
    spot = (first, CONSTANT, last, CONSTANT)
    keep(book, sheet, "frontier_worths", *spot)
    sheet.validations.append(
        Validation(
            spot, "decimal", 0, 2, title="Worth", message="Times the case's.", error="From 0 to 2."
        )
    )
    down, across = (
        area(first, TOTAL, last, TOTAL, True),
        area(head, columns.first, head, columns.last, True),
    )
    keys = [address(head, col, True) for col in (CONSTANT, TOTAL)]
    call = f'=SENS_GRID({deal},{keys[0]},{down},{keys[1]},{across},"public_cost")'
    sheet.array(first, columns.first, len(WORTHS), columns.count, call, "nil number")
    sheet.put(
        last + 1,
        LABEL,
        "The expected cost of an offtake is what is paid above the goods' worth: it hangs on that"
        " figure more than on any other.",
        "note",
    )
    return last + 2
