"""The sheets of a comparison, one ordered list: what each is for, what lays it, and whether it
hangs on worksheet functions.

A new sheet is one entry here; tabs, the Cover's contents, the names that a case may not bear and
the checks against error cells follow from the list.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from bankable.templates.comparison.case import build as build_sheet
from bankable.templates.comparison.case import case as case_sheet
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import (
    authority,
    checks,
    cover,
    cross_checks,
    cures,
    frame,
    frontier,
    functions,
    inputs,
    memo_page,
    newton,
    programme,
    recut,
    scenarios,
    sensitivity,
    summary,
    support,
    support_blocks,
    swap,
    time_to_revenue,
    years,
)
from bankable.templates.comparison.sheets import deals as deals_sheet
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, Typed
from bankable.templates.workbook.rows import lay
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal.chain.axes import months_asked
from bankable.udfs.deal.deal import Deal


@dataclass
class Laying:
    """A comparison while it is laid: its book, its cases with the names of their sheets, and the
    choices of an earlier workbook.
    """

    book: Book
    cases: Sequence[SourcedDeal]
    names: Sequence[str]
    settings: Settings
    paper: str
    version: str
    day: dt.date
    builds: list[str] = field(init=False)
    time: Periods = field(init=False)

    def __post_init__(self) -> None:
        self.builds = [f"{name} build" for name in self.names]
        self.time = structure([case.deal for case in self.cases])

    @property
    def extra(self) -> list[tuple[str, str, Callable[[str], str]]]:
        """The deal blocks beside the cases' own."""
        n = len(self.cases)
        return [*support_blocks.extra_blocks(n), sensitivity.extra_block(n)]

    @property
    def ranges(self) -> dict[str, str]:
        """Where each deal block stands on Deals, by its name."""
        blocks = [f"case_{i}" for i in range(1, len(self.cases) + 1)]
        blocks += [name for name, _, _ in self.extra]
        return {name: deals_sheet.block_range(k) for k, name in enumerate(blocks)}

    @property
    def own_ranges(self) -> list[str]:
        """The deal blocks of the cases."""
        return [self.ranges[f"case_{i}"] for i in range(1, len(self.cases) + 1)]


def periods_asked(deals: Sequence[Deal]) -> int:
    """Periods a year of a book: the most that any of its deals asks."""
    return max(max(deal.periods_per_year, deal.payments_per_year) for deal in deals)


LEAST_YEARS = 15  # that the charts of Summary show


def structure(deals: Sequence[Deal]) -> Periods:
    """What is fixed when a book of these deals is laid."""
    builds, delays = zip(*((deal.build_months, deal.delay_months) for deal in deals), strict=True)
    longest = max(LEAST_YEARS, *(deal.operating_years for deal in deals))
    return Periods(periods_asked(deals), months_asked(np.array(builds), np.array(delays)), longest)


def on_one_axis(cases: Sequence[SourcedDeal]) -> list[SourcedDeal]:
    """The cases with one number of periods a year, where any has more than one."""
    a_year = periods_asked([case.deal for case in cases])
    if a_year == 1:
        return list(cases)
    return [replace(case, deal=replace(case.deal, periods_per_year=a_year)) for case in cases]


# When a sheet is laid: those that others ask for their cells, the rest, pages that show where others
# stand, and last the checks on all cells.
FIRST, SHEET, PAGE, LAST = range(4)


class Planned(NamedTuple):
    """A sheet, or with `each` a sheet of each case; `with_functions` where its cells hang on
    worksheet functions.
    """

    name: str
    purpose: str
    lay: Callable[[Laying], object]
    each: bool = False
    with_functions: bool = False
    turn: int = SHEET
    several: bool = False  # stands in books of several periods a year alone


def lay_cases(here: Laying) -> None:
    """The case sheets, by period of operation."""
    time, columns = here.time, here.time.columns
    for i, (name, months) in enumerate(zip(here.names, here.builds, strict=True), start=1):
        case = here.cases[i - 1].deal.case_name
        title = Typed(
            f"{case}: the chain of the deal, {time.one('by year', 'by period')} of operation"
        )
        heads = "{Timeline!year#[i]}"
        sheet = frame.time_sheet(here.book, name, title, columns, heads, "0072B2", here.paper)
        frame.dated(sheet, columns, "{completion_month}", "year_ends")
        live = functools.partial(scenarios.live, case=i)
        given = functools.partial(deals_sheet.solved_cell, case=i)
        rows = case_sheet.rows(months, "Returns", f"c{i}_", live, given, time)
        end = lay(sheet, rows, frame.FIRST_ROW, columns)
        # the inputs are printed on their own sheet
        first = sheet.placed[case_sheet.FIRST_CALCULATED].row - 1
        sheet.widths[1] = 64
        sheet.print.area = (first, 0, end - 1, columns.last)
        sheet.print.pages_wide = 2 * time.a_year  # thirty years are not to be read on one
        time.narrow(sheet)
        if time.several:
            for col in range(columns.first, columns.last + 1):
                sheet.cells[frame.HEAD_ROW, col].style = "heading years"


def lay_builds(here: Laying) -> None:
    """The build sheets, by month from financial close."""
    for i, (name, months) in enumerate(zip(here.names, here.builds, strict=True)):
        case = here.cases[i].deal.case_name
        title = Typed(f"{case}: the build, by month from financial close")
        heads = "{Timeline!month#[i]}"
        columns = here.time.of_build
        sheet = frame.time_sheet(here.book, months, title, columns, heads, "56B4E9", here.paper)
        frame.dated(sheet, columns, f"{{{name}!completion_month}}", "month_ends")
        lay(sheet, build_sheet.rows(name), frame.FIRST_ROW, columns)
        sheet.print.pages_wide = 3  # five years of months are not to be read on one


def lay_deals(here: Laying) -> None:
    """The deal blocks, and what DEAL_METRICS says of each case."""
    deals_sheet.lay_deals(here.book, here.cases, scenarios.live, here.extra, here.paper)
    deals_sheet.lay_solved(here.book, len(here.cases), here.own_ranges)
    cross_checks.lay_metrics(here.book, len(here.cases), here.own_ranges)
    deals_sheet.dress(here.book, len(here.cases))


def lay_checks(here: Laying) -> None:
    """The checks on all sheets laid before."""
    checks.lay_checks(
        here.book,
        list(zip(here.names, here.builds, strict=True)),
        cross_checks.checks(here.names, here.builds, here.time),
        [sheet.name for sheet in SHEETS if sheet.with_functions],
        here.paper,
        here.time,
    )


SHEETS = (
    Planned(
        "Cover",
        "what this workbook is, its sheets, its colours",
        lambda here: cover.lay_cover(
            here.book, here.version, here.day, contents(here), here.paper, here.time
        ),
        turn=PAGE,
    ),
    Planned(
        "Summary",
        "the cases side by side, the answer in one sentence, the credit tests, every scenario,"
        " charts",
        lambda here: summary.lay_summary(here.book, here.names, here.paper, here.time),
        turn=PAGE,
    ),
    Planned(
        "Inputs",
        "every assumption, one column a case, with bounds and sources",
        lambda here: inputs.lay_inputs(here.book, here.cases, here.paper),
        turn=FIRST,
    ),
    Planned(
        "Scenarios",
        "the selector, what each scenario changes, every case under each",
        lambda here: scenarios.lay_scenarios(
            here.book, here.cases, here.own_ranges, here.settings, here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "case",
        "the case year by year: revenue, cost, tax, debt, ratios, waterfall, loss, public cost,"
        " tests",
        lay_cases,
        each=True,
    ),
    Planned(
        "build",
        "its build month by month: spending, interest, fees, draws",
        lay_builds,
        each=True,
    ),
    Planned(
        "Support",
        "each policy tool alone and combined: effect, cost, who bears the loss",
        lambda here: support.lay_support(
            here.book, here.names, here.ranges, here.settings, here.paper, here.time
        ),
        with_functions=True,
    ),
    Planned(
        "Swap",
        "two plants by two contracts: whether the contract decides, or the plant",
        lambda here: swap.lay_swap(
            here.book, here.ranges["reference"], here.ranges["studied"], here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "Frontier",
        "years of offtake against guarantee coverage, and the least-cost mix",
        lambda here: frontier.lay_frontier(
            here.book, len(here.cases), here.ranges, here.settings, here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "Recut",
        "the largest loan that each promise bears, and whether the sponsor goes ahead with it",
        lambda here: recut.lay_recut(
            here.book, len(here.cases), here.ranges["unsupported"], here.settings, here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "Cures",
        "how far each credit test is met, and what each tool alone would take to cure it",
        lambda here: cures.lay_cures(
            here.book, here.ranges["unsupported"], here.ranges["promised"], here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "Programme",
        "how many plants a subsidy budget pays for, and what they ask of it year by year",
        lambda here: programme.lay_programme(
            here.book, here.ranges["programme"], here.settings, here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "Authority",
        "what the law lets each tool do; the state-built plant and the export subsidy beside",
        lambda here: authority.lay_authority(
            here.book, here.ranges["studied"], here.names, here.settings, here.paper
        ),
        with_functions=True,
    ),
    Planned(
        "Sensitivity",
        "tornado, two-way grid, break-evens, rate shock, refinancing, termination, simulation,"
        " customer book",
        lambda here: sensitivity.lay_sensitivity(
            here.book, here.names, here.ranges["sensitive"], here.settings, here.paper, here.time
        ),
        with_functions=True,
    ),
    Planned(
        "Time",
        "build and ramp, delay, learning, lapse, surge, the worth of an announced contract",
        lambda here: time_to_revenue.lay_time(
            here.book, here.names, here.builds, here.settings, here.paper, here.time
        ),
        with_functions=True,
    ),
    Planned(
        "Memo",
        "the first page of the credit memo, linked cell by cell",
        lambda here: memo_page.lay_memo(here.book, here.names, here.settings, here.paper),
        with_functions=True,
        turn=PAGE,
    ),
    Planned(
        "Checks",
        "what ties to what, functions against native rows, and the master check",
        lay_checks,
        turn=LAST,
    ),
    Planned(
        "Functions",
        "every worksheet function, its question and its call",
        lambda here: functions.lay_functions(here.book, here.paper),
        with_functions=True,
    ),
    Planned(
        "Sources",
        "where the delivered figures come from",
        lambda here: cover.lay_sources(here.book, here.cases, here.paper),
    ),
    Planned(
        "Change log",
        "what changed, and when",
        lambda here: functions.lay_changes(here.book, here.version, here.paper),
    ),
    Planned(
        "Timeline",
        "engine room: the date of financial close, years, months, tolerances",
        lambda here: inputs.lay_timeline(here.book, here.settings, here.paper, here.time),
    ),
    Planned(
        years.NAME,
        "engine room: each case by year, of a book with several periods a year",
        lambda here: years.lay_years(here.book, here.names, here.time, here.paper),
        several=True,
    ),
    Planned(
        "Returns",
        "engine room: the IRRs in visible Newton steps, and how often each flow changes sign",
        lambda here: newton.lay_returns(here.book, here.names, here.builds, here.paper, here.time),
    ),
    Planned(
        "Deals",
        "engine room: each case as the functions take it",
        lay_deals,
        with_functions=True,
    ),
    Planned(
        "Lists",
        "engine room: the words of the choices",
        lambda here: inputs.lay_lists(here.book, here.paper),
    ),
)
RESERVED = frozenset(
    {sheet.name.lower() for sheet in SHEETS if not sheet.each} | {"history", "notes"}
)
"""Names, in small letters, that the sheet of a case may not bear (`History` is Excel's own, `Notes` an
owner's)."""


def planned(here: Laying) -> list[Planned]:
    """The sheets of this book."""
    return [sheet for sheet in SHEETS if here.time.several or not sheet.several]


def tabs(here: Laying) -> Iterator[tuple[str, Planned]]:
    """Every sheet's name with its entry, in the order of the tabs."""
    each = {"case": here.names, "build": here.builds}
    for sheet in planned(here):
        for name in each[sheet.name] if sheet.each else (sheet.name,):
            yield name, sheet


def contents(here: Laying) -> list[tuple[str, str]]:
    """What the Cover lists: every sheet but itself, with its purpose."""
    return [(name, sheet.purpose) for name, sheet in tabs(here) if name != "Cover"]


def lay_all(here: Laying) -> Book:
    """Every sheet of the plan, in its turn; the tabs stand in the order of the list."""
    for sheet in sorted(planned(here), key=lambda one: one.turn):
        sheet.lay(here)
    here.book.sheets = {name: here.book[name] for name, _ in tabs(here)}
    return here.book
