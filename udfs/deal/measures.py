"""The headline figures of a deal by name, and variants of a deal run through the chain in blocks
that bound the memory.

MEASURES is the one list of what grids, tornado, break-evens and the frontier can show; `variants`
makes the chain's inputs from a deal and what is changed in it, `evaluate` gives the measures of all
of them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs import cells
from bankable.udfs.cells import CellError
from bankable.udfs.deal import chain
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import ALL_MET, DECISIONS, TESTS
from bankable.udfs.deal.deal import Deal

BLOCK = 512  # variants calculated at once, about 45 MB


class Measure(NamedTuple):
    """A headline figure: the chain's key, its unit, its name on paper, and whether more (+1) or
    less (-1) of it is better.
    """

    key: str
    unit: str
    words: str
    better: int = 0
    texts: tuple[str, ...] = ()


MEASURES: dict[str, Measure] = {
    "requested_debt": Measure("requested_debt", "$m", "Debt requested", 1),
    "debt": Measure("debt", "$m", "Debt used", 1),
    "gearing": Measure("gearing_used", "%", "Gearing", -1),
    "plant_cost": Measure("plant_cost", "$m", "Plant cost", -1),
    "idc": Measure("total_idc", "$m", "Interest during construction", -1),
    "total_uses": Measure(
        "total_uses", "$m", "Total uses, interest during construction included", -1
    ),
    "sponsor_equity": Measure("sponsor_equity", "$m", "Sponsor's equity", -1),
    "sponsor_extra": Measure("sponsor_extra", "$m", "Overrun and delay, paid by the sponsor", -1),
    "completion_month": Measure(
        "completion_month", "months", "Months from close to first revenue", -1
    ),
    "all_in_rate": Measure("term_rate", "% a year", "All-in rate", -1),
    "contracted_share": Measure(
        "contracted_share", "%", "Contracted share of revenue, lender's view", 1
    ),
    "contract_value": Measure("contract_value", "$m", "Value of the contract, risk counted", 1),
    "committed_margin": Measure(
        "committed_margin",
        "$m",
        "Value of the committed contract after variable cost, risk counted",
        1,
    ),
    "contract_kept": Measure(
        "contract_kept", "%", "Probability that the contract stands to the end of the loan", 1
    ),
    "min_dscr": Measure("lender_min_dscr", "x", "Minimum DSCR, lender's view", 1),
    "min_dscr_year": Measure("lender_min_year", "year", "Year of the minimum", 1),
    "avg_dscr": Measure("lender_avg_dscr", "x", "Average DSCR, lender's view", 1),
    "llcr": Measure("llcr", "x", "LLCR", 1),
    "plcr": Measure("plcr", "x", "PLCR", 1),
    "min_dscr_firm": Measure("min_dscr_firm", "x", "Minimum DSCR on firm revenue", 1),
    "min_dscr_supported": Measure(
        "min_dscr_supported", "x", "Minimum DSCR with the government's commitment", 1
    ),
    "min_dscr_expected": Measure("min_dscr_expected", "x", "Minimum DSCR on expected revenue", 1),
    "min_dscr_promised": Measure(
        "min_dscr_promised", "x", "Minimum DSCR if every renewal comes", 1
    ),
    "capacity_firm": Measure("capacity_firm", "$m", "Debt capacity on firm revenue", 1),
    "capacity_supported": Measure(
        "capacity_supported", "$m", "Debt capacity with the government's commitment", 1
    ),
    "capacity_expected": Measure("capacity_expected", "$m", "Debt capacity on expected revenue", 1),
    "capacity_promised": Measure(
        "capacity_promised", "$m", "Debt capacity if every renewal comes", 1
    ),
    "permitted_debt": Measure("permitted_debt", "$m", "Debt that all tests permit", 1),
    "headroom": Measure(
        "permitted_headroom", "$m", "Debt that all tests permit, less the debt used", 1
    ),
    "pd": Measure("pd_equivalent", "% a year", "Default probability, constant equivalent", -1),
    "lgd": Measure("lgd", "%", "Loss given default", -1),
    "expected_loss": Measure("expected_loss", "$m", "Expected loss over the loan's life", -1),
    "loss_share": Measure(
        "loss_share", "% of debt", "Expected loss over the loan's life, of the debt", -1
    ),
    "bank_loss_share": Measure(
        "bank_loss_share", "% of loan", "Expected loss borne by the bank, of its loan", -1
    ),
    "life_default": Measure("life_default", "%", "Probability of default over the loan's life", -1),
    "unpaid": Measure(
        "unpaid", "$m", "Debt service unpaid at the end of the loan, lender's view", -1
    ),
    "shortfall_probability": Measure(
        "shortfall_probability", "%", "Probability that loss of the contract takes DSCR below 1", -1
    ),
    "project_irr": Measure("irr_project", "% a year", "Project IRR, promised, without debt", 1),
    "equity_irr_promised": Measure(
        "irr_equity_promised", "% a year", "Equity IRR if every renewal comes", 1
    ),
    "equity_irr_expected": Measure(
        "irr_equity_expected", "% a year", "Equity IRR on expected cash flow", 1
    ),
    "public_cost": Measure("public_cost", "$m", "Expected public cost", -1),
    "budget_authority": Measure("budget_authority", "$m", "Budget authority needed", -1),
    "guarantee_cost": Measure("guarantee_cost", "$m", "Expected cost of the guarantee", -1),
    "loan_cost": Measure("loan_cost", "$m", "Expected cost of the government loan", -1),
    "offtake_cost": Measure("offtake_cost", "$m", "Expected cost of the public offtake", -1),
    "tariff_burden": Measure("tariff_burden", "$m", "Cost of the tariff to home buyers", -1),
    "passing_cost": Measure(
        "passing_cost", "$m", "Expected public cost where every credit test is met", -1
    ),
    "cost_per_plant": Measure("cost_per_plant", "$", "Expected public cost per $ of plant", -1),
    "private_at_risk": Measure("private_at_risk", "$m", "Private capital at risk", 1),
    "private_per_public": Measure(
        "private_per_public", "$", "Private capital at risk per $ of expected public cost", 1
    ),
    "tests_failed": Measure("tests_failed", "tests", "Credit tests failed", -1),
    "decision": Measure("decision", "text", "Decision", 1, DECISIONS),
    "binding_test": Measure(
        "binding_test", "text", "Binding test", 0, ("n/a", *(words for _, words, _, _ in TESTS))
    ),
    "first_failed": Measure(
        "first_failed",
        "text",
        "First credit test failed",
        0,
        (ALL_MET, *(words for _, words, _, _ in TESTS)),
    ),
}
_BY_WORDS = {entry.words.lower(): name for name, entry in MEASURES.items()}


def measure_name(text: str) -> str:
    """The measure that a cell names, by its short name or its name on paper; refuses others with
    near names.
    """
    word = text.strip().lower()
    if word in MEASURES:
        return word
    if word in _BY_WORDS:
        return _BY_WORDS[word]
    near = difflib.get_close_matches(word, [*MEASURES, *_BY_WORDS], n=1)
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
    if column.dtype.kind in "fiu" and param.kind not in ("choice", "switch"):
        column = column.astype(float).reshape(-1)
        within = (
            (column >= param.low)
            & (column <= param.high)
            & ~(param.open_low & (column == param.low))
        )
        if param.kind == "count":
            within &= column == np.round(column)
        if within.all():
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
        setattr(
            x,
            key,
            (
                changed[key].reshape(-1, 1)
                if key in changed
                else np.broadcast_to(column, (size, 1)).copy()
            ),
        )
    if refuse:
        for error in contradictions(deal, changed):
            if error is not None:
                raise error
    return x


def contradictions(deal: Deal, changes: Mapping[str, Any]) -> list[CellError | None]:
    """For each variant the error that its inputs contradict each other, or None."""
    changed = {key: column_of(key, values) for key, values in changes.items()}
    size = max((values.size for values in changed.values()), default=1)
    known: dict[tuple[float, ...], CellError | None] = {}
    found: list[CellError | None] = []
    names = [key for key in changed if key in _CROSS_CHECKED]
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


# Inputs that `bankable.udfs.deal.deal.check` compares with each other.
_CROSS_CHECKED = {
    *(
        "tenor",
        "operating_years",
        "grace_years",
        "build_months",
        "delay_months",
        "price_cap",
        "price_floor",
        "take_or_pay",
    ),
    *(
        "max_volume",
        "firm_years",
        "contract_years",
        "retool_months",
        "refill_months",
        "grant",
        "capex",
    ),
    *("shell_share", "power_share", "equipment_share", "tooling_share", "it_share"),
}


# The chain in blocks ---------------------------------------------------------------------------


def runs(
    x: SimpleNamespace, block: int = BLOCK, wanted: Sequence[str] | None = None
) -> Iterator[chain.Results]:
    """The chain's results for `block` variants at a time, in order: every row, or as far as the
    wanted ones need.
    """
    columns = vars(x)
    size = next(iter(columns.values())).shape[0]
    for start in range(0, size, block):
        yield chain.run(
            SimpleNamespace(
                **{key: column[start : start + block] for key, column in columns.items()}
            ),
            wanted,
        )


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
