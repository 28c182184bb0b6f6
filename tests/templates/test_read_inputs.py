"""A filled workbook read back: sources, placeholders, rows that were moved or deleted, every fault
at once, choices outside Inputs and the owner's notes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from bankable.addin import cli
from bankable.templates import opening
from bankable.templates.comparison import compare, placeholders, read_inputs, report, tied_out
from bankable.templates.comparison.sheets import inputs, plausible
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, address
from bankable.udfs.deal import deal as deals
from tests.calc import libreoffice
from tests.tiers import tiers

Fill = Callable[[Any], None]


@pytest.fixture(scope="module")
def new_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `bankable new` writes for two cases."""
    path = tmp_path_factory.mktemp("new") / "new.xlsx"
    compare.new(str(path), cases=2)
    return path


@pytest.fixture(scope="module")
def factory(
    shipped: list[SourcedDeal], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Book]:
    """One case whose sources are all given, in a file."""
    book = compare.calculated([shipped[1]])
    return write.write(book, tmp_path_factory.mktemp("factory") / "factory.xlsx"), book


def filled(source: Path, target: Path, fill: Fill) -> Path:
    """The workbook with what a user does to it."""
    book = openpyxl.load_workbook(source)
    fill(book)
    book.save(target)
    return target


def cell(book: Any, key: str, case: int = 1) -> Any:
    sheet, area = next(iter(book.defined_names[inputs.input_name(key)].destinations))
    return book[sheet][area.replace("$", "")][0][case - 1]


def at(book: Any, name: str) -> Any:
    sheet, area = next(iter(book.defined_names[name].destinations))
    found = book[sheet][area.replace("$", "")]
    return found[0][0] if isinstance(found, tuple) else found


def source(book: Any, key: str, case: int = 1) -> Any:
    heads = [c.column for c in book["Inputs"][4] if str(c.value).startswith('="Source: ')]
    return book["Inputs"].cell(cell(book, key).row, heads[case - 1])


def refusal(path: Path) -> str:
    with pytest.raises(Refusal) as said:
        compare.compare([str(path)], str(path.with_name("never.xlsx")))
    assert not path.with_name("never.xlsx").exists()
    return said.value.sentence


# Sources and placeholders ----------------------------------------------------------------------


def test_the_sources_that_a_user_typed_are_kept(new_book: Path, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        cell(book, "capex").value = 1234
        source(book, "capex").value = "Term sheet of 3 May"
        cell(book, "price").value = 2.2
        source(book, "tenor", 2).value = "Bank's offer"
        book["Inputs"].cell(cell(book, "gearing").row, 9).value = "Sponsor's letter"  # in short

    path = filled(new_book, tmp_path / "mine.xlsx", fill)
    first, second = compare.read_deals([str(path)])
    assert first.sources["capex"] == "Term sheet of 3 May"
    assert first.sources["price"] == "typed in mine.xlsx"
    assert first.sources["gearing"] == second.sources["gearing"] == "Sponsor's letter"
    assert first.sources["fixed_cost"] == "placeholder: replace"
    assert second.sources["tenor"] == "Bank's offer"
    assert first.sources["base_rate"].startswith("illustrative")
    again = compare.compare([str(path)], str(tmp_path / "again.xlsx"))
    assert [case.sources for case in compare.read_deals([again.figures["workbook"]])] == [
        first.sources,
        second.sources,
    ]


def test_what_was_delivered_comes_back_with_its_sources(
    shipped: list[SourcedDeal], shipped_book: Book, tmp_path: Path
) -> None:
    path = write.write(shipped_book, tmp_path / "book.xlsx")
    assert [case.sources for case in compare.read_deals([str(path)])] == [
        case.sources for case in shipped
    ]


def test_a_delivered_source_does_not_vouch_for_another_figure(
    factory: tuple[Path, Book], tmp_path: Path
) -> None:
    path = filled(
        factory[0], tmp_path / "mine.xlsx", lambda book: setattr(cell(book, "capex"), "value", 9000)
    )
    assert compare.read_deals([str(path)])[0].sources["capex"] == "typed in mine.xlsx"


def test_placeholders_are_counted_everywhere_and_no_memo_is_written_of_them(
    new_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(book: Any) -> None:
        for key in deals.KEYS:
            if str(source(book, key).value).startswith(plausible.PLACEHOLDER):
                source(book, key).value = "Term sheet"
        cell(book, "capex", 2).value = 900

    path = filled(new_book, tmp_path / "mine.xlsx", fill)
    out = tmp_path / "out.xlsx"
    assert cli.main(["compare", str(path), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Case 2: 27 inputs are still placeholders (build_months, gearing," in said
    assert "Case 1:" not in said
    again = compare.compare([str(path)], str(out), force=True)
    assert set(again.figures["placeholders"]) == {"Case 2"}
    assert len(again.figures["placeholders"]["Case 2"]) == 27
    assert "capex" not in again.figures["placeholders"]["Case 2"]
    assert again.book["Inputs"].value_of("placeholders_1") == 0
    assert again.book["Inputs"].value_of("placeholders_2") == 27
    assert again.book["Summary"].value_of("inputs_said") == "27 inputs are still placeholders"
    assert cli.main(["memo", str(out), "-o", str(tmp_path / "m.docx")]) == 1
    said = capsys.readouterr().err
    assert "case Case 2 still holds 27 placeholders, so no memo is written: Inputs!E15" in said
    assert not (tmp_path / "m.docx").exists()
    assert cli.main(["memo", str(out), "-o", str(tmp_path / "m.docx"), "--case", "1"]) == 0


def test_shipped_deals_hold_no_placeholders(shipped: list[SourcedDeal]) -> None:
    assert [placeholders.untouched(case) for case in shipped] == [[], [], []]


# Rows ------------------------------------------------------------------------------------------


def moved(book: Any, key: str, to: int) -> None:
    """A row's cells moved elsewhere, as by cut and paste; the defined name stays behind."""
    sheet, row = book["Inputs"], cell(book, key).row
    for column in range(1, 14):
        sheet.cell(to, column).value = sheet.cell(row, column).value
        sheet.cell(row, column).value = None


def swapped(book: Any, one: str, two: str, columns: range) -> None:
    sheet, a, b = book["Inputs"], cell(book, one).row, cell(book, two).row
    for column in columns:
        left, right = sheet.cell(a, column), sheet.cell(b, column)
        left.value, right.value = right.value, left.value


def test_moved_and_swapped_rows_are_read_by_their_keys(
    factory: tuple[Path, Book], shipped: list[SourcedDeal], tmp_path: Path
) -> None:
    def fill(book: Any) -> None:
        moved(book, "capex", 200)
        swapped(book, "tenor", "operating_years", range(1, 14))

    path = filled(factory[0], tmp_path / "moved.xlsx", fill)
    found = compare.read_deals([str(path)])[0]
    assert found.deal == shipped[1].deal
    assert found.sources == shipped[1].sources


def test_a_row_whose_label_moved_without_its_key_is_refused(
    factory: tuple[Path, Book], tmp_path: Path
) -> None:
    path = filled(
        factory[0],
        tmp_path / "half.xlsx",
        lambda book: swapped(book, "tenor", "operating_years", range(1, 7)),
    )
    said = refusal(path)
    assert "is labelled" in said
    assert "but bears the key tenor" in said
    assert "but bears the key operating_years" in said


def test_deleted_and_doubled_rows_are_named(factory: tuple[Path, Book], tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book["Inputs"]
        for key in ("capex", "price"):
            row = cell(book, key).row
            book.defined_names[inputs.input_name(key)].value = "Inputs!#REF!"
            for column in range(1, 14):
                sheet.cell(row, column).value = None
        sheet.cell(180, 9).value = "tenor"

    said = refusal(filled(factory[0], tmp_path / "deleted.xlsx", fill))
    assert "3 cells or rows to mend" in said
    assert "Inputs has lost the row 'Capital cost" in said
    assert "(price)" in said
    assert "both bear the key tenor" in said


def test_a_name_that_leads_to_another_sheet_is_not_followed(
    factory: tuple[Path, Book], tmp_path: Path
) -> None:
    def fill(book: Any) -> None:
        book.create_sheet("Z").sheet_state = "veryHidden"
        book["Z"]["A1"] = "Another borrower"
        book.defined_names["in_borrower"].value = "Z!$A$1"

    path = filled(factory[0], tmp_path / "led.xlsx", fill)
    assert compare.read_deals([str(path)])[0].deal.borrower != "Another borrower"
    with pytest.raises(
        Refusal, match=r"the sheet Z is none of the model's.*in_borrower leads to Z"
    ):
        tied_out.read(path)


# Every fault at once ---------------------------------------------------------------------------


def test_every_wrong_cell_is_told_at_once(new_book: Path, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        cell(book, "gearing").value = 70
        cell(book, "capex").value = dt.datetime(2024, 3, 31)
        cell(book, "price", 2).value = None
        cell(book, "build_months", 2).value = 2.5
        cell(book, "fixed_cost", 2).value = True
        at(book, "set_timeline_close").value = "soon"
        at(book, "set_scenario").value = "Downside"
        at(book, "set_support_t_coverage").value = 70
        at(book, "set_frontier_coverages").value = None

    said = refusal(filled(new_book, tmp_path / "wrong.xlsx", fill))
    lines = said.splitlines()
    assert lines[0] == "wrong.xlsx has 9 cells or rows to mend:"
    for part in (
        "(gearing) holds 70: ",
        "Inputs!D11 (capex) holds the date 2024-03-31, no number",
        "(price) is blank",
        "(build_months) holds 2.5",
        "(fixed_cost) holds TRUE, no number",
        "Timeline!D5 (Financial close, all cases) holds 'soon', not a number",
        "Scenarios!D6",
        "Support!D18",
        "Frontier!G4",
    ):
        assert sum(part in line for line in lines) == 1, (part, said)
    assert [line for line in lines[1:] if "llowed" not in line] == []


def test_one_fault_is_one_sentence(new_book: Path, tmp_path: Path) -> None:
    path = filled(
        new_book,
        tmp_path / "one.xlsx",
        lambda book: setattr(at(book, "set_scenario"), "value", "X"),
    )
    said = refusal(path)
    assert said.startswith("one.xlsx, Scenarios!D6 ")
    assert "holds 'X'" in said
    assert "'Base'" in said
    assert "\n" not in said


def test_cells_of_a_setting_that_were_deleted(new_book: Path, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.defined_names["set_scenario"].value = "Scenarios!#REF!"

    assert "set_scenario leads to Scenarios!#REF!" in refusal(
        filled(new_book, tmp_path / "gone.xlsx", fill)
    )


# What is said first, and what is carried -------------------------------------------------------


def test_the_scenario_in_force_is_said_first(
    factory: tuple[Path, Book], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = filled(
        factory[0],
        tmp_path / "delay.xlsx",
        lambda book: setattr(at(book, "set_scenario"), "value", "Delay"),
    )
    out = tmp_path / "out.xlsx"
    assert cli.main(["compare", str(path), "-o", str(out)]) == 0
    assert capsys.readouterr().out.startswith("Scenario in force: Delay (Scenarios!D6)")
    assert cli.main(["compare", str(path), "-o", str(out), "--force", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert next(iter(told)) == "scenario"
    assert told["scenario"] == "Delay"


def noted(book: Any) -> None:
    sheet, row = book["Inputs"], cell(book, "capex").row
    cell(book, "gearing", 2).comment = Comment("ask the sponsor", "Anna")
    cell(book, "tenor").comment = Comment("term sheet says 12", "Anna")
    book["Summary"]["D5"].comment = Comment("committee on 4 June", "Anna")
    sheet.cell(row, 13).value = "call Bob"
    sheet.cell(row, 14).value = 17
    sheet.cell(200, 2).value = "Read with the side letter"
    book["Summary"]["M30"] = "a stray word"
    own = book.create_sheet("Notes")
    own["A1"], own["B2"], own["A3"] = "Diary", 3, dt.datetime(2026, 5, 3)
    book.create_sheet("Backup")["A1"] = "x"


def notes_in(path: Path) -> dict[str, Any]:
    book = openpyxl.load_workbook(path)
    sheet = book["Inputs"]
    row = cell(book, "capex").row
    return {
        "gearing": cell(book, "gearing", 2).comment.text,
        "tenor": cell(book, "tenor").comment.text,
        "decision": book["Summary"]["D5"].comment.text,
        "beside": [sheet.cell(row, column).value for column in (13, 14)],
        "below": [
            c.value for (_, c) in sheet._cells.items() if c.value and "side letter" in str(c.value)
        ],
        "own": [book["Notes"][where].value for where in ("A1", "B2", "A3")],
    }


def test_an_owners_notes_survive(
    new_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = filled(new_book, tmp_path / "noted.xlsx", noted)
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    assert cli.main(["compare", str(path), "-o", str(once)]) == 0
    said = capsys.readouterr().out
    assert "Not carried into the new workbook: the sheet Backup; Summary!M30 'a stray word'" in said
    assert cli.main(["compare", str(once), "-o", str(twice)]) == 0
    assert "Not carried" not in capsys.readouterr().out
    wanted = {
        "gearing": "ask the sponsor",
        "tenor": "term sheet says 12",
        "decision": "committee on 4 June",
        "beside": ["call Bob", 17],
        "below": ["Read with the side letter"],
        "own": ["Diary", 3, dt.datetime(2026, 5, 3)],
    }
    assert notes_in(once) == wanted
    assert notes_in(twice) == wanted
    assert tied_out.read(twice).cells_tied  # notes hinder no memo


# Units that slipped ----------------------------------------------------------------------------


@pytest.mark.parametrize("factor", tiers([1000, 0.001], [1000]))
def test_a_unit_that_slipped_by_a_thousand_is_told(
    factor: float, shipped: list[SourcedDeal]
) -> None:
    keys = ("capacity", "price", "fixed_cost", "variable_cost", "market_price", "capex")
    cases = []
    for key in keys:
        held = min(getattr(shipped[1].deal, key) * factor, 1e6)
        deal = dataclasses.replace(shipped[1].deal, case_name=key, **{key: held})
        cases.append(SourcedDeal(deal, {}, ""))
    book = compare.calculated(cases)
    found = plausible.unusual(book, len(cases))
    for key in keys:
        assert any(one["case"] == key and key in one["look_at"] for one in found), key
        assert f"{key}: a unit may have slipped by a thousand" in report.text(book, cases)
    assert "look a thousandfold off" in book["Summary"].value_of("inputs_said")


def test_shipped_deals_are_plausible_and_the_cells_are_what_they_say(
    shipped: list[SourcedDeal], shipped_book: Book
) -> None:
    assert plausible.unusual(shipped_book, 3) == []
    sheet = shipped_book["Inputs"]
    for i, case in enumerate(shipped, start=1):
        d = case.deal
        revenue = d.capacity * d.price
        assert sheet.value_of(f"fit_revenue_to_capex_{i}") == pytest.approx(revenue / d.capex)
        assert sheet.value_of(f"fit_margin_{i}") == pytest.approx(
            (revenue - d.capacity * d.variable_cost - d.fixed_cost) / revenue
        )


# LibreOffice -----------------------------------------------------------------------------------


def test_a_book_of_one_case_saved_by_libreoffice_gets_its_memo(
    factory: tuple[Path, Book], tmp_path: Path, office_with_functions: Callable[[Path, Path], Path]
) -> None:
    saved = office_with_functions(factory[0], tmp_path / "saved")
    out = tmp_path / "memo.docx"
    assert cli.main(["memo", str(saved), "-o", str(out)]) == 0
    assert out.stat().st_size > 10_000


@pytest.mark.exhaustive
def test_a_filled_book_saved_by_libreoffice_keeps_sources_and_notes(
    new_book: Path, tmp_path: Path
) -> None:
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")

    def fill(book: Any) -> None:
        noted(book)
        source(book, "capex").value = "Term sheet of 3 May"

    path = filled(new_book, tmp_path / "noted.xlsx", fill)
    profile = libreoffice.make_profile(tmp_path / "profile")
    saved = libreoffice.convert(path, "xlsx", tmp_path / "saved", profile)
    result = compare.compare([str(saved)], str(tmp_path / "out.xlsx"))
    assert compare.read_deals([result.figures["workbook"]])[0].sources["capex"] == (
        "Term sheet of 3 May"
    )
    kept = notes_in(tmp_path / "out.xlsx")
    assert kept["tenor"] == "term sheet says 12"
    assert kept["beside"] == ["call Bob", 17]
    assert kept["own"][0] == "Diary"


# Anything typed --------------------------------------------------------------------------------

TYPED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0x2FFF), max_size=30),
    st.sampled_from(["=1+1", "#N/A", "65%", "0,95", "1.10", "yes", " ", "Base", "annuity"]),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)),
)


@pytest.fixture(scope="module")
def in_hand(factory: tuple[Path, Book]) -> tuple[Path, tuple[Any, Any]]:
    """The workbook opened once, to be typed into many times."""
    return factory[0], opening.open_workbook(factory[0])


def types_and_reads(typed: dict[str, Any], in_hand: tuple[Path, tuple[Any, Any]]) -> None:
    """An answer, or faults that name their cells, in bounded time; the workbook is then as it
    was.
    """
    path, books = in_hand
    before = {key: [cell(book, key).value for book in books] for key in typed}
    try:
        for key, value in typed.items():
            is_formula = isinstance(value, str) and value.startswith("=")
            for book, held in zip(books, (None if is_formula else value, value), strict=True):
                cell(book, key).value = held
        start = time.perf_counter()
        said = []
        try:
            cases, said = read_inputs.attempt(path, books)
            assert bool(cases) != bool(said)
        except Refusal as error:
            said = [error.sentence.removeprefix(f"{path.name}: ")]
        known = ("Inputs!", "case ", "every case name is blank")
        assert all(one.startswith(known) for one in said), said
        assert time.perf_counter() - start < 5
    finally:
        for key, held in before.items():
            for book, value in zip(books, held, strict=True):
                cell(book, key).value = value


TYPED_IN = st.dictionaries(st.sampled_from(deals.KEYS), TYPED, min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(typed=TYPED_IN)
def test_whatever_is_typed_gives_an_answer_or_names_a_cell(
    typed: dict[str, Any], in_hand: tuple[Path, tuple[Any, Any]]
) -> None:
    types_and_reads(typed, in_hand)


@pytest.mark.exhaustive
@settings(max_examples=8_000, deadline=None)
@given(typed=TYPED_IN)
def test_a_great_deal_typed_gives_an_answer_or_names_a_cell(
    typed: dict[str, Any], in_hand: tuple[Path, tuple[Any, Any]]
) -> None:
    types_and_reads(typed, in_hand)


def test_addresses_in_this_file_are_those_of_the_keys(factory: tuple[Path, Book]) -> None:
    place = factory[1]["Inputs"].placed["capex_1"]
    assert address(place.row, place.col) == "D11"
