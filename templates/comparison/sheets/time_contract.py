"""What an announced contract is worth, and the private capital that it mobilises."""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.time_columns import COLUMNS, G, finding
from bankable.templates.workbook.book import Book, Sheet
from bankable.templates.workbook.settings import Settings


def announced(book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings) -> int:
    """What the signed contract is worth and the capital that it can mobilise."""
    frame.band_row(sheet, row, "What an announced contract is worth", COLUMNS.last, "heading", "2")
    row = bounds.blue(
        book,
        sheet,
        row + 1,
        settings,
        "time",
        (
            (
                "market_value",
                "Market value of the sponsor before the announcement",
                "$m",
                10000.0,
                "number",
                1,
                1e7,
                "illustrative",
            ),
        ),
        COLUMNS,
    )
    rows = (
        (
            "contract_value",
            "Value of the contract, risk counted, before cost, with renewals",
            "$m",
            "{[case]!contract_value}",
            "number",
        ),
        (
            "margin",
            "Value of its committed years after variable cost",
            "$m",
            "{[case]!committed_margin}",
            "nil number",
        ),
        ("per_plant", "Per $ of plant", "$", "{contract_value_[i]}/{[case]!plant_cost}", "number2"),
        (
            "per_market",
            "Over the sponsor's market value",
            "%",
            "{contract_value_[i]}/{market_value}",
            "share",
        ),
        (
            "carries",
            "Debt that the contract permits, all tests met",
            "$m",
            "{[case]!permitted_debt}",
            "nil number",
        ),
        # a loan that the tests refuse is not made: it mobilises nothing
        (
            "mobilised",
            "Private capital at risk that it mobilises",
            "$m",
            "IF({[case]!decision}>0,{[case]!private_at_risk},0)",
            "nil number",
        ),
        (
            "mobilised_per",
            "Per $ of expected public cost",
            "$",
            'IF({[case]!decision}>0,{[case]!private_per_public},"n/a")',
            "number2",
        ),
    )
    row = frame.rows_by_case(sheet, row, G, rows, [{"case": name} for name in names])
    said = '&", "&'.join(
        f'{{Inputs!case_name_{i}}}&"'
        f' "&IF({{mobilised_{i}}}>0,TEXT({{mobilised_{i}}},"#,##0"),"zero")'
        for i in range(1, len(names) + 1)
    )
    return finding(
        sheet,
        row,
        "announced",
        '="Private capital that the contract mobilises, $m (zero where a credit test fails):'
        f' "&{said}',
    )
