"""The comparison workbook: every row equals the chain, decisions differ for a banker's reasons,
files behave.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare, report
from bankable.templates.comparison.sheets import frame
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book
from bankable.udfs import FUNCTIONS
from bankable.udfs.deal import chain
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from tests.random_deals import drawn

from .parity import differences
from .without_slow import without_slow_functions


def test_every_row_of_the_shipped_cases_equals_the_chain(
    shipped_book: Book, shipped: list[SourcedDeal]
) -> None:
    compared, faults = differences(shipped_book, shipped)
    assert compared > 20_000
    assert not faults


def test_no_error_cell_and_the_master_check_is_ok(shipped_book: Book) -> None:
    assert shipped_book.formulas() > 1_000
    assert shipped_book.errors() == []
    assert shipped_book["Checks"].value_of("master") == "OK"


def test_the_comparison_calls_few_functions(shipped_book: Book) -> None:
    """Each call costs a way to Python and back: at most fifty-eight, of those formulas and blocks that
    name a function of ours.
    """
    formulas = [block.formula for sheet in shipped_book for block in sheet.blocks]
    formulas += [
        cell.formula
        for sheet in shipped_book
        for cell in sheet.cells.values()
        if cell.formula and cell.block is None
    ]
    calls = [
        name
        for formula in formulas
        for name in re.findall(r"\b([A-Z][A-Z_0-9]+)\(", formula)
        if name in FUNCTIONS
    ]
    assert {"DEAL_METRICS", "FRONTIER", "LEAST_COST_SUPPORT", "DEAL_FAN", "IDC"} <= set(calls)
    assert len(calls) <= 58


def test_decisions_differ_for_reasons_a_banker_accepts(shipped_book: Book) -> None:
    summary = shipped_book["Summary"]
    decisions = [summary.value_of(f"decision_words_{i}") for i in (1, 2, 3)]
    assert decisions == [
        "Meets credit tests",
        "Does not meet credit tests",
        "Meets credit tests with support",
    ]
    assert summary.value_of("binding_name_2") == "Minimum DSCR"
    # firm revenue carries the data centre's request and next to nothing of the factory's; support
    # mends it
    carried = [
        summary.value_of(f"capacity_supported_{i}") / summary.value_of(f"requested_debt_{i}")
        for i in (1, 2, 3)
    ]
    assert carried[0] > 1
    assert carried[1] < 0.1
    assert carried[2] > 1


def rows_equal_the_chain(rng: random.Random, functions: bool = True) -> None:
    """A book of six random deals: every row is the chain's, every check OK. Where a cell of a grid
    contradicts itself it shows #NUM!, as TORNADO and SENS_GRID say it: only that may fail.
    """
    cases = [SourcedDeal(drawn(rng, f"Random {i}"), {}, "") for i in range(6)]
    book = compare.build(cases)
    calculation.calculate(book if functions else without_slow_functions(book))
    _, faults = differences(book, cases)
    assert not faults, faults[:5]
    checks = book["Checks"]
    failed = {
        str(checks.value(row, 1))
        for row, col in checks.cells
        if col == 7 and row >= frame.FIRST_ROW and checks.value(row, 7) == "FAIL"
    }
    assert failed <= {f"No error cell on {name}" for name in ("Sensitivity", "Support", "Frontier")}


@pytest.mark.parametrize(
    ("seed", "functions"),
    [
        (11, False),
        pytest.param(12, True, marks=pytest.mark.exhaustive),
    ],
)
def test_rows_equal_the_chain_on_deals_drawn_at_random(seed: int, functions: bool) -> None:
    rows_equal_the_chain(random.Random(seed), functions)


def test_a_rate_of_return_far_below_zero_equals_the_chain(shipped: list[SourcedDeal]) -> None:
    """A plant that earns for a year and loses its contract: -78% a year, in both entries."""
    deal = dataclasses.replace(
        shipped[0].deal,
        operating_years=3,
        tenor=2,
        grace_years=0,
        price=0.93,
        market_price=0.18,
        contract_years=1,
        firm_years=0,
        gearing=0.23,
        fixed_cost=34.2,
    )
    assert -0.99 < float(deals.evaluate(deal).project_irr[0, 0]) < -0.777
    _equal_the_chain(deal)


def test_the_second_pass_of_a_rate_of_return_equals_the_chain(shipped: list[SourcedDeal]) -> None:
    """A balloon that turns the slope, and sponsor's support beside it: step by step in both
    entries.
    """
    changes = {"balloon": 0.95, "tenor": 9, "grace_years": 0, "operating_years": 10}
    turned = [
        dataclasses.replace(case.deal, **changes, gearing=0.85, price=case.deal.price * 1.3)
        for case in shipped
    ]
    assert not np.isnan(deals.evaluate(turned).equity_irr_promised).any()
    _equal_the_chain(*turned)


def test_a_rest_of_debt_service_is_none_in_both_entries(shipped: list[SourcedDeal]) -> None:
    """A rate of 3e-18, left by a shock that takes the whole rate away: interest in grace is none."""
    free = dict.fromkeys(("margin", "guaranteed_spread", "guarantee_fee", "coverage"), 0.0)
    sure = dict.fromkeys(("pd_base", "offtaker_pd", "termination"), 0.0)
    rate = {"base_rate": 0.03, "base_rate_shock": -0.03 / (1 - 0.45), "hedge_ratio": 0.45}
    deal = dataclasses.replace(shipped[0].deal, **free, **sure, **rate, grace_years=2, renewal=1.0)
    sheet = compare.calculated([SourcedDeal(deal, {}, "")])["Data centre"]
    r = deals.evaluate(deal)
    assert 0 < sheet.value_of("all_in_rate") < 1e-15
    assert sheet.values_of("serviced") == r.serviced[0, : deal.operating_years].tolist()
    assert sheet.values_of("lender_dscr")[:3] == ["n/a", "n/a", pytest.approx(r.lender_dscr[0, 2])]
    assert sheet.value_of("avg_dscr") == pytest.approx(float(r.avg_dscr[0, 0]))


def _equal_the_chain(*turned: deals.Deal) -> None:
    cases = [SourcedDeal(deal, {}, "") for deal in turned]
    _, faults = differences(compare.calculated(cases), cases)
    assert not faults


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 120))
def test_rows_equal_the_chain_on_many_deals(seed: int) -> None:
    """The native rows; what functions answer is another test's."""
    rows_equal_the_chain(random.Random(seed), functions=False)


def test_every_input_of_a_drawn_deal_is_moved_and_counts() -> None:
    """None is at its default but by a choice that fell so; and each, moved alone, moves a row. Few deals
    tell it of most inputs; the others are asked of more.
    """
    rng = random.Random(5)
    drawn_deals = [drawn(rng, f"Random {i}") for i in range(48)]
    unread = [field.name for field in deals.INPUTS if field.name not in deals.TEXT_KEYS]
    for key in ("payments_per_year", "periods_per_year"):  # tests/udfs/test_periods.py moves these
        unread.remove(key)
    for field in deals.INPUTS:
        key = field.name
        if key in unread and not deals.param_of(key).choices and field.default is not None:
            values = [getattr(deal, key) for deal in drawn_deals]
            assert deals.param_of(key).kind == "switch" or field.default not in values, key
    for sample in (drawn_deals[:6], drawn_deals[6:24], drawn_deals):
        before = deals.evaluate(sample)
        unread = [key for key in unread if not moves(sample, key, before)]
    assert unread == []


def moves(sample: list[Deal], key: str, before: chain.Results) -> bool:
    """Whether any row moves when each deal takes the next one's value of an input."""
    values = [getattr(deal, key) for deal in sample]
    moved = [
        dataclasses.replace(deal, **{key: other})
        for deal, other in zip(sample, [*values[1:], values[0]], strict=True)
    ]
    after = deals.evaluate(moved)
    return not all(np.array_equal(before[row], after[row], equal_nan=True) for row in before)


def test_the_same_deals_give_the_same_bytes(shipped_book: Book, shipped: list[SourcedDeal]) -> None:
    assert write.to_bytes(shipped_book) == write.to_bytes(compare.calculated(shipped))


def test_the_file_reads_right_before_any_program_recalculates_it(
    shipped_book: Book, tmp_path: Path
) -> None:
    path = write.write(shipped_book, tmp_path / "book.xlsx")
    values, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    uncached = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and values[sheet.title][cell.coordinate].value is None
    ]
    assert uncached == []
    assert values["Summary"]["D5"].value == "Meets credit tests"


def test_a_filled_workbook_is_read_back_as_the_deals_it_was_built_from(
    shipped: list[SourcedDeal], tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    write.write(compare.calculated(shipped), path)
    assert [case.deal for case in compare.read_deals([str(path)])] == [
        case.deal for case in shipped
    ]


def typed(path: Path, key: str, column: int, value: object) -> Path:
    """A copy of the workbook with one blue cell typed over, as a user or a script would."""
    book = openpyxl.load_workbook(path)
    sheet, cells = next(iter(book.defined_names[f"in_{key}"].destinations))
    book[sheet][cells.replace("$", "")][0][column].value = value
    out = path.with_name(f"typed_{key}.xlsx")
    book.save(out)
    return out


@pytest.fixture(scope="module")
def written(shipped_book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write.write(shipped_book, tmp_path_factory.mktemp("books") / "book.xlsx")


def test_a_change_in_the_workbook_changes_the_decision_as_compare_says(
    written: Path, shipped: list[SourcedDeal], tmp_path: Path
) -> None:
    changed = typed(written, "public_offtake_years", 2, 0)
    result = compare.compare([str(changed)], str(tmp_path / "out.xlsx"))
    assert result.figures["cases"][2]["decision_words"] == "Does not meet credit tests"
    deal = dataclasses.replace(shipped[2].deal, public_offtake_years=0)
    assert float(deals.evaluate(deal).decision[0, 0]) == 0.0


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("gearing", 70, ("Inputs!D", "gearing", "0.7")),
        ("tenor", "long", ("Inputs!D", "'long'")),
        ("tenor", 29, ("tenor is 29 years", "operating_years")),
        ("renewal", None, ("Inputs!D", "blank")),
        ("repayment", "balloon", ("Inputs!D", "annuity")),
        ("base_rate", "#N/A", ("Inputs!D", "base_rate")),
        ("build_months", 2.5, ("Inputs!D", "whole number")),
        ("capex", "=1+1", ("Inputs!D", "no saved value")),
    ],
)
def test_a_bad_input_names_cell_value_and_what_is_allowed(
    written: Path, key: str, value: object, said: tuple[str, ...]
) -> None:
    with pytest.raises(Refusal) as refusal:
        compare.read_deals([str(typed(written, key, 0, value))])
    for word in said:
        assert word in str(refusal.value)


def test_a_column_without_a_name_is_no_case(written: Path) -> None:
    assert len(compare.read_deals([str(typed(written, "case_name", 1, None))])) == 2


def test_an_existing_file_is_kept_unless_forced_and_a_second_run_finds_a_free_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.xlsx").write_text("precious")
    with pytest.raises(Refusal):
        compare.compare((), "mine.xlsx")
    assert (tmp_path / "mine.xlsx").read_text() == "precious"
    compare.compare()
    compare.compare()
    assert {path.name for path in tmp_path.iterdir()} == {
        "mine.xlsx",
        "comparison.xlsx",
        "comparison-2.xlsx",
    }


def test_figures_are_json(shipped_book: Book, shipped: list[SourcedDeal]) -> None:
    told = report.figures(shipped_book, shipped, Path("x.xlsx"))
    assert json.loads(json.dumps(told, allow_nan=False))["cases"][0]["case"] == "Data centre"


def test_new_writes_a_workbook_that_compare_reads(tmp_path: Path) -> None:
    compare.new(str(tmp_path / "deal.xlsx"), cases=2)
    assert [case.deal.case_name for case in compare.read_deals([str(tmp_path / "deal.xlsx")])] == [
        "Case 1",
        "Case 2",
    ]


def test_more_than_six_cases_are_refused(shipped: list[SourcedDeal]) -> None:
    with pytest.raises(Refusal, match="6"):
        compare.build([shipped[0]] * 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capex = {value = 1, sauce = 2}", "capex needs the form"),
        ("capex = [", "not a sound TOML"),
        ("capx = 3", "Did you mean capex"),
        ('extends = "bad.toml"', "extends itself"),
        ("capex = 3", "missing"),
    ],
)
def test_a_bad_deal_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(Refusal, match=said):
        deal_file.load(path)


def test_every_shipped_figure_has_a_source(shipped: list[SourcedDeal]) -> None:
    for case in shipped:
        unsaid = [key for key, source in case.sources.items() if source == "not stated"]
        assert unsaid == []


def test_stack_gives_each_deal_what_it_has_alone(shipped: list[SourcedDeal]) -> None:
    together = deals.evaluate([case.deal for case in shipped])
    for i, case in enumerate(shipped):
        alone = deals.evaluate(case.deal)
        for key in (
            "debt",
            "all_in_rate",
            "min_dscr",
            "equity_irr_expected",
            "public_cost",
            "permitted_debt",
        ):
            np.testing.assert_allclose(alone[key][0], together[key][i], rtol=1e-12)
