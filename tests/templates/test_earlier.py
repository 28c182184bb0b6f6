"""A comparison of version 0.1, as it stands in git, after the update: it opens with what it held, and what
came later stands at its default and is named.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates import deal_file
from bankable.templates.comparison import compare, earlier, read_files
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import deal as deals

OLD = Path(__file__).resolve().parents[2] / "templates" / "built" / "comparison.xlsx"


def test_it_opens_with_its_inputs_and_names_those_that_came_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new.xlsx"
    assert cli.main(["compare", str(OLD), "-o", str(out)]) == cli.DONE
    told = " ".join(capsys.readouterr().out.split())
    assert "The workbook is of Bankable 0.1.0: 30 inputs came after it and stand at" in told
    assert "Owner's cost, Ramp reserve" in told
    assert "Master check: OK" in told
    found = read_files.read([str(OLD)])
    assert found.faults == []
    assert sorted(found.absent) == sorted(earlier.NEW_INPUTS["0.2.0"])
    laid = read_files.read([str(out)])
    assert laid.absent == []
    defaults = {field.name: field.default for field in deals.INPUTS}
    of_another = ("limit_loss_rate", "hurdle_irr", "yearly_termination")  # policy, and termination
    for old, new, shipped in zip(found.cases, laid.cases, deal_file.load_shipped(), strict=True):
        assert old.deal == new.deal
        for key in deals.KEYS:
            if key in earlier.NEW_INPUTS["0.2.0"] and key not in of_another:
                assert getattr(old.deal, key) == defaults[key], key
        assert old.deal.capex == shipped.deal.capex
        assert old.deal.limit_loss_life == 0.02  # what 0.1 called limit_loss
    assert cli.main(["memo", str(out), "-o", str(tmp_path / "memo.docx")]) == cli.DONE


def test_a_memo_of_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["memo", str(OLD), "-o", str(tmp_path / "memo.docx")]) == cli.FAILED
    assert "`bankable compare comparison.xlsx` brings it to this version" in capsys.readouterr().err


def test_a_row_that_version_0_1_had_is_told_as_lost(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(OLD)
    for row in book["Inputs"].iter_rows(min_col=1, max_col=12):
        for cell in row:
            if cell.value == "capex":
                cell.value = None
    del book.defined_names["in_capex"]
    book.save(tmp_path / "lost.xlsx")
    with pytest.raises(
        Refusal, match=r"lost.xlsx, Inputs has lost the row 'Capital cost' \(capex\)"
    ):
        compare.compare([str(tmp_path / "lost.xlsx")], str(tmp_path / "new.xlsx"))


def test_a_sheet_of_choices_that_version_0_1_had_is_told_as_gone(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(OLD)
    del book["Support"]
    book.save(tmp_path / "gone.xlsx")
    with pytest.raises(Refusal, match="the sheet Support is gone"):
        compare.compare([str(tmp_path / "gone.xlsx")], str(tmp_path / "new.xlsx"))


def test_what_came_after_a_version() -> None:
    assert earlier.came_after("0.1.0") == frozenset(earlier.NEW_INPUTS["0.2.0"])
    assert earlier.came_after("0.2.0") == frozenset()
    assert earlier.came_after("0.10.0") == frozenset()
    assert earlier.came_after(None) == frozenset()
    assert earlier.came_after("of an unknown version") == frozenset()
