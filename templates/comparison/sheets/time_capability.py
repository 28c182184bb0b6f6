"""What learning saves, and what letting a capability lapse destroys."""

from __future__ import annotations

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.time_columns import COLUMNS, DOUBLINGS, finding, own
from bankable.templates.workbook.book import Book, Sheet
from bankable.templates.workbook.rows import lay, path, scalar
from bankable.templates.workbook.settings import Settings, keep


def learning(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """Unit cost along the learning curve of the case studied on Support."""
    frame.band_row(
        sheet, row, '="Learning curve of "&{Support!studied_name}', COLUMNS.last, "heading", "3"
    )
    row = lay(
        sheet,
        [
            scalar(
                "curve",
                "Unit cost after each doubling",
                "%",
                f"=1-{own('learning_rate')}",
                "share",
            ),
            scalar(
                "exponent",
                "Exponent of the curve",
                "factor",
                "=LN({curve})/LN({Timeline!two})",
                "factor",
            ),
            path(
                "multiple",
                "Cumulative output, over that at which unit cost is quoted",
                "x",
                settings.take("time_multiple", list(DOUBLINGS)),
                "input general",
            ),
            path(
                "unit_cost",
                "Unit cost",
                "$m a unit",
                f"={own('variable_cost')}*{{multiple}}^{{exponent}}",
                "price",
            ),
            scalar(
                "first_unit",
                "Cost of the very first unit that the curve implies",
                "$m a unit",
                f"={own('variable_cost')}/{own('learning_volume')}^{{exponent}}",
                "price",
            ),
            scalar(
                "lot_first",
                "Average unit cost up to the output at which it is quoted (LEARNING_COST)",
                "$m a unit",
                f"=LEARNING_COST({{first_unit}},{own('learning_rate')},0,MAX(1,ROUND({own('learning_volume')},0)))",
                "price",
            ),
            scalar(
                "start_up",
                "Dearer first units: a start-up budget, left out of the chain",
                "$m",
                f"=({{lot_first}}-{own('variable_cost')})*{own('learning_volume')}",
                "total number",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    at = sheet.placed["multiple"].row
    spot = (at, COLUMNS.first, at, COLUMNS.last)
    keep(book, sheet, "time_multiple", *spot)
    sheet.validations.append(bounds.between(spot, "Cumulative output", 0.01, 1e6))
    last = f"#{COLUMNS.count}"
    return finding(
        sheet,
        row,
        "learning",
        f'=IF({own("learning_rate")}=0,"No learning is assumed: the unit cost stays as it'
        f' is","Each doubling of output takes "&TEXT({own("learning_rate")},"0.0%")&" off the unit'
        f' cost: from $m "&TEXT({own("variable_cost")},"0.0000")&" to'
        f' "&TEXT({{unit_cost{last}}},"0.0000")&" a unit at "&{{multiple{last}}}&" times the'
        ' output")',
    )


def lapse(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """The output lost when a capability is let go and must be rebuilt."""
    frame.band_row(
        sheet,
        row,
        '="Letting the capability of "&{Support!studied_name}&" lapse, and rebuilding it"',
        COLUMNS.last,
        "heading",
        "4",
    )
    row = bounds.blue(
        book,
        sheet,
        row + 1,
        settings,
        "time",
        (
            (
                "decay",
                "Capability lost in each idle year",
                "% a year",
                0.20,
                "share",
                0,
                1,
                "illustrative",
            ),
            ("idle_years", "Idle period", "years", 5, "count", 1, 30, "illustrative"),
            (
                "rebuild_years",
                "Recovery period",
                "years",
                4,
                "count",
                1,
                30,
                "illustrative; 155 mm shells: from 14,400 a month (2022) to 100,000 asked by 2025",
            ),
        ),
        COLUMNS,
    )
    value = f"({own('price')}-{own('variable_cost')})*{own('capacity')}*{own('contract_share')}"
    ready = f"{own('idle_cost')}*{own('fixed_cost')}"
    rate = own("treasury_rate")
    row = lay(
        sheet,
        [
            scalar("left", "Capability left", "%", "=(1-{decay})^{idle_years}", "share"),
            scalar(
                "lapse_value",
                "Value of a full year's contracted output, after variable cost",
                "$m a year",
                f"={value}",
            ),
            scalar(
                "lapse_cost",
                "Output lost while it is rebuilt (LAPSE_COST)",
                "$m",
                f"=LAPSE_COST({rate},{{lapse_value}},{{decay}},{{idle_years}},{{rebuild_years}})",
                "total number",
            ),
            scalar(
                "kept_cost",
                "Keeping the idle plant warm over those years",
                "$m",
                f"=-FV({rate},{{idle_years}},{ready})",
                "total number",
            ),
            scalar(
                "lapse_ratio",
                "Loss per $ of keeping it warm",
                "$",
                '=IF({kept_cost}>0,{lapse_cost}/{kept_cost},"n/a")',
                "number2",
            ),
        ],
        row,
        COLUMNS,
    )
    return finding(
        sheet,
        row,
        "lapse",
        '="A lapse of "&{idle_years}&" years loses $m "&TEXT({lapse_cost},"#,##0")&" of output;'
        ' keeping the plant warm costs $m "&TEXT({kept_cost},"#,##0")&":'
        ' "&IF({lapse_cost}>{kept_cost},"keeping it warm pays","letting it lapse is cheaper")',
    )
