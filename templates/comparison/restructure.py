"""A workbook of ours laid again on another structure: more or fewer periods a year, more cases.

What fixes a book when it is laid (its periods, its columns, how many cases it has) cannot be typed into it;
inputs, sources, choices and notes are carried over.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bankable.templates.comparison import compare, plan, read_files
from bankable.templates.comparison.compare import MOST_CASES, Comparison
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write


def restructure(
    path: str,
    out: str,
    periods: int | None = None,
    more_cases: int = 0,
    force: bool = False,
    paper: str = "A4",
) -> Comparison:
    """Lay the workbook at `path` on so many periods a year (None: as its loans ask), with so many cases
    to fill in beside its own, and write it to `out`.
    """
    if Path(path).suffix.lower() not in (".xlsx", ".xlsm"):
        raise Refusal(f"{path} is no workbook (.xlsx): name one that Bankable wrote.")
    target = Path(out)
    write.refuse_to_overwrite(target, force)
    found = read_files.read([path])
    if more_cases < 0 or len(found.cases) + more_cases > MOST_CASES:
        raise Refusal(
            f"a workbook holds 1 to {MOST_CASES} cases; {len(found.cases)} are there, and {more_cases}"
            " more were asked. A case whose name is blank is left out."
        )

    reshaped = functools.partial(_reshaped, periods=periods, more_cases=more_cases)
    result = compare.lay_read(found, reshaped, target, paper)
    said = _said(found.cases, reshaped(found.cases))
    return replace(result, text=f"{result.text}, {said}")


def _reshaped(
    cases: Sequence[SourcedDeal], periods: int | None, more_cases: int
) -> list[SourcedDeal]:
    """The cases on an axis of so many periods, and the cases to fill in after them."""
    if periods is not None:
        for case in cases:
            pays = case.deal.payments_per_year
            if pays > periods:
                raise Refusal(
                    f"{case.deal.case_name} pays {pays} times a year, which {periods} a year cannot"
                    " show: type payments_per_year on Inputs first."
                )
        given = 0 if periods == 1 else periods
        cases = [replace(case, deal=replace(case.deal, periods_per_year=given)) for case in cases]
    first = len(cases) + 1
    return [*cases, *(compare.blank_case(first + i) for i in range(more_cases))]


def _said(before: Sequence[SourcedDeal], after: Sequence[SourcedDeal]) -> str:
    """What the book is laid on, and what it was."""

    def told(cases: Sequence[SourcedDeal]) -> tuple[str, ...]:
        time, count = plan.structure([case.deal for case in cases]), len(cases)
        return (
            f"{time.a_year} period{'s' * (time.a_year > 1)} a year",
            f"{count} case{'s' * (count > 1)}",
            f"{time.years} years of operation",
            f"{time.months} months of building",
        )

    return ", ".join(
        now if now == was else f"{now} ({was.split()[0]} before)"
        for was, now in zip(told(before), told(after), strict=True)
    )


__all__ = ["restructure"]
