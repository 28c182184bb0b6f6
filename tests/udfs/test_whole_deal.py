"""The whole-deal functions: each must equal a loop over the chain, and say by name what is wrong
with its arguments.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.udfs.cells import CellError
from bankable.udfs.deal import block, chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import measures as figures
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.deal.breakeven import BREAKEVEN
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import MEASURES
from bankable.udfs.deal.sensitivity import FRONTIER, SENS_GRID, TORNADO, grid
from bankable.udfs.deal.whole_deal import CREDIT_TESTS, DEAL_METRICS
from bankable.udfs.registry import FUNCTIONS


@cache
def example() -> Deal:
    return deals.read(block.entries("deal", EXAMPLE))


@cache
def shipped() -> tuple[Deal, ...]:
    """The three deals of the comparison, and the factory with its price in a band."""
    return (
        *(entry.deal for entry in deal_file.load_shipped()),
        deal_file.load(deal_file.shipped_path("factory_band")).deal,
    )


def value(deal: Deal, name: str) -> Any:
    return figures.shown(figures.measure(deals.evaluate(deal, [MEASURES[name].key]), name)[0])


def block_of(deal: Deal) -> list[list[Any]]:
    return [[key, getattr(deal, key)] for key in deals.KEYS]


def answer(name: str, *args: Any) -> Any:
    return FUNCTIONS[name].from_cells(args)


# The deal argument
# ---------------------------------------------------------------------------------


def test_headings_blanks_and_a_first_row_of_titles_are_passed_over() -> None:
    dressed = [["key", "value"], ["Build", None], [None, None], *EXAMPLE, ["", ""], ["grant", None]]
    assert deals.read(block.entries("deal", dressed)) == example()


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (
            [*EXAMPLE, ["prise", 2]],
            "#VALUE!",
            "prise is not an input of a deal. Did you mean price?",
        ),
        ([*EXAMPLE, [" Price ", 2]], "#VALUE!", "deal gives price twice"),
        ([*EXAMPLE, [7, 2]], "#VALUE!", "has 7 where a key belongs"),
        (
            [*EXAMPLE, ["coverage", CellError("#REF!", "")]],
            "#REF!",
            "deal, row 35, holds the error #REF!",
        ),
        ([row for row in EXAMPLE if row[0] != "tenor"], "#VALUE!", "tenor is missing"),
        ([[*row, "unit"] for row in EXAMPLE], "#VALUE!", "deal has 3 columns"),
        ([["Build", None]], "#VALUE!", "deal holds no key with a value"),
        ([*EXAMPLE, ["coverage", 60]], "#NUM!", "coverage is 60"),
    ],
)
def test_a_wrong_block_is_refused_by_name(rows: list[list[Any]], code: str, said: str) -> None:
    refused = answer("DEAL_METRICS", rows, "debt")
    assert isinstance(refused, CellError)
    assert refused.code == code
    assert said in refused.sentence


@pytest.mark.parametrize("deal", shipped(), ids=lambda deal: deal.case_name)
def test_words_numbers_and_switches_as_cells_hold_them_give_the_deal_back(deal: Deal) -> None:
    rows = [
        [key, 1.0 if value is True else 0.0 if value is False else value]
        for key, value in block_of(deal)
    ]
    assert deals.read(block.entries("deal", rows)) == deal


# Metrics and tests
# ---------------------------------------------------------------------------------


def test_every_measure_is_a_figure_of_the_chain_and_named_in_the_help() -> None:
    r = deals.evaluate(shipped())
    for name, entry in MEASURES.items():
        assert np.shape(r[entry.key]) == (4, 1), name
        assert name in FUNCTIONS["DEAL_METRICS"].doc, name
        assert entry.texts or entry.better in (-1, 1), name
    assert len({entry.words.lower() for entry in MEASURES.values()}) == len(MEASURES)


def test_metrics_come_by_short_name_or_name_on_paper() -> None:
    rows = DEAL_METRICS(shipped()[2], ["MIN_DSCR", "all-in rate", "decision"])
    assert [row[0] for row in rows] == [
        "Minimum DSCR, lender's view",
        "All-in rate of the whole debt",
        "Decision",
    ]
    assert rows[2][1] == "Meets credit tests with support"
    assert len(DEAL_METRICS(EXAMPLE)) == len(MEASURES)
    refused = answer("DEAL_METRICS", EXAMPLE, "min_dcsr")
    assert "Did you mean min_dscr?" in refused.sentence


def test_what_does_not_apply_reads_n_a() -> None:
    without_debt = answer(
        "DEAL_METRICS",
        block_of(replace(example(), gearing=0.0)),
        [["min_dscr"], ["llcr"], ["decision"]],
    )
    assert [row[1] for row in without_debt] == ["n/a", "n/a", "Does not meet credit tests"]


@pytest.mark.parametrize("deal", [*shipped(), example()], ids=lambda deal: deal.case_name)
def test_credit_tests_pass_as_their_value_meets_the_limit(deal: Deal) -> None:
    *rows, last = CREDIT_TESTS(deal)
    for (key, words, _, direction), row in zip(TESTS, rows, strict=True):
        assert row[0] == words
        assert row[2] == getattr(deal, f"limit_{key}")
        assert row[3] == (direction * (row[1] - row[2]) >= -1e-9)
    permitted = [row[4] for row in rows if row[4] != "n/a"]
    assert last[4] <= min(permitted) + 1e-6 * value(
        deal, "total_uses"
    )  # all at once, or each alone
    assert last[2] == next(row[0] for row in rows if row[4] == min(permitted))
    assert last[3] == all(row[3] for row in rows)
    assert last[5] == pytest.approx(last[4] - value(deal, "debt"))


# Variants and grids
# --------------------------------------------------------------------------------


def test_results_do_not_depend_on_the_block() -> None:
    rng = np.random.default_rng(7)
    x = figures.variants(
        shipped()[3], {"coverage": rng.uniform(0, 1, 23), "price_floor": rng.uniform(0.8, 1.0, 23)}
    )
    names = list(MEASURES)
    whole = figures.evaluate(x, names, block=23)
    for size in (1, 4, 22):
        parts = figures.evaluate(x, names, block=size)
        for name in names:
            same = (
                parts[name] == whole[name]
                if MEASURES[name].texts
                else np.isclose(parts[name], whole[name], 0, 0, equal_nan=True)
            )
            assert np.all(same), name


@pytest.mark.parametrize("name", list(MEASURES))
def test_a_measure_asked_alone_is_that_of_the_whole_chain(name: str) -> None:
    """`evaluate` runs the chain no further than the measure needs; no later line may change it."""
    x = deals.stack(shipped())
    with np.errstate(all="ignore"):
        whole = figures.measure(settle.run(x, None), name)
    alone = figures.evaluate(x, [name])[name]
    assert all(a == b or (a != a and b != b) for a, b in zip(alone, whole, strict=True)), (
        alone,
        whole,
    )


def test_the_chain_stops_where_the_wanted_rows_stand() -> None:
    r = chain.run(deals.stack(shipped()), ["min_dscr"])
    assert "min_dscr" in r
    assert "decision" not in r


def test_variants_are_refused_by_name() -> None:
    with pytest.raises(CellError, match=r"coverage is 1\.2"):
        figures.variants(example(), {"coverage": [0.1, 1.2]})
    with pytest.raises(CellError, match="tenor is 21 years but the plant runs 20"):
        figures.variants(example(), {"tenor": [10, 21]})
    with pytest.raises(CellError, match=r"tenor is 7\.5: give a whole number"):
        figures.variants(example(), {"tenor": np.array([10, 7.5])})
    with pytest.raises(ValueError, match="unequal length"):
        figures.variants(example(), {"tenor": [10, 7], "coverage": [0.5]})


def test_grid_is_a_loop_of_deals() -> None:
    deal = shipped()[1]
    prices, profiles = [0.8, 1.0], ["annuity", "equal principal", "sculpted"]
    for name in ("min_dscr_promised", "all_in_rate", "binding_test"):
        found = SENS_GRID(deal, "price", prices, "repayment", profiles, name)
        for i, j in itertools.product(range(2), range(3)):
            assert found[i][j] == value(replace(deal, price=prices[i], repayment=profiles[j]), name)


def test_grid_shows_a_contradiction_in_its_own_cell() -> None:
    found = answer("SENS_GRID", EXAMPLE, "tenor", [[10], [21]], "size_debt", [[True, 0]], "debt")
    assert all(isinstance(cell, float) for cell in found[0])
    assert [cell.code for cell in found[1]] == ["#NUM!", "#NUM!"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("tenor", [[5, 31]], "price", 2, "debt"), "#NUM!", "row_values, cell 2: tenor is 31"),
        (("tenor", [[5, None]], "price", 2, "debt"), "#VALUE!", "row_values, cell 2: it is blank"),
        (
            ("tenor", [[5]], "Tenor", [[6]], "debt"),
            "#VALUE!",
            "row_key and column_key are both tenor",
        ),
        (
            ("tenur", [[5]], "price", 2, "debt"),
            "#VALUE!",
            "row_key: tenur is not an input of a deal. Did you mean tenor?",
        ),
        (
            ("tenor", [[5, 6], [7, 8]], "price", 2, "debt"),
            "#VALUE!",
            "row_values is a block of 2 x 2 cells",
        ),
        (("tenor", [[5]], "borrower", "x", "debt"), "#VALUE!", "borrower is a text"),
        (
            (
                "coverage",
                [[i / 999] for i in range(999)],
                "grant",
                [[i / 9 for i in range(999)]],
                "debt",
            ),
            "#NUM!",
            "998,001 cells",
        ),
    ],
)
def test_a_wrong_grid_is_refused_by_name(args: tuple[Any, ...], code: str, said: str) -> None:
    refused = answer("SENS_GRID", EXAMPLE, *args)
    assert isinstance(refused, CellError)
    assert refused.code == code
    assert said in refused.sentence


def test_grid_does_not_depend_on_the_block() -> None:
    args = (
        example(),
        {"coverage": np.linspace(0, 1, 5)},
        {"public_offtake_years": np.arange(4.0)},
        "public_cost",
    )
    assert grid(*args) == grid(*args, block=3)


def test_frontier_counts_the_commitment_and_is_a_loop_of_deals() -> None:
    deal = shipped()[1]
    found = FRONTIER(deal, [0, 10], [0.0, 0.7], "min_dscr")
    for (i, years), (j, coverage) in itertools.product(enumerate((0, 10)), enumerate((0.0, 0.7))):
        supported = replace(
            deal, public_offtake_years=years, coverage=coverage, lender_view="supported"
        )
        assert found[i][j] == value(supported, "min_dscr")


@pytest.mark.parametrize("deal", shipped()[1:], ids=lambda deal: deal.case_name)
def test_the_frontier_of_tests_failed_is_monotone_in_the_offtake(deal: Deal) -> None:
    deal = replace(deal, statutory_backing="full faith and credit")
    failed = np.array(FRONTIER(deal, list(range(0, 21, 2)), [0.0, 0.4, 0.8], "tests_failed"))
    assert np.all(np.diff(failed, axis=0) <= 0)
    assert failed[0].min() > failed[-1].max()


def test_tornado_ranks_by_swing_and_changes_one_input_at_a_time() -> None:
    deal = shipped()[0]
    keys, low, high = ["price", "capex", "opex"], [1.4, 2500, 1], [1.7, 3200, 2]
    refused = answer(
        "TORNADO",
        block_of(deal),
        [[key] for key in keys],
        [[x] for x in low],
        [[x] for x in high],
        "min_dscr",
    )
    assert "keys: opex is not an input" in refused.sentence
    keys[2], low[2], high[2] = "grace_years", 0, 2
    rows = TORNADO(deal, keys, low, high, "min_dscr")
    assert sorted(row[0] for row in rows) == sorted(keys)
    for key, at_low, at_high, swing in rows:
        i = keys.index(key)
        assert at_low == value(replace(deal, **{key: low[i]}), "min_dscr")
        assert at_high == value(replace(deal, **{key: high[i]}), "min_dscr")
        assert swing == at_high - at_low
    assert [abs(row[3]) for row in rows] == sorted((abs(row[3]) for row in rows), reverse=True)


def test_tornado_of_one_input_named_twice_keeps_both_ranges() -> None:
    rows = TORNADO(example(), ["price", "price"], [2.3, 2.0], [2.5, 2.8], "min_dscr_promised")
    assert [row[1] for row in rows] == [
        value(replace(example(), price=p), "min_dscr_promised") for p in (2.0, 2.3)
    ]


def test_tornado_wants_one_value_a_key_and_a_number() -> None:
    assert (
        "low has 1 cells"
        in answer("TORNADO", EXAMPLE, [["price"], ["capex"]], [[1]], [[2], [3]], "debt").sentence
    )
    assert (
        "take tests_failed or headroom"
        in answer("TORNADO", EXAMPLE, "price", 1, 2, "decision").sentence
    )


# Break-even
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "key", "name", "target"),
    [
        (0, "price", "min_dscr", 1.3),
        (0, "capex", "avg_dscr", 1.4),
        (0, "base_rate", "all_in_rate", 0.07),
        (1, "renewal", "min_dscr_expected", 1.0),
        (2, "coverage", "bank_loss_rate", 0.002),
        (3, "price_floor", "least_room", 0.0),
        (2, "buyer_value", "public_cost", 500.0),
    ],
)
def test_breakeven_hits_its_target(which: int, key: str, name: str, target: float) -> None:
    deal = shipped()[which]
    found = BREAKEVEN(deal, key, name, target, *((0.5, 1.05) if key == "price_floor" else ()))
    assert value(replace(deal, **{key: found}), name) == pytest.approx(target, rel=1e-9, abs=1e-7)


@pytest.mark.parametrize(
    ("key", "name", "target"),
    [("public_offtake_years", "tests_failed", 1), ("tenor", "min_dscr", 1.2)],
)
def test_whole_numbers_are_rounded_to_the_safe_side(key: str, name: str, target: float) -> None:
    deal = shipped()[2]
    found = BREAKEVEN(deal, key, name, target)
    assert found == round(found)
    better = MEASURES[name].better
    tried = {step: value(replace(deal, **{key: int(found) + step}), name) for step in (-1, 0, 1)}
    assert better * (tried[0] - target) >= 0
    assert min(better * (tried[step] - target) for step in (-1, 1)) < 0


def test_a_jump_is_answered_on_its_safe_side() -> None:
    """The probability of a shortfall steps as the price of what remains passes what debt service
    needs.
    """
    deal = example()
    found = BREAKEVEN(deal, "market_price", "shortfall_probability", 0.3, 1.0, 30.0)
    assert value(replace(deal, market_price=found), "shortfall_probability") <= 0.3
    assert value(replace(deal, market_price=found * (1 - 1e-9)), "shortfall_probability") > 0.3


def test_breakeven_says_what_can_be_reached() -> None:
    deal = shipped()[2]
    never = answer("BREAKEVEN", block_of(deal), "coverage", "all_in_rate", 0.2)
    assert never.code == "#N/A"
    lowest, highest = (value(replace(deal, coverage=c), "all_in_rate") for c in (1.0, 0.0))
    assert (
        f"{min(lowest, highest):.6g} to {max(lowest, highest):.6g} with coverage from 0 to 1: 0.2"
        " is met throughout" in never.sentence
    )
    assert (
        "never met" in answer("BREAKEVEN", block_of(deal), "coverage", "all_in_rate", 0.01).sentence
    )
    assert (
        '"n/a"'
        in answer(
            "BREAKEVEN", block_of(replace(deal, gearing=0.0)), "price", "min_dscr", 1
        ).sentence
    )


def test_several_questions_in_one_call_are_each_answered_alone() -> None:
    """One without an answer says so in its own cell and leaves the others."""
    block = block_of(shipped()[2])
    keys, targets = [["utilisation"], ["coverage"], ["coverage"]], [[1.3], [0.2], [0.0]]
    measures = [["min_dscr"], ["all_in_rate"], ["permitted_headroom"]]
    column = answer("BREAKEVEN", block, keys, measures, targets)
    alone = [
        answer("BREAKEVEN", block, *(part[i][0] for part in (keys, measures, targets)))
        for i in range(3)
    ]
    assert alone[1].code == column[1][0].code == "#N/A"
    assert alone[1].sentence == column[1][0].sentence
    assert [alone[0], alone[2]] == [[column[0]], [column[2]]]
    assert (
        "key has 3 cells and target has 2"
        in answer("BREAKEVEN", block, keys, "permitted_headroom", targets[:2]).sentence
    )


def test_a_question_that_cannot_be_asked_leaves_the_others_alone() -> None:
    """An unknown key, a choice, a text measure, a bound out of the input's range: each an error in
    its own cell."""
    block = block_of(shipped()[2])
    keys = ["coverage", "repayment", "coverge", "coverage", "coverage"]
    measures = ["permitted_headroom", *["min_dscr"] * 2, "decision", "permitted_headroom"]
    highs = [1.0, 1.0, 1.0, 1.0, 2.0]
    column = [cell for (cell,) in answer("BREAKEVEN", block, keys, measures, 0, 0, highs)]
    assert [column[0]] == answer("BREAKEVEN", block, "coverage", "permitted_headroom", 0, 0, 1)[0]
    assert [cell.code for cell in column[1:]] == ["#VALUE!"] * 3 + ["#NUM!"]
    said = ("no number", "Did you mean coverage?", "take tests_failed", "coverage is 2")
    for cell, words in zip(column[1:], said, strict=True):
        assert words in cell.sentence
    (only,) = answer("BREAKEVEN", block, ["repayment", "coverge"], "min_dscr", 0)[1]
    assert only.code == "#VALUE!"


@pytest.mark.parametrize(("bound", "name"), [(0.0, "private_at_risk"), (1.0, "all_in_rate")])
def test_an_answer_at_the_bound_of_its_input_is_given(bound: float, name: str) -> None:
    """The step to the safe side never leaves the range, alone and beside other questions."""
    deal = shipped()[2]
    target = value(replace(deal, coverage=bound), name)
    block = block_of(deal)
    assert answer("BREAKEVEN", block, "coverage", name, target) == [[bound]]
    column = answer("BREAKEVEN", block, "coverage", [name, "permitted_headroom"], [target, 0.0])
    assert column == [[bound], *answer("BREAKEVEN", block, "coverage", "permitted_headroom", 0.0)]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("repayment", "min_dscr", 1), "repayment is no number"),
        (("grant", "min_dscr", 1), "grant is 0 in the deal"),
        (("price", "decision", 1), "take tests_failed or headroom"),
        (("price", "min_dscr", 1, 3, 2), "low 3 is not below high 2"),
        (("coverage", "min_dscr", 1, 0, 2), "high, cell 1: coverage is 2"),
    ],
)
def test_a_wrong_breakeven_is_refused_by_name(args: tuple[Any, ...], said: str) -> None:
    assert said in answer("BREAKEVEN", EXAMPLE, *args).sentence


# The register
# ---------------------------------------------------------------------------------


def test_every_function_of_a_whole_deal_is_in_the_register() -> None:
    for name in (
        "DEAL_METRICS",
        "CREDIT_TESTS",
        "SENS_GRID",
        "TORNADO",
        "BREAKEVEN",
        "FRONTIER",
        "LEAST_COST_SUPPORT",
        "DEAL_FAN",
    ):
        assert getattr(udfs, name)
        assert FUNCTIONS[name].params[0].name == "deal"
