"""The tree under a figure, and the annual review with its list of actuals."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import docx
import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates.comparison import trace
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.memo import actuals, review
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import Book, address
from bankable.udfs.deal import deal as deals


def test_a_figure_is_traced_to_inputs_with_their_sources(small_workbook: Path) -> None:
    found = trace.trace(small_workbook, "out_lender_min_dscr")
    text = found.text()
    assert text.startswith("Summary!D")
    assert "└─ 'Factory today'!" in text
    reached = {step.label: step for step in found.inputs}
    assert "defenseone" in reached["Capital cost"].source
    assert reached["Tenor"].shown == "10"
    assert json.loads(json.dumps(found.figures()))["tree"]["precedents"]


def test_depth_shortens_the_tree_but_not_the_inputs(small_workbook: Path) -> None:
    found = trace.trace(small_workbook, "Summary!D5")
    short, whole = found.text(2), found.text()
    assert len(short.splitlines()) < len(whole.splitlines())
    assert "more (--depth 0 shows all)" in short
    assert short.partition("It rests on")[2] == whole.partition("It rests on")[2]


def test_an_input_is_its_own_end(small_workbook: Path) -> None:
    assert [step.where for step in trace.trace(small_workbook, "Inputs!D12").inputs] == [
        "Inputs!D12"
    ]


@pytest.mark.parametrize(
    "where", ["Sumary!D14", "out_lender", "Summary!", "", "Summary!D14:", "../x"]
)
def test_a_cell_that_is_not_there_is_answered_with_near_ones(
    small_workbook: Path, where: str
) -> None:
    with pytest.raises(Refusal, match="no cell or defined name"):
        trace.trace(small_workbook, where)


def test_inputs_that_the_tree_does_not_reach_do_not_move_the_figure(
    small_workbook: Path, shipped: list[SourcedDeal]
) -> None:
    """Independent of formulas: each input outside the tree is moved in the model, and the project's
    rate of return stays as it is. What rests on the debt rests on every input: the debt may be sized.
    """
    reached = {step.where for step in trace.trace(small_workbook, "out_project_irr").inputs}
    book = openpyxl.load_workbook(small_workbook)
    outside, moved, base = [], [], shipped[1].deal
    for key in deals.KEYS:
        param, now = deals.param_of(key), getattr(base, key)
        cell = book.defined_names[f"in_{key}"].attr_text.replace("$", "").partition(":")[0]
        if cell in reached or param.kind == "text":
            continue
        outside.append(key)
        if param.choices:
            moved += [dataclasses.replace(base, **{key: word}) for word in param.choices]
        elif param.kind == "switch":
            moved.append(dataclasses.replace(base, **{key: not now}))
        else:
            value = (
                min(param.high, now + 1)
                if param.kind == "count"
                else min(param.high, now * 1.1 + 0.01)
            )
            moved.append(dataclasses.replace(base, **{key: value}))
    returned = deals.evaluate([base, *moved]).project_irr[:, 0]
    assert {"buyer_value", "treasury_rate", "limit_equity", "gearing"} <= set(outside)
    assert not {"capex", "price", "tax_rate", "ramp_months"} & set(outside)
    assert all(value == returned[0] for value in returned)


def test_a_cell_within_an_array_is_traced_by_its_array(
    small_workbook: Path, small_book: Book
) -> None:
    place = small_book["Scenarios"].placed["strip_min_dscr_1"]
    assert place.columns is not None
    found = trace.trace(small_workbook, f"Scenarios!{address(place.row, place.columns.first + 3)}")
    assert str(found.root.formula).startswith("=DEAL_SCENARIOS(")
    assert any(step.label == "Capital cost" for step in found.inputs)


def test_an_empty_cell_has_nothing_to_trace(small_workbook: Path) -> None:
    with pytest.raises(Refusal, match="is empty"):
        trace.trace(small_workbook, "Summary!Z99")


# The list of actuals ---------------------------------------------------------------------------


def listed(tmp_path: Path, text: str) -> Path:
    (tmp_path / "actuals.csv").write_text(text, encoding="utf-8")
    return tmp_path / "actuals.csv"


def test_a_list_is_read_whatever_program_saved_it(tmp_path: Path) -> None:
    want = [actuals.Actual(1, 118.2, 89.0), actuals.Actual(2, 250.0, 207.9)]
    assert (
        actuals.read_list(
            listed(tmp_path, "year,cfads,debt_service\n2,250,207.9\n1,118.2,89\n\n"), 10
        )[0]
        == want
    )
    assert (
        actuals.read_list(
            listed(
                tmp_path, "\ufeffYear;CFADS;Debt service;note\r\n1;118.2;89;ok\r\n2;250;207.9;\r\n"
            ),
            10,
        )[0]
        == want
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("year,cfads\n1,2\n", "no column debt_service"),
        ("year,cfads,debt_service\n", "holds no year"),
        ("year,cfads,debt_service\n1,abc,89\n", "row 2: cfads is 'abc', not a number"),
        ('year,cfads,debt_service\n1,"1,118",89\n', "row 2: cfads is '1,118', which may mean 1118"),
        ("year;cfads;debt_service\n1;1.300;200\n", "row 2: cfads is '1.300', which may mean 1300"),
        ("year,cfads,debt_service\n1,1_300,200\n", "row 2: cfads is '1_300', not a number"),
        ("year,cfads,debt_service\n1,12%,200\n", "takes no percent sign"),
        ("year,cfads,debt_service\n1,TRUE,200\n", "a logical value"),
        ("year,cfads,debt_service\n1,2027-03-31,200\n", "a date"),
        ("year,cfads,debt_service\n1,#REF!,200\n", "the error #REF!"),
        ("year,cfads,debt_service\n1,inf,200\n", "no amount"),
        ("year,cfads,debt_service\n1,118.2,89,7\n", "4 cells under 3 headings"),
        ("just,a,text\n1,2,3\n", "is a heading with the names"),
        ("year,cfads,debt_service\n1,118,89\n1,118,89\n", "row 3: year 1 stands twice"),
        ("year,cfads,debt_service\n11,118,89\n", "1 to 10 from completion"),
        ("year,cfads,debt_service\n2027,118,89\n", "1 to 10 from completion"),
        ("year,cfads,debt_service\n1,118,-89\n", "as a positive amount"),
        ("year,cfads,debt_service\n1,,89\n", "row 2: cfads is blank"),
        ("year,cfads,debt_service\n1,nan,89\n", "not a number"),
        ("year,cfads,debt_service\n1,118\n", "debt_service is blank"),
        ("year,year,cfads,debt_service\n1,1,118,89\n", "the column year twice"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        actuals.read_list(listed(tmp_path, text), 10)
    assert said in str(refusal.value)


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "actuals.csv").write_bytes(b"\xff\xfe\x00year\x00\x00")
    with pytest.raises(Refusal, match="UTF-8"):
        actuals.read_list(tmp_path / "actuals.csv", 10)
    with pytest.raises(Refusal, match="no file"):
        actuals.read_list(tmp_path / "none.csv", 10)


@pytest.mark.parametrize(
    ("cfads", "want"),
    [
        (115.0, review.COMPLIES),
        (114.9, review.LOCKED),
        (100.0, review.LOCKED),
        (99.9, review.DEFAULTED),
        (-5.0, review.DEFAULTED),
    ],
)
def test_a_year_stands_where_its_dscr_says(cfads: float, want: str) -> None:
    assert review.state(actuals.Actual(1, cfads, 100.0), 1.0, 1.15) == want


def test_no_debt_service_is_no_breach() -> None:
    assert review.state(actuals.Actual(1, -5.0, 0.0), 1.0, 1.15) == review.COMPLIES


def test_the_review_at_the_terminal(
    small_workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actuals = listed(tmp_path, "year,cfads,debt_service\n1,118.2,89.0\n2,250,207.9\n3,205,207.9\n")
    out = tmp_path / "review.docx"
    assert cli.main(["monitor", str(small_workbook), str(actuals), "-o", str(out), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert [year["covenants"] for year in figures["years"]] == ["complies", "complies", "default"]
    assert figures["years"][0]["dscr_actual"] == pytest.approx(118.2 / 89)
    document = docx.Document(str(out))
    table = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert table[1][2] == "118.2"
    assert table[3][8] == "default"
    assert len(document.inline_shapes) == 1
    assert cli.main(["monitor", str(small_workbook), str(actuals), "-o", str(out)]) == 1
    assert "--force" in capsys.readouterr().err
