"""The rows of a case sheet on the cash waterfall: debt service, reserve, lock-up, distributions."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band, note


def reserve_rows() -> list[Row]:
    """The debt service reserve: its level at completion and its target for each year to come."""
    return [
        note(
            "Debt service and its arrears come first, then the reserve to its target, then lock-up,"
            " then distributions."
        ),
        note(
            "A balloon is taken as refinanced. What cannot be paid stands as arrears, without"
            " interest, never as a negative balance."
        ),
        scalar("dsra_at_completion", "={dsra_months}/12*{debt_service#1}"),
        path("dsra_target", "={dsra_months}/12*{debt_service>}"),
    ]


def rows(view: str, cfads: str, dscr: str, words: str) -> list[Row]:
    """Cash, debt service, reserve, lock-up, distributions on one view; `view` ends the keys."""

    def k(key: str, suffix: str = "") -> str:
        return f"{{{key}{view}{suffix}}}"

    return [
        band(f"On the {words} view"),
        path(f"lock_up{view}", f"=IF(ISNUMBER({{{dscr}}}),IF({{{dscr}}}<{{lock_up_dscr}},1,0),0)"),
        path(
            f"reserve_before{view}", f"=IF({{year}}=1,{{dsra_at_completion}},{k('reserve', '<')})"
        ),
        path(
            f"cash_for_service{view}",
            f"=MAX(0,{{{cfads}}})+{k('reserve_before')}+{k('trapped', '<')}",
        ),
        path(
            f"service_paid{view}",
            f"=MIN({k('cash_for_service')},{{debt_service}}+{k('arrears', '<')})",
        ),
        path(f"arrears{view}", f"={{debt_service}}+{k('arrears', '<')}-{k('service_paid')}"),
        path(
            f"reserve{view}", f"=MIN({{dsra_target}},{k('cash_for_service')}-{k('service_paid')})"
        ),
        path(
            f"trapped{view}",
            f"=({k('cash_for_service')}-{k('service_paid')}-{k('reserve')})*{k('lock_up')}",
        ),
        path(
            f"distribution{view}",
            f"={k('cash_for_service')}-{k('service_paid')}-{k('reserve')}-{k('trapped')}",
        ),
        path(f"sponsor_support{view}", f"=MAX(0,-{{{cfads}}})"),
    ]


def unpaid_rows() -> list[Row]:
    """What is still owed when the loan ends."""
    return [
        scalar("unpaid", "=INDEX({arrears:},{tenor})"),
    ]
