"""Two saved comparisons held against each other: planted changes are named as what moved the
decision, conventions and stale books are told apart from inputs, and what is no book is refused.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates.comparison import compare
from bankable.templates.comparison.difference import differ, moves, report, saved_book
from bankable.templates.comparison.difference.differ import Difference
from bankable.templates.comparison.sheets.inputs import input_name
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import FAILS, MEETS_WITH_SUPPORT
from bankable.udfs.deal.measures import MEASURES

ROOT = Path(__file__).resolve().parents[2]
Make = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """A book that several tests compare is read from its file once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved_book, "read", functools.cache(saved_book.read))
        yield


@pytest.fixture(scope="module")
def made(shipped: list[SourcedDeal], tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A function that writes the supported factory, with inputs changed, as a book of one case."""
    folder = tmp_path_factory.mktemp("books")
    known: dict[str, Path] = {}

    def make(name: str = "old", scenario: str = "Base", **changes: Any) -> Path:
        if name not in known:
            deal = dataclasses.replace(shipped[2].deal, **changes)
            settings = Settings({"scenario": [scenario]})
            book = compare.calculated([dataclasses.replace(shipped[2], deal=deal)], "A4", settings)
            known[name] = write.write(book, folder / f"{name}.xlsx")
        return known[name]

    return make


def between(old: Path, new: Path, *pairs: str) -> Difference:
    return differ.compare(str(old), str(new), pairs)


def said(found: Difference) -> str:
    """The text on one line, as long lines are broken."""
    return " ".join(report.text(found).split())


# Inputs ----------------------------------------------------------------------------------------


def test_two_books_alike_differ_in_nothing(made: Make) -> None:
    found = between(made(), made())
    assert found.same
    assert "No input, no result and no sheet differs." in said(found)


def test_one_changed_input_is_named_with_all_that_it_moves(made: Make) -> None:
    found = between(made(), made("cheaper", price=0.85))
    [case] = found.cases
    assert case.inputs == ["price"]
    assert [standing.decision for standing in case.stood] == [MEETS_WITH_SUPPORT, FAILS]
    [step] = case.moves.steps
    for name in moves.HEADLINES:
        whole = moves.change(*case.stood, name)
        assert case.moves.effect(step, name) == pytest.approx(whole, abs=1e-9)
    text = said(found)
    assert (
        "DECISION CHANGED: Meets credit tests with support -> Does not meet credit tests." in text
    )
    assert "INPUT: Contract price, year 1 (0.9500 -> 0.8500) alone gives" in text
    assert "all of it by Contract price, year 1 (0.9500 -> 0.8500)" in text
    assert re.search(r"Minimum DSCR, lender's view 1\.\d\dx 0\.\d\dx -0\.\d\dx", text)
    assert not re.search(r"\d\.\d{5}", text)  # no figure with digits that nobody asked for


def test_two_changes_that_only_together_flip_the_decision(made: Make) -> None:
    found = between(made(), made("both", utilisation=0.95, variable_cost=0.441, tax_life=16))
    [case] = found.cases
    assert case.stood[1].decision == FAILS
    assert not any(case.moves.decides(step) for step in case.moves.steps)
    restoring = {step.keys for step in case.moves.steps if case.moves.restores(step)}
    assert restoring == {("utilisation",), ("variable_cost",)}
    text = said(found)
    assert "no change alone gives 'Does not meet credit tests', these do together" in text
    assert "all together, beyond each alone" in text


def test_two_changes_of_which_each_flips_the_decision(made: Make) -> None:
    found = between(made(), made("either", price=0.85, coverage=0.5, borrower="Another"))
    [case] = found.cases
    assert case.inputs == ["borrower", "price", "coverage"]
    assert all(case.moves.decides(step) for step in case.moves.steps)
    text = said(found)
    assert "each of these alone gives 'Does not meet credit tests'" in text
    assert "taking back one of them does not restore the decision" in text


def test_what_the_other_changes_do_without_the_one_that_flips_it(made: Make) -> None:
    three = {"price": 0.85, "utilisation": 0.95, "variable_cost": 0.441}
    assert "alone gives 'Does not meet credit tests'; so do the other changes together." in said(
        between(made(), made("three", **three))
    )
    two = {"price": 0.85, "utilisation": 0.99}
    assert "; taking it back restores the decision." in said(between(made(), made("two", **two)))


def test_the_largest_effect_comes_first(made: Make) -> None:
    old = saved_book.read(made(), cli.version()).cases[0].deal
    steps = moves.of(old, dataclasses.replace(old, base_rate=0.0426, price=0.93)).steps
    assert [step.keys for step in steps] == [("price",), ("base_rate",)]


def test_inputs_that_make_a_deal_only_together_are_one_step(made: Make) -> None:
    old = saved_book.read(made(), cli.version()).cases[0].deal
    longer = dataclasses.replace(old, operating_years=28, tenor=27, price=0.96)
    steps = moves.of(old, longer).steps
    assert {step.keys for step in steps} == {("operating_years", "tenor"), ("price",)}
    assert all(step.put_in is not None for step in steps)


def test_a_scenario_counts_as_the_inputs_that_it_changes(made: Make) -> None:
    found = between(made(), made("late", scenario="Cost overrun"))
    [case] = found.cases
    assert case.inputs == ["overrun"]
    assert not case.unlike
    text = said(found)
    assert "Cost overrun (by the scenario) 0.0% 15.0%" in text
    assert "The scenario in force differs: Base -> Cost overrun." in text


def test_a_choice_outside_inputs_is_listed_by_its_cell(made: Make, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book["Timeline"]["D5"].value = 46_500

    found = between(made(), edited(made(), tmp_path / "dated.xlsx", fill))
    assert [where for where, *_ in found.choices] == ["Timeline!D5"]
    assert "Timeline!D5 Financial close, all cases" in said(found)


# Conventions, and books that were not calculated -----------------------------------------------


def edited(source: Path, target: Path, fill: Callable[[Any], None]) -> Path:
    """The book with what somebody does to it, its saved values gone."""
    book = openpyxl.load_workbook(source)
    fill(book)
    book.save(target)
    return target


def with_another_convention(case: SourcedDeal, target: Path, key: str) -> Path:
    """A book of version 0.1 in which the line of that key is a fifth lower."""
    book = compare.build([case])
    sheet = book[compare.sheet_names([case])[0]]
    cell = sheet.cells[sheet.placed[key].row, sheet.placed[key].col]
    cell.formula = f"=({str(cell.formula)[1:]})*0.8"
    cover = book["Cover"]
    [spot] = [spot for spot, held in cover.cells.items() if held.value == saved_book.VERSION]
    cover.cells[spot[0], spot[1] + 1].value = "0.1.0"
    calculation.calculate(book)
    return write.write(book, target)


@pytest.fixture(scope="module")
def v01(shipped: list[SourcedDeal], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("v01") / "v01.xlsx"
    return with_another_convention(shipped[2], target, "min_dscr")


def test_a_convention_that_flips_the_decision_is_told_from_inputs(made: Make, v01: Path) -> None:
    found = between(v01, made())
    [case] = found.cases
    assert case.inputs == []
    assert "decision" in case.convention
    assert case.lines[0]["key"] == "min_dscr"
    text = said(found)
    assert "CONVENTION: the inputs of v01.xlsx, unchanged, give 'Meets credit tests with" in text
    assert "the book is of 0.1.0" in text
    assert "all of it by convention" in text
    assert found.stale == {"v01.xlsx": []}


def test_convention_and_input_add_up_to_the_whole(made: Make, v01: Path) -> None:
    [case] = between(v01, made("cheaper", price=0.85)).cases
    name = "min_dscr"
    parts = (
        moves.change(case.stood[0], case.moves.old_today, name),
        *(case.moves.effect(step, name) for step in case.moves.steps),
        moves.change(case.moves.new_today, case.stood[1], name),
    )
    assert sum(parts) == pytest.approx(moves.change(*case.stood, name))
    assert abs(parts[0]) > 0.1
    assert abs(parts[1]) > 0.1
    back = between(made("cheaper", price=0.85), v01)
    assert "CONVENTION: the inputs of v01.xlsx give" in said(back)
    assert "convention of 0.1.0" in said(back)


def test_a_book_that_was_not_calculated_is_told_from_a_convention(
    made: Make, tmp_path: Path
) -> None:
    source, target = made(), tmp_path / "stale.xlsx"
    cells = openpyxl.load_workbook(source).defined_names[input_name("price")].value
    cell = cells.partition("!")[2].replace("$", "").partition(":")[0]
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for part in before.namelist():
            data = before.read(part)
            if part == "xl/worksheets/sheet3.xml":
                typed = re.sub(rb'(<c r="%s"[^>]*><v>)0.95' % cell.encode(), rb"\g<1>0.85", data)
                assert typed != data
                data = typed
            after.writestr(part, data)
    found = between(source, target)
    assert found.stale["stale.xlsx"]
    text = said(found)
    assert "stale.xlsx WAS NOT CALCULATED before it was saved: Summary!" in text
    assert "its inputs give 'Does not meet credit tests'" in text
    assert "not calculated when saved" in text


def test_a_book_without_saved_results_is_read_by_its_inputs(made: Make, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet, area = next(iter(book.defined_names[input_name("price")].destinations))
        book[sheet][area.replace("$", "").partition(":")[0]].value = 0.85

    found = between(made(), edited(made(), tmp_path / "typed.xlsx", fill))
    text = said(found)
    assert "typed.xlsx holds no saved results" in text
    assert "alone gives 'Does not meet credit tests'" in text


# Other versions --------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_the_book_of_an_earlier_release_is_compared(
    shipped: list[SourcedDeal], shipped_book: Any, tmp_path: Path
) -> None:
    new = write.write(shipped_book, tmp_path / "today.xlsx")
    found = between(ROOT / "templates" / "built" / "comparison.xlsx", new)
    assert [case.new.name for case in found.cases] == [case.deal.case_name for case in shipped]
    assert re.fullmatch(r"\d+\.\d+\.\d+", found.old.version)
    for case in found.cases:
        assert {"min_dscr", "all_in_rate", "equity_irr_expected"} <= case.old.saved.figures.keys()
        assert case.old.saved.decision
        new_tests = {
            "loss_rate",
            "loss_life",
        }  # where an earlier version had one of the loan's life
        assert case.old.saved.tests.keys() | new_tests == case.new.saved.tests.keys()
        assert set(case.convention) <= MEASURES.keys()
        assert not case.unlike


def test_an_older_book_may_lack_an_input_or_hold_it_under_another_key(
    made: Make, tmp_path: Path
) -> None:
    def age(book: Any) -> None:
        sheet = book["Inputs"]
        for (_, _), cell in list(sheet._cells.items()):
            if cell.value == "delay_cost":  # a row that its version had not
                sheet.cell(cell.row, 2).value = cell.value = None
            elif cell.value == "limit_retained":
                cell.value = "retained_share"
        name = book.defined_names.pop(input_name("limit_retained"))
        name.name = "in_retained_share"
        book.defined_names["in_retained_share"] = name
        del book.defined_names[input_name("delay_cost")]
        for row in book["Cover"].iter_rows(min_col=2, max_col=3):
            if row[0].value == saved_book.VERSION:
                row[1].value = "0.0.9"

    path = edited(made(), tmp_path / "v009.xlsx", age)
    book = saved_book.read(path, cli.version())
    assert book.absent == ["delay_cost"]
    assert book.unknown == []
    assert book.cases[0].deal.limit_retained == 0.2
    assert book.cases[0].deal.delay_cost == 0.0
    text = said(between(path, made()))
    assert "v009.xlsx lacks these inputs, which are taken at their defaults: Holding cost" in text


# Cases, and what is refused --------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_and_one(
    shipped: list[SourcedDeal], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A book of two cases, and one in which one of them bears another name."""
    other = dataclasses.replace(
        shipped[2], deal=dataclasses.replace(shipped[2].deal, case_name="Factory, second draft")
    )
    books = (
        compare.calculated([shipped[0], shipped[2]]),
        compare.calculated([shipped[0], other]),
    )
    old, new = (
        write.write(book, tmp_path_factory.mktemp("pair") / f"{name}.xlsx")
        for name, book in zip(("first", "second"), books, strict=True)
    )
    return old, new


def test_a_renamed_case_is_listed_and_can_be_paired(two_and_one: tuple[Path, Path]) -> None:
    found = between(*two_and_one)
    assert [case.new.name for case in found.cases] == ["Data centre"]
    text = said(found)
    assert "Only in first.xlsx: Factory with support." in text
    assert "Only in second.xlsx: Factory, second draft." in text
    hint = "--pair 'Factory with support=Factory, second draft' compares them"
    assert f"looks like Factory with support renamed (0 of {len(deals.KEYS) - 1}" in text
    assert hint in text
    paired = between(*two_and_one, "Factory with support=Factory, second draft")
    assert len(paired.cases) == 2
    assert "Factory, second draft (was Factory with support)" in said(paired)


@pytest.mark.parametrize(
    ("pair", "wanted"),
    [
        ("Factory", "no pair: give --pair 'NAME IN OLD=NAME IN NEW'"),
        ("Factory with suport=Data centre", "first.xlsx has no case Factory with suport; it has"),
        ("Data centre=Nothing", "second.xlsx has no case Nothing"),
    ],
)
def test_a_pair_that_is_none(pair: str, wanted: str, two_and_one: tuple[Path, Path]) -> None:
    with pytest.raises(Refusal, match=re.escape(wanted)):
        between(*two_and_one, pair)


def test_books_without_a_common_case_are_refused(made: Make) -> None:
    with pytest.raises(Refusal) as error:
        between(made(), made("other", case_name="Shipyard"))
    assert "have no case of the same name: Factory with support against Shipyard" in str(
        error.value
    )
    assert "--pair 'Factory with support=Shipyard' compares them" in str(error.value)


def test_a_book_that_is_not_ours_is_refused_by_its_name(
    made: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "budget.xlsx"
    openpyxl.Workbook().save(path)
    assert cli.main(["diff", str(made()), str(path)]) == cli.FAILED
    err = capsys.readouterr().err
    assert err.startswith("bankable: budget.xlsx is not a comparison of Bankable")
    assert err.count("\n") == 1
    assert cli.main(["diff", str(made()), str(tmp_path / "gone.xlsx")]) == cli.FAILED
    assert "there is no file" in capsys.readouterr().err
    assert cli.main(["diff", str(made())]) == cli.BAD_USAGE


# For programs ----------------------------------------------------------------------------------


def test_programs_get_every_step_by_key(made: Make, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = made(), made("either", price=0.85, coverage=0.5, borrower="Another")
    before = [path.stat().st_mtime_ns for path in (old, new)]
    assert cli.main(["diff", str(old), str(new), "--json"]) == cli.DONE
    told = json.loads(capsys.readouterr().out)
    [case] = told["cases"]
    assert case["decision"] == {"old": MEETS_WITH_SUPPORT, "new": FAILS, "changed": True}
    assert {key for step in case["steps"] for key in step["inputs"]} == {"price", "coverage"}
    assert all(step["changes_the_decision_alone"] for step in case["steps"])
    assert case["results"][0].keys() == {"key", "label", "old", "new", "change"}
    assert [path.stat().st_mtime_ns for path in (old, new)] == before
    assert cli.main(["diff", str(old), str(new), "--all"]) == cli.DONE
    assert "--all shows" not in capsys.readouterr().out


def test_headlines_are_measures() -> None:
    assert set(moves.HEADLINES) <= MEASURES.keys()
