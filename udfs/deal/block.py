"""A deal as it is typed in cells: a block of two columns, keys and values, as on the Inputs sheet.

Worksheet functions about a whole deal take such a block as their first argument (`deal_param`);
from Python a `Deal` or a mapping of keys to values does as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bankable.udfs import cells
from bankable.udfs.cells import CellError, Param
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal

# A plain plant on yearly renewed orders, in round figures: the deal of the examples.
EXAMPLE: list[list[Any]] = [
    ["case_name", "Example plant"],
    ["capex", 1000],
    ["build_months", 24],
    ["gearing", 0.5],
    ["construction_margin", 0.025],
    ["capacity", 100],
    ["price", 2.4],
    ["escalator", 0.02],
    ["contract_years", 15],
    ["firm_years", 1],
    ["renewal", 0.9],
    ["offtaker_pd", 0],
    ["market_price", 1.8],
    ["price_vol", 0.15],
    ["merchant_share", 0.25],
    ["merchant_haircut", 0.5],
    ["operating_years", 20],
    ["fixed_cost", 60],
    ["shell_share", 0.3],
    ["power_share", 0.1],
    ["equipment_share", 0.4],
    ["tooling_share", 0.2],
    ["shell_reuse", 0.5],
    ["power_reuse", 0.5],
    ["equipment_reuse", 0.25],
    ["tooling_reuse", 0],
    ["tenor", 10],
    ["base_rate", 0.0425],
    ["margin", 0.025],
    ["pd_base", 0.01],
    ["guarantee_fee", 0.005],
    ["government_loan_rate", 0.045],
    ["treasury_rate", 0.0425],
    ["buyer_value", 0.9],
]


def deal_param(
    help: str = "the deal: two columns, keys and values, as on the Inputs sheet",
) -> Param:
    """The argument `deal` of a worksheet function."""
    return Param("block", help, _read_deal)


def _read_deal(param: Param, raw: Any) -> Deal:
    if isinstance(raw, Deal):
        return raw
    if isinstance(raw, Mapping):
        raw = [[key, value] for key, value in raw.items()]
    found = entries(param.name, cells.rows_of(raw))
    try:
        return deals.read(found)
    except CellError as error:
        if param.name == "deal":
            raise
        raise CellError(error.code, f"{param.name}: {error.sentence}") from None


def entries(name: str, rows: list[list[Any]]) -> dict[str, Any]:
    """Keys and values of a block; blank rows, headings (a text without a value) and a first row
    "key", "value" are passed over.
    """
    for i, row in enumerate(rows):
        for cell in row:
            if isinstance(cell, CellError):
                raise CellError(
                    cell.code,
                    f"{name}, row {i + 1}, holds the error {cell.code}: mend that cell first.",
                )
    if any(len(row) != 2 for row in rows):
        raise cells.wrong_value(
            f"{name} has {max(map(len, rows))} columns: give two, the keys and one case's values."
        )
    found: dict[str, Any] = {}
    for i, (key, value) in enumerate(rows):
        if cells.is_blank(key) and cells.is_blank(value):
            continue
        if not isinstance(key, str) or cells.is_blank(key):
            raise cells.wrong_value(
                f"{name}, row {i + 1}, has {key!r} where a key belongs: its first column holds the"
                " keys."
            )
        word = key.strip().lower()
        if cells.is_blank(value) or (i == 0 and word == "key"):
            continue
        if word in found:
            raise cells.wrong_value(f"{name} gives {word} twice: keep one of the rows.")
        found[word] = value
    if not found:
        raise cells.wrong_value(
            f"{name} holds no key with a value: give the Inputs sheet's keys and one case's values."
        )
    return found


__all__ = ["EXAMPLE", "deal_param", "entries"]
