"""The packages of Support, the tools that they use and the terms of the tools, which stand as blue cells."""

from __future__ import annotations

from bankable.templates.comparison.sheets import bounds
from bankable.templates.workbook.book import Book, Sheet, TimeColumns, Validation
from bankable.templates.workbook.rows import FIRST_TIME_COLUMN

PACKAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("None", ()),
    ("Offtake, fixed price", ("offtake",)),
    ("Offtake, price band", ("offtake", "band")),
    ("Offtake, floor only", ("offtake", "floor")),
    ("Guarantee", ("guarantee",)),
    ("Government loan", ("loan",)),
    ("Tariff", ("tariff",)),
    ("Export credit", ("export",)),
    ("Grant", ("grant",)),
    ("Grant with clawback", ("grant", "clawback")),
    ("Government equity", ("equity",)),
    ("Offtake, fixed + guarantee", ("offtake", "guarantee")),
    ("Offtake, band + guarantee", ("offtake", "band", "guarantee")),
    ("All credit tools", ("offtake", "guarantee", "loan")),
)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(PACKAGES))
TOOLS = (
    ("offtake", "Long public offtake"),
    ("band", "Price band: floor, cap and shared upside"),
    ("floor", "Price floor without a cap"),
    ("guarantee", "Partial guarantee"),
    ("loan", "Government loan"),
    ("tariff", "Tariff on the rival"),
    ("export", "Export credit"),
    ("grant", "Grant"),
    ("clawback", "Clawback of the grant"),
    ("equity", "Government equity or warrants"),
)
# key, label, unit, delivered value, number format, least, most, source
TERMS: tuple[tuple[str, str, str, float, str, float, float, str], ...] = (
    (
        "t_years",
        "Offtake",
        "years",
        10,
        "count",
        1,
        30,
        "ten years at DoD/MP Materials, July 2025; beyond five, special authority",
    ),
    ("t_floor", "Floor over the case's price", "x price", 0.97, "multiple", 0, 5, "illustrative"),
    ("t_cap", "Cap over the case's price", "x price", 1.10, "multiple", 0, 5, "illustrative"),
    (
        "t_upside",
        "Seller's share above the cap",
        "%",
        0.70,
        "share",
        0,
        1,
        "the buyer takes 30%: DoD/MP Materials, July 2025",
    ),
    (
        "t_escalator",
        "Escalator of the band",
        "% a year",
        0.02,
        "rate",
        -0.2,
        0.2,
        "2% a year, as MP's earnings floor",
    ),
    (
        "t_termination",
        "Termination for convenience with offtake",
        "% a year",
        0.002,
        "rate",
        0,
        0.99,
        "illustrative",
    ),
    (
        "t_ceiling",
        "Cancellation ceiling over capital cost",
        "%",
        0.50,
        "share",
        0,
        1,
        "illustrative",
    ),
    ("t_coverage", "Guarantee coverage", "%", 0.70, "share", 0, 1, "illustrative"),
    ("t_fee", "Guarantee fee", "% a year", 0.0075, "rate", 0, 0.2, "illustrative"),
    (
        "t_spread",
        "Spread on the guaranteed part",
        "% a year",
        0.0050,
        "rate",
        0,
        0.2,
        "illustrative",
    ),
    (
        "t_loan",
        "Government loan, share of the debt",
        "%",
        0.13,
        "share",
        0,
        1,
        "$150m beside $1bn at MP Materials, 2025",
    ),
    (
        "t_loan_rate",
        "Rate of the government loan",
        "% a year",
        0.0525,
        "rate",
        0,
        0.5,
        "illustrative: Treasury + 100 bp",
    ),
    ("t_tariff", "Tariff", "%", 0.25, "share", 0, 1, "illustrative"),
    (
        "t_export_share",
        "Share of sales exported",
        "%",
        0.20,
        "share",
        0,
        1,
        "illustrative; EXIM is closed to defence articles",
    ),
    (
        "t_export_cover",
        "Export credit cover of them",
        "%",
        0.85,
        "share",
        0,
        1,
        "OECD Arrangement: a down payment of at least 15%",
    ),
    ("t_grant", "Grant over capital cost", "%", 0.15, "share", 0, 0.9, "illustrative"),
    (
        "t_clawback",
        "Clawback on default, from what the debt leaves",
        "%",
        1.00,
        "share",
        0,
        1,
        "illustrative",
    ),
    (
        "t_equity",
        "Government's share of the equity",
        "%",
        0.30,
        "share",
        0,
        1,
        "illustrative; $400m preferred at MP Materials, 2025",
    ),
    (
        "t_incumbent",
        "Costs of an uncompetitive incumbent",
        "x",
        1.25,
        "multiple",
        0.5,
        5,
        "illustrative",
    ),
)


def blue(
    book: Book, sheet: Sheet, key: str, low: float, high: float, label: str, whole: bool = False
) -> None:
    spot = bounds.kept_cell(book, sheet, key, f"support_{key}")
    kind = "whole" if whole or key == "t_years" else "decimal"
    sheet.validations.append(
        Validation(
            spot,
            kind,
            low,
            high,
            title=label[:32],
            error=f"From {low:g} to {high:g}.",
            blank_allowed=False,
        )
    )
