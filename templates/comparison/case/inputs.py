"""The inputs in use on a case sheet: links to the sheet Inputs through the scenario in force."""

from __future__ import annotations

from collections.abc import Callable

from bankable.templates.workbook.rows import Row, band, scalar
from bankable.udfs.deal.deal import INPUTS, TEXT_KEYS

UNIT_STYLES = {
    "%": "share",
    "% a year": "rate",
    "x": "multiple",
    "years": "count",
    "year": "count",
    "months": "count",
    "$m a unit": "price",
    "choice": "count",
    "yes/no": "flag",
    "x contracted": "multiple",
    "x price": "multiple",
    "% a renewal": "share",
}


TO_A_HUNDREDTH = (
    "upfront_fee",
    "limit_loss_rate",
    "limit_loss_life",
)  # in %, and small enough for the second decimal to matter


def number_format(key: str, unit: str) -> str:
    """The number format of an input on a case sheet."""
    return "rate" if key in TO_A_HUNDREDTH else UNIT_STYLES.get(unit, "number2")


# flags read from a choice: key, label, input, position of the choice in its list
FLAGS = (
    ("in_band", "Market price held in a band", "price_basis", 2),
    ("calendar_end", "Contract ends on a calendar date", "contract_end", 2),
    ("full_faith", "Backed by full faith and credit", "statutory_backing", 2),
    ("subject_to_appropriation", "Subject to appropriation", "statutory_backing", 3),
    ("sculpted", "Sculpted repayment requested", "repayment", 3),
)


def rows(live: Callable[[str], str]) -> list[Row]:
    """Every input of the deal as this sheet uses it; `live` gives the reference of an input's
    cell.
    """
    rows: list[Row] = []
    section = ""
    for row in INPUTS:
        if row.name in TEXT_KEYS:
            continue
        meta = row.metadata
        if meta["section"] != section:
            section = meta["section"]
            rows.append(band(section))
        kind = meta["param"].kind
        source = live(row.name)
        if kind == "choice":
            formula = f"=MATCH({source},{{Lists!list_{row.name}:}},0)-1"
        elif kind == "switch":
            formula = f"=IF({source}={{Lists!switch#1}},1,0)"
        else:
            formula = f"={source}"
        rows.append(
            scalar(
                row.name,
                meta["label"],
                meta["unit"],
                formula,
                number_format(row.name, meta["unit"]),
            )
        )
    rows.append(band("Flags of the choices"))
    for key, label, choice, position in FLAGS:
        rows.append(
            scalar(
                key,
                label,
                "flag",
                f"=IF({live(choice)}={{Lists!list_{choice}#{position}}},1,0)",
                "flag",
            )
        )
    return rows
