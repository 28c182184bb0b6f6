"""The years as they came out: a table with the columns year, cfads and debt_service.

Where one row cannot be read the whole table is refused, each such row named: a review without one
of its years would not tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from bankable.templates.refusal import Refusal
from bankable.templates.tables import read_table
from bankable.templates.tables.table import Wanted

COLUMNS = ("year", "cfads", "debt_service")
WANTED = Wanted(amounts=COLUMNS, label="year")
MOST_ROWS = 1_000


@dataclass(frozen=True)
class Actual:
    """One year as it came out."""

    year: int
    cfads: float
    debt_service: float

    @property
    def dscr(self) -> float | None:
        return self.cfads / self.debt_service if self.debt_service > 0 else None


def read_list(path: Path, years: int) -> tuple[list[Actual], list[str]]:
    """(the years in a list of actuals, how the list was read)."""
    table = read_table.read(path, WANTED, "list of actuals")
    missing = [name for name in COLUMNS if name not in table.amounts]
    if missing:
        raise Refusal(
            f"{path.name} has no column {', '.join(missing)}: it needs the columns"
            f" {', '.join(COLUMNS)}."
        )
    if table.size > MOST_ROWS:
        raise Refusal(
            f"{path.name} has {table.size:,} rows: a list of actuals has a row a year. Is it the"
            " right file?"
        )
    told: dict[int, list[str]] = {}
    for fault in table.faults:
        told.setdefault(fault.row, []).append(fault.sentence.rstrip("."))
    found: dict[int, Actual] = {}
    for i, row in enumerate(table.rows.tolist()):
        if row in told:
            continue
        try:
            actual = _actual({name: float(table.amounts[name][i]) for name in COLUMNS}, years)
            if actual.year in found:
                raise ValueError(f"year {actual.year} stands twice")
            found[actual.year] = actual
        except ValueError as fault:
            told[row] = [str(fault)]
    if told:
        faults = [f"row {row}: {', '.join(said)}" for row, said in sorted(told.items())]
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise Refusal(f"{path.name}, {'; '.join(faults[:5])}{more}.")
    if not found:
        raise Refusal(f"{path.name} holds no year.")
    return [found[year] for year in sorted(found)], table.notes


def _actual(values: dict[str, float], years: int) -> Actual:
    for name, value in values.items():
        if math.isnan(value):
            raise ValueError(f"{name} is blank")
        if not abs(value) < 1e9:
            raise ValueError(f"{name} is {value:g}, which is no amount in $ million")
    year = values["year"]
    if not year.is_integer() or not 1 <= year <= years:
        raise ValueError(f"year is {year:g}: give a year of the loan, 1 to {years} from completion")
    if values["debt_service"] < 0:
        raise ValueError(
            f"debt_service is {values['debt_service']:g}: give what was due, as a positive amount"
        )
    return Actual(int(year), values["cfads"], values["debt_service"])
