"""`bankable restructure`: a filled workbook on other periods, with more cases, nothing of it lost."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates import deal_file
from bankable.templates.comparison import compare, read_inputs, restructure
from bankable.templates.comparison.sheets import inputs
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of two cases, in which a user typed a figure, its source and a note."""
    path = tmp_path_factory.mktemp("restructure") / "filled.xlsx"
    write.write(compare.calculated(deal_file.load_shipped()[:2]), path)
    book = openpyxl.load_workbook(path)
    sheet = book["Inputs"]
    rows = {cell.value: cell.row for column in sheet.iter_cols() for cell in column if cell.value}
    sheet.cell(rows["fixed_cost"], 5).value = 77.5
    sheet.cell(rows["fixed_cost"], inputs.source_column(2, 2) + 1).value = "typed by its user"
    book.create_sheet("Notes")["B2"] = "Call the county about the road."
    book.save(path)
    return path


def test_all_that_was_typed_stands_in_the_new_book(filled: Path, tmp_path: Path) -> None:
    new = tmp_path / "half_years.xlsx"
    before = filled.read_bytes()
    told = restructure.restructure(str(filled), str(new), periods=2, more_cases=1)
    assert filled.read_bytes() == before
    assert "2 periods a year (1 before), 3 cases (2 before)" in told.text
    old, found = (read_inputs.read_workbook(path) for path in (filled, new))
    assert [case.deal.case_name for case in found] == [
        *(case.deal.case_name for case in old),
        "Case 3",
    ]
    for was, now in zip(old, found, strict=False):
        assert now.deal.periods_per_year == 2
        assert now.deal == type(was.deal)(**{**vars(was.deal), "periods_per_year": 2})
    assert found[1].deal.fixed_cost == 77.5
    assert found[1].sources["fixed_cost"] == "typed by its user"
    opened = openpyxl.load_workbook(new, read_only=True)
    assert opened["Notes"]["B2"].value == "Call the county about the road."
    assert "Years" in opened.sheetnames


def test_there_and_back_no_input_differs(filled: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "there.xlsx", tmp_path / "back.xlsx"
    restructure.restructure(str(filled), str(there), periods=4)
    restructure.restructure(str(there), str(back), periods=1)
    old, found = (read_inputs.read_workbook(path) for path in (filled, back))
    assert [case.deal for case in found] == [case.deal for case in old]


def test_what_cannot_be_is_refused_and_nothing_is_written(filled: Path, tmp_path: Path) -> None:
    river = tmp_path / "river.xlsx"
    write.write(compare.calculated([deal_file.load(deal_file.shipped_path("river_bend"))]), river)
    new = tmp_path / "new.xlsx"
    for book, asked, said in (
        (river, {"periods": 1}, "pays 2 times a year"),
        (filled, {"more_cases": 5}, "1 to 6 cases; 2 are there"),
        (filled, {"more_cases": -1}, "1 to 6 cases"),
        (tmp_path / "deal.toml", {}, "is no workbook"),
    ):
        with pytest.raises(Refusal, match=said):
            restructure.restructure(str(book), str(new), **asked)  # type: ignore[arg-type]
        assert not new.exists()
    new.write_bytes(b"mine")
    with pytest.raises(Exception, match="exists"):
        restructure.restructure(str(filled), str(new), periods=2)
    assert new.read_bytes() == b"mine"


def test_the_command_says_in_json_what_it_wrote_and_in_a_sentence_what_it_did_not(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.xlsx"
    assert cli.main(["restructure", str(filled), "-o", str(new), "--json"]) == cli.DONE
    said = json.loads(capsys.readouterr().out)
    assert said["workbook"] == str(new)
    assert [case["case"] for case in said["cases"]] == ["Data centre", "Factory today"]
    assert cli.main(["restructure", str(filled), "-o", str(tmp_path / "new.toml")]) == cli.FAILED
    assert "is not .xlsx" in capsys.readouterr().err
