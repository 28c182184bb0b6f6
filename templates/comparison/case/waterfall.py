"""The rows of a case sheet on the cash waterfall: debt service, reserve, lock-up, distributions."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, note


def reserve_rows(time: Periods) -> list[Row]:
    """The debt service reserve: its level at completion and its target for each year to come."""
    first = time.one("{debt_service#1}", f"SUM({{debt_service#1-{time.a_year}}})")
    return [
        note(
            "Debt service and its arrears come first, then the reserve to its target, then lock-up,"
            " then distributions."
        ),
        note(
            "A balloon is taken as refinanced. What cannot be paid stands as arrears, without"
            " interest, never as a negative balance."
        ),
        path("ramp_held", f"=IF({time.up('{ramp_years}')}>{{year}},{{ramp_reserve}},0)"),
        scalar("dsra_at_completion", f"={{dsra_months}}/12*{first}+{{ramp_reserve}}"),
        scalar("reserve_by_equity", "={dsra_at_completion}-{ramp_reserve}-{reserve_in_debt}"),
        path("dsra_target", "={dsra_months}/12*" + time.ahead("debt_service", 1) + "+{ramp_held}"),
    ]


def rows(view: str, cfads: str, dscr: str, words: str, time: Periods) -> list[Row]:
    """Cash, debt service, reserve, lock-up, distributions on one view; `view` ends the keys."""
    return [
        band(f"On the {words} view"),
        path(
            "lock_up[view]",
            time.one("=", "=IF({in_loan}*(1-{pays})>0,1,")
            + "IF(ISNUMBER({[dscr]}),IF({[dscr]}<{lock_up_dscr}-{Timeline!tolerance},1,0),0)"
            + time.one("", ")"),
            dscr=dscr,
            view=view,
        ),
        path(
            "reserve_before[view]",
            f"=IF({time.first},{{dsra_at_completion}},{{reserve[view]<}})",
            view=view,
        ),
        path(
            "sponsor_support[view]",
            f"=MIN({time.flow('{operating_support}')},MAX(0,-{{[cfads]}}))",
            cfads=cfads,
            view=view,
        ),
        path(
            "cash_for_service[view]",
            "=MAX(0,{[cfads]}+{sponsor_support[view]}+{reserve_before[view]}+{trapped[view]<})",
            cfads=cfads,
            view=view,
        ),
        path(
            "costs_unpaid[view]",
            "=MAX(0,-({[cfads]}+{sponsor_support[view]}+{reserve_before[view]}+{trapped[view]<}))",
            cfads=cfads,
            view=view,
        ),
        path(
            "service_paid[view]",
            "=MIN({cash_for_service[view]},{debt_service}+{arrears[view]<})",
            view=view,
        ),
        path("arrears[view]", "={debt_service}+{arrears[view]<}-{service_paid[view]}", view=view),
        path(
            "reserve[view]",
            "=MIN({dsra_target},{cash_for_service[view]}-{service_paid[view]})",
            view=view,
        ),
        path(
            "trapped[view]",
            ("=({cash_for_service[view]}-{service_paid[view]}-{reserve[view]})*{lock_up[view]}"),
            view=view,
        ),
        path(
            "distribution[view]",
            "={cash_for_service[view]}-{service_paid[view]}-{reserve[view]}-{trapped[view]}",
            view=view,
        ),
    ]


def unpaid_rows(time: Periods) -> list[Row]:
    """What is still owed when the loan ends."""
    return [
        scalar("unpaid", f"=INDEX({{arrears:}},1,{time.place('{tenor}')})"),
        path(
            "missed",
            (
                "=IF(AND({in_loan}=1,{arrears}>{Timeline!tolerance}*MAX(1,{debt_service})),"
                '{year},"n/a")'
            ),
        ),
        scalar("missed_year", "=MIN({missed:})"),
    ]
