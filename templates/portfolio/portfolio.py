"""A book of loans: a table of deals in, results for each deal and for the book out.

`run` reads the table, calculates the deals in blocks, sums the book up and writes the answer; the
parts are `read_loans`, `blocks`, `write_results` and the finance of the book in
`bankable.udfs.deal.portfolio`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bankable.templates.file_in_place import place_of
from bankable.templates.portfolio import blocks, read_loans, write_results
from bankable.templates.portfolio.groups import by_group, codes
from bankable.templates.portfolio.only_run import only_run
from bankable.templates.portfolio.programme import Programme, of_book
from bankable.templates.portfolio.progress_bar import Bar
from bankable.templates.portfolio.read_loans import Fault, LoanBook
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.write import refuse_to_overwrite
from bankable.udfs.deal.chain.decision import DECISIONS, TESTS
from bankable.udfs.deal.measures import MEASURES
from bankable.udfs.deal.portfolio import (
    BUDGET_CORRELATION,
    CONFIDENCE,
    DEFAULT_CORRELATION,
    HIGHEST_CORRELATION,
    LOSS_ROWS,
    WATCH,
    book_loss,
)

ENGINES = ("local", "dask")
# Figures shown for each deal, in this order; then the names of tests failed and the reasons to
# watch it.
SHOWN = (
    *(
        "debt",
        "total_uses",
        "gearing_used",
        "all_in_rate",
        "min_dscr",
        "avg_dscr",
        "llcr",
        "plcr",
        "contracted_share",
        "pd_equivalent",
        "lgd_average",
    ),
    *(
        "expected_loss",
        "bank_loss_rate",
        "shortfall_probability",
        "project_irr",
        "equity_irr_expected",
        "least_room",
    ),
    *(
        "public_cost",
        "budget_authority",
        "guarantee_cost",
        "loan_cost",
        "offtake_cost",
        "private_at_risk",
        "tests_failed",
        "decision",
        "tightest_test",
    ),
)
NAMES = (*SHOWN, *LOSS_ROWS, "watch")


@dataclass(frozen=True)
class Portfolio:
    """The answer: a table of deals, the book's figures, budgets and sponsors, the watch list, the
    rows set aside; with a subsidy budget the programme that it pays for.
    """

    deals: pd.DataFrame
    book: dict[str, Any]
    budgets: pd.DataFrame
    sponsors: pd.DataFrame
    watch: pd.DataFrame
    faults: list[Fault]
    passed_over: list[str]
    notes: list[str]
    programme: Programme | None = None


@dataclass(frozen=True)
class Report:
    """What the command prints, for programs and for people."""

    figures: dict[str, Any]
    text: str
    unsound: bool


def run(
    table: str,
    out: str | None = None,
    force: bool = False,
    engine: str = "local",
    scheduler: str | None = None,
    budget_correlation: float = BUDGET_CORRELATION,
    default_correlation: float = DEFAULT_CORRELATION,
    progress: blocks.Progress | None = None,
    subsidy_budget: float | None = None,
) -> Report:
    """Calculate the book in a file and write the results; goes on where an earlier run of the same
    book stopped.
    """
    source = Path(table)
    target = Path(out) if out else Path(f"{source.stem}-results.xlsx")
    if target.suffix.lower() not in write_results.WRITERS:
        raise Refusal(
            f"{target} cannot be written: the output ends in {', '.join(write_results.WRITERS)}."
        )
    if not target.parent.is_dir():
        raise Refusal(f"there is no folder {target.parent}.")
    if any(path.resolve() == source.resolve() for path in write_results.files(target)):
        raise Refusal(
            f"{target} is the table of deals itself: choose another name for the results."
        )
    for name, value in (("budget", budget_correlation), ("default", default_correlation)):
        if not 0 <= value <= HIGHEST_CORRELATION:
            raise Refusal(
                f"the {name} correlation is {value:g}; allowed is from 0 to"
                f" {HIGHEST_CORRELATION:g}."
            )
    if subsidy_budget is not None and not 0 <= subsidy_budget < np.inf:
        raise Refusal(f"the subsidy budget is {subsidy_budget:g}: give $ million, nil or more.")
    write_results.refuse_beforehand(target)
    for path in write_results.files(target):
        refuse_to_overwrite(path, force)
    loans = read_loans.read_book(source)
    with only_run(place_of(write_results.files(target)[-1]), target.name):
        for path in write_results.files(target):
            refuse_to_overwrite(path, force)
        return _calculate_and_write(
            loans,
            target,
            engine,
            scheduler,
            budget_correlation,
            default_correlation,
            progress,
            subsidy_budget,
        )


def _calculate_and_write(
    loans: LoanBook,
    target: Path,
    engine: str,
    scheduler: str | None,
    budget_correlation: float,
    default_correlation: float,
    progress: blocks.Progress | None,
    subsidy_budget: float | None,
) -> Report:
    """What `run` does once the output is its own."""
    write_results.refuse_too_many(target, loans.size)
    figures = np.empty((0, len(NAMES)))
    store = None
    if loans.size:
        store = blocks.Store(target, blocks.digest(loans.inputs, NAMES, blocks.ROWS))
        figures = blocks.run(loans.inputs, NAMES, store, engine, scheduler, progress)
    answer = sum_up(loans, figures, budget_correlation, default_correlation, subsidy_budget)
    written = write_results.WRITERS[target.suffix.lower()](answer, target)
    if store:
        store.remove()
    return Report(
        write_results.as_dict(answer, written),
        write_results.as_text(answer, written),
        not len(answer.deals),
    )


def sum_up(
    loans: LoanBook,
    figures: np.ndarray,
    budget_correlation: float,
    default_correlation: float,
    subsidy_budget: float | None = None,
) -> Portfolio:
    """The answer from the deals' figures; deals that the chain cannot finance are set aside as
    well.
    """
    column = {name: figures[:, i] for i, name in enumerate(NAMES)}
    sound = np.isfinite(column["debt"]) & (column["debt"] >= 0) & np.isfinite(column["bank_loss"])
    faults = loans.faults + [
        Fault(
            int(row),
            "gearing_used",
            "gearing and the cost of building leave no facility that pays for itself: lower the"
            " gearing or the rates.",
        )
        for row in loans.rows[~sound]
    ]
    column = {name: values[sound] for name, values in column.items()}
    names, rows = loans.names[sound], loans.rows[sound]
    groups = {name: values[sound] for name, values in loans.groups.items()}
    shown = {name: words_of(name, column[name]) for name in SHOWN}
    deals = pd.DataFrame(
        {"row": rows, "case_name": names, **groups, **shown}
        | {
            "bank_loan": column["bank_loan"],
            "bank_expected_loss": column["bank_loss"],
            "guaranteed": column["guaranteed"],
        }
        | {
            "failed": joined(column["failed_tests"], tuple(words for _, words, _, _ in TESTS)),
            "watch": joined(column["watch"], WATCH),
        }
    )
    exposure = column["bank_loan"] - column["guaranteed"]
    budget = codes(groups["budget"])
    loss = np.divide(
        column["bank_loss"],
        column["life_default"],
        out=np.zeros(len(rows)),
        where=column["life_default"] > 0,
    )
    risk = book_loss(
        loss,
        column["life_default"],
        column["own_default"],
        budget,
        budget_correlation,
        default_correlation,
    )
    programme = None
    if subsidy_budget is not None:
        inputs = {key: values[sound] for key, values in loans.inputs.items()}
        programme = of_book(
            inputs, column, budget, subsidy_budget, budget_correlation, default_correlation
        )
        deals["programme"] = np.where(programme.chosen, "in", "")
    budgets, budget_index = by_group(groups["budget"], exposure, column)
    sponsors, sponsor_index = by_group(groups["sponsor"], exposure, column)
    watched = deals[deals["watch"] != ""].sort_values(
        ["bank_expected_loss", "row"], ascending=[False, True]
    )
    book = {
        "deals": len(deals),
        "set_aside": loans.total - len(deals),
        "debt": total(column["debt"]),
        "bank_loans": total(column["bank_loan"]),
        "guaranteed": total(column["guaranteed"]),
        "bank_exposure": total(exposure),
        "expected_loss": total(column["bank_loss"]),
        "unexpected_loss": risk.unexpected,
        "unexpected_loss_if_independent": risk.unexpected_if_independent,
        "loss_at_confidence": risk.quantile,
        "loss_at_confidence_error": risk.quantile_error,
        "mean_loss_beyond": risk.beyond,
        "confidence": CONFIDENCE,
        "budget_correlation": budget_correlation,
        "default_correlation": default_correlation,
        "guarantee_expected_cost": total(column["guarantee_cost"]),
        "guarantee_authority": total(np.maximum(0, column["guarantee_cost"])),
        "public_expected_cost": total(column["public_cost"]),
        "budget_authority": total(column["budget_authority"]),
        "meeting_tests": int(np.sum(column["decision"] > 0)),
        "watched": len(watched),
        "budget_herfindahl": budget_index,
        "sponsor_herfindahl": sponsor_index,
    }
    return Portfolio(
        deals,
        book,
        budgets,
        sponsors,
        watched,
        sorted(faults, key=lambda fault: fault.row),
        loans.passed_over,
        loans.notes,
        programme,
    )


def total(values: np.ndarray) -> float:
    """A sum of money."""
    return float(np.sum(values))


def words_of(name: str, values: np.ndarray) -> np.ndarray:
    """A measure's numbers, or its texts."""
    texts = MEASURES[name].texts
    return np.array(texts, dtype=object)[values.astype(int)] if texts else values


def joined(bits: np.ndarray, words: tuple[str, ...]) -> np.ndarray:
    """The words whose bits are set, joined; every different set is worded once."""
    different, places = np.unique(bits.astype(int), return_inverse=True)
    texts = [
        "; ".join(word for i, word in enumerate(words) if one >> i & 1)
        for one in different.tolist()
    ]
    return np.array([*texts, ""], dtype=object)[places]


__all__ = ["DECISIONS", "ENGINES", "Bar", "Portfolio", "Report", "run", "sum_up"]
