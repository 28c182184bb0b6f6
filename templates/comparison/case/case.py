"""One case, year by year from completion: the chain of the deal in native formulas, row by row.

Each row has the key, and the figure, of the same row in `udfs/deal/chain/`, and stands in the module
of the same name; the sheet is the same for every case.
"""

from __future__ import annotations

from collections.abc import Callable

from bankable.templates.comparison.case import (
    baseline,
    build,
    collateral,
    contract,
    debt,
    decision,
    default,
    fair_value,
    inputs,
    loss,
    operation,
    price,
    public,
    rate,
    ratios,
    returns,
    solved,
    sponsor,
    waterfall,
)
from bankable.templates.comparison.case.entered import path
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, heading, note

FIRST_CALCULATED = "completion_month"


def rows(
    build_sheet: str,
    returns_sheet: str,
    prefix: str,
    live: Callable[[str], str],
    given: Callable[[str], str],
    time: Periods,
) -> list[Row]:
    """All rows of a case sheet; `build_sheet` and `returns_sheet` name its companion sheets, `prefix` its keys
    on the latter, `given` the cell of a figure that is solved outside the sheet.
    """
    found = [
        path("year", "={Timeline!year}", label_style="bold"),
        *time.rows(),
        path("year_ends", "=EDATE({Timeline!close},{completion_month}+12*{year})"),
        heading("Inputs in use", "1"),
        note(
            "Links to the sheet Inputs through the scenario in force; choices as their position in"
            " Lists (from 0), yes and no as 1 and 0."
        ),
        *inputs.rows(live),
        *solved.rows(given),
        heading("Build and facility", "2"),
        *build.case_rows(build_sheet, time),
        heading("Contract and market", "3"),
        *contract.rows(time),
        heading("Revenue, cost and cash flow on four views", "4"),
        note(
            "firm: bound today; supported: and the government's commitment; expected: all states"
            " weighted; promised: every renewal comes."
        ),
        *operation.rows(time),
        heading("Collateral at completion, and the rate quoted", "5"),
        *collateral.rows(),
        *rate.rows(time),
        heading("Debt capacity and schedule", "6"),
        *debt.capacity_rows(time),
        *debt.schedule_rows(time),
        heading("Tax with interest, CFADS and ratios", "7"),
        *ratios.levered_rows(time),
        *ratios.rows(time),
        heading("Cash waterfall, on the lender's and on the promised view", "8"),
        *waterfall.reserve_rows(time),
        *waterfall.rows("", "lender_cfads", "lender_dscr", "lender's", time),
        *waterfall.rows("_promised", "cfads_promised", "dscr_promised", "promised", time),
        *waterfall.unpaid_rows(time),
        heading("Default, loss and price", "9"),
        *default.rows(time),
        *default.exposure_rows(time),
        *collateral.yearly_rows(),
        *loss.rows(time),
        *price.rows(time),
        heading("Sponsor's cash flow and returns", "10"),
        *sponsor.flow_rows(time),
        *returns.rows(returns_sheet, prefix),
        heading("Public cost", "11"),
        *public.rows(time),
        *baseline.rows(time),
        *fair_value.rows(time),
        heading("Credit tests and decision", "12"),
        *decision.rows(time),
        band("The sponsor's decision"),
        *sponsor.decision_rows(),
    ]
    return time.with_years(found)
