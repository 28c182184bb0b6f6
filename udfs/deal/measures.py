"""The headline figures of a deal by name, and variants of a deal run through the chain in blocks
that bound the memory.

MEASURES is the one list of what grids, tornado, break-evens and the frontier can show; `variants`
makes the chain's inputs from a deal and what is changed in it, `evaluate` gives the measures of all
of them.
"""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs import cells
from bankable.udfs.cells import CellError, Param
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.axes import on_one_axis
from bankable.udfs.deal.chain.decision import ALL_MET, DECISIONS, NO_LOAN, TESTS
from bankable.udfs.deal.chain.lines import line
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.rules import COMPARED

BLOCK = 512  # variants calculated at once, about 45 MB


class Measure(NamedTuple):
    """A headline figure: the chain's key, and whether more (+1) or less (-1) of it is better.

    `texts` are the words that its number stands for, `named` the line that says what it is where
    that is another than its own.
    """

    key: str
    better: int = 0
    texts: tuple[str, ...] = ()
    named: str = ""

    @property
    def words(self) -> str:
        """Its name on paper."""
        return line(self.named or self.key).label

    @property
    def unit(self) -> str:
        """Its unit."""
        return "text" if self.texts else line(self.key).unit


_TEST_NAMES = tuple(words for _, words, _, _ in TESTS)
_MORE_IS_BETTER = """
    requested_debt debt contracted_share contract_value committed_margin contract_kept min_dscr
    avg_dscr llcr plcr min_dscr_firm min_dscr_supported min_dscr_expected min_dscr_promised
    capacity_firm capacity_supported capacity_expected capacity_promised permitted_debt
    permitted_headroom least_room project_irr equity_irr_promised equity_irr_expected private_at_risk
    sponsor_goes_ahead bankable
    private_per_public min_dscr_year loan_benefit
"""
_ORDER = """
    requested_debt debt gearing_used tenor_used plant_cost total_idc total_uses sponsor_equity sponsor_extra
    completion_month all_in_rate contracted_share contract_value committed_margin contract_kept
    min_dscr min_dscr_year avg_dscr llcr plcr min_dscr_firm min_dscr_supported min_dscr_expected
    min_dscr_promised capacity_firm capacity_supported capacity_expected capacity_promised
    permitted_debt permitted_headroom least_room clearing_rate uncovered_by_price pd_equivalent lgd
    lgd_average expected_loss loss_share bank_loss_share bank_loss_rate
    life_default unpaid missed_year shortfall_probability project_irr equity_irr_promised equity_irr_expected
    sponsor_goes_ahead bankable
    public_cost incremental_cost incremental_yearly cost_at_market cost_at_nothing credit_cost fair_credit_cost
    promise_price budget_authority guarantee_cost loan_cost loan_benefit offtake_cost tariff_burden passing_cost
    cost_per_plant private_at_risk private_per_public tests_failed looser_limits
"""
# the headline figures by name, which is the chain's key; what they are called stands in lines.toml
MEASURES: dict[str, Measure] = {
    key: Measure(key, 1 if key in _MORE_IS_BETTER.split() else -1) for key in _ORDER.split()
} | {
    "decision": Measure("decision", 1, DECISIONS, "decision_words"),
    "binding_test": Measure("binding_test", 0, ("n/a", *_TEST_NAMES), "binding_name"),
    "tightest_test": Measure("tightest_test", 0, ("n/a", *_TEST_NAMES), "tightest_name"),
    "first_failed": Measure(
        "first_failed", 0, (ALL_MET, *_TEST_NAMES, NO_LOAN), "first_failed_name"
    ),
}
# names and words of version 0.1 that are still understood
OLD_NAMES = {
    "gearing": "gearing_used",
    "idc": "total_idc",
    "headroom": "permitted_headroom",
    "pd": "pd_equivalent",
    "plant cost": "plant_cost",
    "total uses, interest during construction included": "total_uses",
    "sponsor's equity": "sponsor_equity",
    "probability that the contract stands to the end of the loan": "contract_kept",
    "all-in rate": "all_in_rate",
    "contracted share of revenue, lender's view": "contracted_share",
    "year of the minimum": "min_dscr_year",
    "debt that all tests permit": "permitted_debt",
    "default probability, constant equivalent": "pd_equivalent",
    "project irr, promised, without debt": "project_irr",
    "binding test": "binding_test",
    "first credit test failed": "first_failed",
}


@functools.cache
def _by_words() -> dict[str, str]:
    return {entry.words.lower(): name for name, entry in MEASURES.items()}


def measure_name(text: str) -> str:
    """The measure that a cell names, by its name, by one of version 0.1, or by its name on paper;
    refuses others with near names.
    """
    word = text.strip().lower()
    if word in MEASURES:
        return word
    if word in OLD_NAMES:
        return OLD_NAMES[word]
    if word in _by_words():
        return _by_words()[word]
    near = difflib.get_close_matches(word, [*MEASURES, *_by_words()], n=1)
    hint = f"Did you mean {near[0]}?" if near else "DEAL_METRICS lists them all."
    raise cells.wrong_value(f"{text} is not a measure of a deal. {hint}")


def measure(results: Mapping[str, Any], name: str) -> np.ndarray:
    """A measure of every scenario in the chain's results, shape (S,): numbers with NaN for n/a, or
    texts.
    """
    entry = MEASURES[name]
    values = np.asarray(results[entry.key])[..., 0]
    return np.array(entry.texts, dtype=object)[values.astype(int)] if entry.texts else values


def shown(value: Any) -> Any:
    """A measure's value as a cell shows it: NaN is "n/a"."""
    if isinstance(value, str):
        return value
    return "n/a" if math.isnan(value) else float(value)


# Variants of a deal ----------------------------------------------------------------------------


def column_of(key: str, values: Any, argument: str = "") -> np.ndarray:
    """Values of one input as the chain takes them, each within the input's bounds; `argument` names
    the range in messages.
    """
    param = deals.param_of(key)
    if param.kind == "text":
        raise cells.wrong_value(f"{key} is a text that no figure depends on: name another input.")
    column = np.asarray(values)
    if column.dtype.kind in "fiu":
        column = column.astype(float).reshape(-1)
        if _fits(param, column).all():
            return column
    numbers = []
    for i, raw in enumerate(column.reshape(-1).tolist()):
        if cells.is_blank(raw):
            raise wrong_cell(argument or key, i, cells.wrong_value("it is blank: type a value."))
        if param.kind == "choice" and not isinstance(raw, str) and raw in range(len(param.choices)):
            raw = param.choices[int(raw)]
        try:
            value = param.read(raw)
        except CellError as error:
            raise (wrong_cell(argument, i, error) if argument else error) from None
        numbers.append(param.choices.index(value) if param.kind == "choice" else float(value))
    return np.array(numbers, dtype=float)


def _fits(param: Param, column: np.ndarray) -> np.ndarray:
    """Which numbers the input takes as they are: a choice by its place, a switch as 0 or 1."""
    if param.kind == "switch":
        return (column == 0) | (column == 1)
    low, high = (0, len(param.choices) - 1) if param.kind == "choice" else (param.low, param.high)
    fits = (column >= low) & (column <= high)
    if param.open_low:
        fits &= column != low
    if param.kind in ("count", "choice"):
        fits &= column == np.round(column)
    return fits


def wrong_cell(argument: str, index: int, error: CellError) -> CellError:
    """The error with the place of the cell before its sentence."""
    return CellError(error.code, f"{argument}, cell {index + 1}: {error.sentence}")


def variants(deal: Deal, changes: Mapping[str, Any], refuse: bool = True) -> SimpleNamespace:
    """The chain's inputs for the deal with `changes` (key: one value a variant) made, shape (S, 1)
    each.

    Values out of bounds are refused by name; so are variants whose inputs contradict each other,
    unless `refuse` is False and the caller asks `contradictions` for them.
    """
    changed = {key: column_of(key, values) for key, values in changes.items()}
    lengths = {values.size for values in changed.values()}
    if len(lengths) > 1:
        raise ValueError(
            f"changes of unequal length: { {key: values.size for key, values in changed.items()} }"
        )
    size = lengths.pop() if lengths else 1
    x = deals.stack([deal])
    for key, column in vars(x).items():
        of = changed[key].reshape(-1, 1) if key in changed else column.repeat(size, axis=0)
        setattr(x, key, of)
    if refuse:
        for error in contradictions(deal, changed):
            if error is not None:
                raise error
    return on_one_axis(x)


def contradictions(deal: Deal, changes: Mapping[str, Any]) -> list[CellError | None]:
    """For each variant the error that its inputs contradict each other, or None."""
    changed = {key: column_of(key, values) for key, values in changes.items()}
    size = max((values.size for values in changed.values()), default=1)
    known: dict[tuple[float, ...], CellError | None] = {}
    found: list[CellError | None] = []
    names = [key for key in changed if key in COMPARED]
    attributes = {key: getattr(deal, key) for key in deals.KEYS}
    for i in range(size):
        values = tuple(float(changed[key][i]) for key in names)
        if values not in known:
            tried = SimpleNamespace(
                **{**attributes, **dict(zip(names, map(_plain, values), strict=True))}
            )
            try:
                deals.check(tried)  # type: ignore[arg-type]
                known[values] = None
            except CellError as error:
                known[values] = error
        found.append(known[values])
    return found


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value


# The chain in blocks ---------------------------------------------------------------------------


def runs(
    x: SimpleNamespace, block: int = BLOCK, wanted: Sequence[str] | None = None
) -> Iterator[chain.Results]:
    """The chain's results for `block` variants at a time, in order: every row, or as far as the
    wanted ones need.
    """
    yield from settle.blocks(x, block, wanted)


def evaluate(x: SimpleNamespace, names: Sequence[str], block: int = BLOCK) -> dict[str, np.ndarray]:
    """The named measures of every variant, shape (S,) each; the chain holds `block` variants at a
    time, and runs as far as they need.
    """
    wanted = [MEASURES[name].key for name in names]
    parts = [[measure(results, name) for name in names] for results in runs(x, block, wanted)]
    if not parts:
        raise cells.wrong_value(
            "row_values or column_values is a range without cells: give at least one value."
        )
    return {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)}


__all__ = [
    "BLOCK",
    "MEASURES",
    "Measure",
    "column_of",
    "contradictions",
    "evaluate",
    "measure",
    "measure_name",
    "runs",
    "shown",
    "variants",
]
