"""A book of loans in tables as people keep them: what cannot be an amount is named and its row alone
set aside, names stay as typed, and nothing in the answer is a formula.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from bankable.addin import cli
from bankable.templates import deal_file, plain_text
from bankable.templates.portfolio import portfolio
from bankable.udfs.deal import deal as deals

Run = Callable[[Path], dict[str, Any]]


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    """The three shipped deals as a table."""
    return pd.DataFrame([vars(sourced.deal) for sourced in deal_file.load_shipped()]).astype(object)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A function that runs a book and gives the figures for programs."""
    return lambda path: portfolio.run(str(path), str(tmp_path / "out.csv"), force=True).figures


def set_aside(figures: dict[str, Any]) -> dict[tuple[int, str], str]:
    return {(one["row"], one["column"]): one["sentence"] for one in figures["set_aside"]}


def test_budgets_sponsors_and_names_are_as_typed(
    shipped: pd.DataFrame, tmp_path: Path, run: Run
) -> None:
    table = shipped.assign(
        case_name=["00101", "0101", "101"],
        budget=["0097", "0970", "97"],
        sponsor=["007", "07", "7"],
    )
    table.to_csv(tmp_path / "book.csv", index=False)
    figures = run(tmp_path / "book.csv")
    assert {one["name"] for one in figures["budgets"]} == {"0097", "0970", "97"}
    assert {one["name"] for one in figures["sponsors"]} == {"007", "07", "7"}
    names = pd.read_csv(tmp_path / "out.csv", dtype=str)["case_name"].tolist()
    assert names == ["00101", "0101", "101"]


def decimal_commas(table: pd.DataFrame, path: Path) -> Path:
    """The table as a spreadsheet of a country with decimal commas saves it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow(
            [repr(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row]
        )
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def test_a_thousands_point_is_never_a_decimal_point(
    shipped: pd.DataFrame, tmp_path: Path, run: Run
) -> None:
    plain = run(decimal_commas(shipped, tmp_path / "plain.csv"))
    table = shipped.copy()
    table["capex"] = ["2866,5", "2.400", "2.400"]
    figures = run(decimal_commas(table, tmp_path / "book.csv"))
    assert set(set_aside(figures)) == {(3, "capex"), (4, "capex")}
    assert "'2.400', which may mean 2400 or 2,4" in set_aside(figures)[3, "capex"]
    table.loc[0, "capex"] = "2.866,5"  # now the file shows what its points are
    figures = run(decimal_commas(table, tmp_path / "book.csv"))
    assert not figures["set_aside"]
    assert figures["book"]["debt"] == pytest.approx(plain["book"]["debt"])
    table["capex"] = ["2.400", "2.400", "2.400"]  # decimal commas elsewhere, none in this column
    figures = run(decimal_commas(table, tmp_path / "book.csv"))
    assert not figures["set_aside"]
    assert any("in capex 2.400 is read as 2400" in note for note in figures["read"])


def test_a_word_sets_its_row_alone_aside(shipped: pd.DataFrame, tmp_path: Path, run: Run) -> None:
    table = shipped.copy()
    table.loc[0, "price"] = "tbd"
    figures = run(decimal_commas(table, tmp_path / "book.csv"))
    assert set(set_aside(figures)) == {(2, "price")}
    assert figures["book"]["deals"] == 2


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_as_excel_saves_text(
    shipped: pd.DataFrame, tmp_path: Path, run: Run, encoding: str
) -> None:
    table = shipped.assign(sponsor="Société")
    table.to_csv(tmp_path / "book.csv", index=False, encoding=encoding)
    figures = run(tmp_path / "book.csv")
    assert [one["name"] for one in figures["sponsors"]] == ["Société"]
    assert any(encoding.removeprefix("cp")[-4:] in note for note in figures["read"])


@pytest.mark.parametrize(
    ("cell", "said"),
    [("#REF!", "holds the error #REF!"), ("=0.5+0.2", "a formula without a saved value")],
)
def test_an_optional_cell_in_error_is_no_blank(
    shipped: pd.DataFrame, tmp_path: Path, run: Run, cell: str, said: str
) -> None:
    shipped.to_excel(tmp_path / "book.xlsx", index=False)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    column = list(shipped.columns).index("coverage") + 1
    book.active.cell(4, column).value = cell
    book.save(tmp_path / "book.xlsx")
    figures = run(tmp_path / "book.xlsx")
    assert set(set_aside(figures)) == {(4, "coverage")}
    assert said in set_aside(figures)[4, "coverage"]
    assert any("sheet Sheet1, heading in row 1" in note for note in figures["read"])


def test_an_amount_takes_no_percent_sign_and_a_share_does(
    shipped: pd.DataFrame, tmp_path: Path, run: Run
) -> None:
    table = shipped.copy()
    table["gearing"] = [f"{value:.0%}" for value in shipped["gearing"]]
    table.to_csv(tmp_path / "book.csv", index=False)
    plain = shipped.assign(gearing=[round(value, 2) for value in shipped["gearing"]])
    plain.to_csv(tmp_path / "plain.csv", index=False)
    assert run(tmp_path / "book.csv")["book"] == run(tmp_path / "plain.csv")["book"]
    table.loc[0, "capex"] = "65%"
    table.to_csv(tmp_path / "book.csv", index=False)
    assert set(set_aside(run(tmp_path / "book.csv"))) == {(2, "capex")}


LIVE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    " =1+1",
    "x;=1+1",
    "＝1+1",
    '=HYPERLINK("http://example.invalid")',
]


def test_no_text_in_a_csv_is_a_formula(shipped: pd.DataFrame, tmp_path: Path, run: Run) -> None:
    table = pd.concat([shipped] * 3, ignore_index=True).head(len(LIVE))
    table = table.assign(case_name=LIVE, budget=LIVE, sponsor=LIVE)
    table.to_csv(tmp_path / "book.csv", index=False)
    run(tmp_path / "book.csv")
    for separator in (",", ";", "\t"):  # whatever the reader's country takes for the separator
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter=separator):
                for cell in row:
                    is_number = cell.lstrip("-").replace(".", "").replace("e", "").isdigit()
                    assert is_number or cell.lstrip()[:1] not in tuple("=+-@\t\r＝"), cell
    portfolio.run(str(tmp_path / "book.csv"), str(tmp_path / "out.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert book["Deals"]["B2"].value == LIVE[0]


@pytest.mark.parametrize("text", ["Plain", "A-B", "3.5", "a=b", "R&D; phase 2", "", "O'Neil"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert plain_text.for_csv(text) == text


def test_a_name_obeyed_by_no_terminal(
    shipped: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = shipped.assign(case_name=["A", "A", "A"], analyst="x").rename(
        columns={"analyst": "ana\x1b]0;owned\x07lyst"}
    )
    table.loc[0, "capex"] = "\x1b[2J"
    table.to_csv(tmp_path / "book.csv", index=False)
    assert cli.main(["portfolio", str(tmp_path / "book.csv"), "-o", str(tmp_path / "o.csv")]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "Columns not used: ana" in said
    assert cli.main(["portfolio", str(tmp_path / "n\x1b[2J.csv")]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_how_the_table_was_read_is_said_at_every_door(
    shipped: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.concat([shipped, shipped.head(1)], ignore_index=True)
    table.loc[len(table), "case_name"] = "TOTAL"
    table.to_excel(tmp_path / "book.xlsx", index=False, startrow=2, sheet_name="Q3")
    out = tmp_path / "out.xlsx"
    assert cli.main(["portfolio", str(tmp_path / "book.xlsx"), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "sheet Q3, heading in row 3; 4 rows from row 4 to row 7" in said
    assert "passed over as totals: row 8" in said
    assert "case_name 'Data centre' stands in rows 4, 7" in said
    lines = [row[0].value for row in openpyxl.load_workbook(out)["Book"].iter_rows()]
    assert any("sheet Q3" in str(line) for line in lines)
    assert (
        cli.main(["portfolio", str(tmp_path / "book.xlsx"), "-o", str(out), "--json", "--force"])
        == 0
    )
    figures = json.loads(capsys.readouterr().out)
    assert len(figures["read"]) == 3
    assert figures["book"]["set_aside"] == 0


def test_every_input_has_its_kind_in_the_reader() -> None:
    from bankable.templates.portfolio.read_loans import WANTED

    assert WANTED.names >= set(deals.KEYS)
    assert {"capex", "gearing", "tenor"} <= set(WANTED.amounts)
    assert {"gearing", "coverage", "base_rate"} <= set(WANTED.shares)
    assert not {"capex", "tenor", "price"} & set(WANTED.shares)
