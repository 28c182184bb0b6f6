"""Books whose years have two or four periods: every row of a case sheet is the chain's, every check holds,
what is shown by year adds up, and file, memo and another program say the same.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates.comparison import compare, plan, read_files, tie_out
from bankable.templates.comparison.sheets import scenario_list, years
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.memo import write as memo
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal import deal as deals
from tests.calc import libreoffice
from tests.random_deals import drawn
from tests.tiers import tiers

from .parity import differences
from .test_scenarios import failing, live_deals
from .without_slow import without_slow_functions


def paying(cases: list[SourcedDeal], *payments: int) -> list[SourcedDeal]:
    """The cases with so many payments a year, and a grace of the first year for the second."""
    return [
        replace(case, deal=replace(case.deal, payments_per_year=n))
        for case, n in zip(cases, payments, strict=True)
    ]


@pytest.fixture(scope="module")
def cases(shipped: list[SourcedDeal]) -> list[SourcedDeal]:
    return paying(shipped, 2, 1, 2)


@pytest.fixture(scope="module")
def book(cases: list[SourcedDeal]) -> Book:
    return compare.calculated(cases)


@pytest.fixture(scope="module")
def file(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("periods") / "half-yearly.xlsx"
    write.write(book, path)
    return path


def test_every_row_is_the_chain_s_and_every_check_holds(
    book: Book, cases: list[SourcedDeal]
) -> None:
    compared, faults = differences(book, plan.on_one_axis(cases))
    assert compared > 60_000
    assert not faults, faults[:5]
    assert book.errors() == []
    assert book["Checks"].value_of("master") == "OK"
    assert book["Timeline"].value_of("periods") == 2
    assert book["Timeline"].values_of("year")[:3] == [0.5, 1.0, 1.5]


@pytest.mark.parametrize("name", tiers(scenario_list.NAMES, ("Contract lost",)))
def test_every_row_is_the_chain_s_under_every_scenario(name: str, cases: list[SourcedDeal]) -> None:
    book = compare.calculated(cases, settings=Settings({"scenario": [name]}))
    assert book["Checks"].value_of("master") == "OK", failing(book)
    _, faults = tie_out.differences(book, compare.sheet_names(cases), live_deals(book, len(cases)))
    assert not faults, faults[:5]


def test_a_yearly_loan_in_a_half_yearly_book_pays_once_a_year(book: Book) -> None:
    name = compare.sheet_names(paying_names(book))[1]
    service = book[name].values_of("debt_service")
    tenor = int(book["Inputs"].value_of("tenor_2"))
    assert all(due == 0 for due in service[::2])
    assert all(due > 0 for due in service[1 : 2 * tenor : 2])
    assert all(due == 0 for due in service[2 * tenor :])


def paying_names(book: Book) -> list[SourcedDeal]:
    """Cases by the names that the book's Inputs show."""
    blank = compare.read_deals([])
    return [
        replace(
            case, deal=replace(case.deal, case_name=str(book["Inputs"].value_of(f"case_name_{i}")))
        )
        for i, case in enumerate(blank, start=1)
    ]


def test_what_is_shown_by_year_adds_up(book: Book, cases: list[SourcedDeal]) -> None:
    sheet = book[years.NAME]
    for i, case in enumerate(plan.on_one_axis(cases), start=1):
        r = deals.evaluate(case.deal)
        for key in years.FLOWS:
            path = r[key][0]
            found = sheet.values_of(f"{key}_{i}")
            assert len(found) == 25  # the longest life
            assert found == pytest.approx(list(path[::2] + path[1::2])[:25])
            assert sum(path[50:]) == 0
        closing = list(r.closing[0, 1::2])[:25]
        assert sheet.values_of(f"closing_{i}") == pytest.approx(closing, abs=1e-9)


def test_a_yearly_book_has_no_such_sheet(shipped_book: Book) -> None:
    assert years.NAME not in shipped_book.sheets
    assert "begun" not in shipped_book[compare.sheet_names(compare.read_deals([]))[0]].placed


def test_file_and_memo_say_the_same(file: Path, cases: list[SourcedDeal], tmp_path: Path) -> None:
    """The file is read with its payments, and ties out cell by cell before a memo is written of it."""
    found = read_files.read([str(file)])
    assert [(case.deal.payments_per_year, case.deal.periods_per_year) for case in found.cases] == [
        (2, 2),
        (1, 2),
        (2, 2),
    ]
    for number in (1, 2):
        written = tmp_path / f"memo-{number}.docx"
        memo.memo(str(file), out=str(written), case=str(number))
        assert written.stat().st_size > 10_000


def test_actual_years_stand_beside_the_base_case_s_years(
    file: Path, book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actuals = tmp_path / "actuals.csv"
    actuals.write_text("year,cfads,debt_service\n1,300,240\n2,310,240\n", encoding="utf-8")
    assert cli.main(["monitor", str(file), str(actuals), "--case", "1"]) == cli.DONE
    told = capsys.readouterr().out.splitlines()
    for year in (1, 2):
        [row] = [line.split() for line in told if line.strip().startswith(f"{year} ")]
        for place, key in ((1, "lender_cfads_1"), (4, "debt_service_1")):
            base = book[years.NAME].values_of(key)[year - 1]
            assert float(row[place].replace(",", "")) == pytest.approx(base, abs=0.05)


@pytest.mark.parametrize("periods", [1, 3, "two"])
def test_periods_typed_over_are_refused(file: Path, tmp_path: Path, periods: object) -> None:
    workbook = openpyxl.load_workbook(file)
    sheet = workbook["Timeline"]
    [row] = [cell.row for cell in sheet["B"] if str(cell.value).startswith("Periods a year")]
    sheet.cell(row, 4).value = periods
    changed = tmp_path / "changed.xlsx"
    workbook.save(changed)
    with pytest.raises(Refusal, match=r"Timeline!D\d+|another model|has no sheet|was changed"):
        memo.memo(str(changed), out=str(tmp_path / "memo.docx"), case="1")


def rows_of_random_deals(seed: int, count: int, solved: bool = True) -> None:
    rng = random.Random(f"periods {seed}")
    found: list[SourcedDeal] = []
    while len(found) < count:
        deal = drawn(rng, f"Random {len(found)}", several=True)
        if not solved:
            deal = replace(deal, size_debt=False, pricing="quoted")
        if plan.periods_asked([deal]) > 1:
            found.append(SourcedDeal(deal, {}, ""))
    book = compare.build(found)
    calculation.calculate(without_slow_functions(book))
    _, faults = differences(book, plan.on_one_axis(found))
    assert not faults, faults[:5]


def test_rows_of_random_deals_are_the_chain_s() -> None:
    rows_of_random_deals(1, 1, solved=False)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(2, 8))
def test_rows_of_many_random_deals_are_the_chain_s(seed: int) -> None:
    rows_of_random_deals(seed, 2)


@pytest.mark.exhaustive
def test_libreoffice_calculates_the_same(
    file: Path, book: Book, tmp_path: Path, office_with_functions: Callable[[Path, Path], Path]
) -> None:
    """Every number of the case sheets and of Years, and the master check."""
    theirs = libreoffice.values(office_with_functions(file, tmp_path / "saved"))
    assert theirs["Checks"][0, 7] == "OK"
    compared = 0
    for name in (*compare.sheet_names(paying_names(book)), years.NAME):
        for spot, cell in book[name].cells.items():
            seen = theirs[name].get(spot, 0)
            if isinstance(cell.value, float) and cell.formula and not isinstance(seen, dt.date):
                compared += 1
                assert seen == pytest.approx(cell.value, rel=1e-9, abs=1e-9), (name, spot)
    assert compared > 50_000


def test_a_long_build_has_its_months_on_the_sheet(
    shipped: list[SourcedDeal], shipped_book: Book, tmp_path: Path
) -> None:
    """A shipyard of seven years, two years late: the build sheets of the book are as long as its deals ask,
    and the file is read and laid again so.
    """
    found = [replace(shipped[0], deal=replace(shipped[0].deal, build_months=84, delay_months=24))]
    book = compare.calculated([*found, *shipped[1:2]])
    _, faults = differences(book, [*found, *shipped[1:2]])
    assert not faults, faults[:5]
    assert book["Checks"].value_of("master") == "OK"
    assert book["Timeline"].value_of("months") == 144
    assert shipped_book["Timeline"].value_of("months") == 60
    path = tmp_path / "shipyard.xlsx"
    write.write(book, path)
    memo.memo(str(path), out=str(tmp_path / "memo.docx"), case="1")
