"""Any workbook calculated afresh, its values put into its package, and an honest word on what could
not be calculated.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.engine import write_back
from bankable.templates.engine.recalculate import recalculate
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from tests.doors import excel_saved


def book_of(path: Path, formulas: dict[str, str], saved: Any = 7) -> Path:
    """A workbook with values in B1:B3 and the formulas given, each with the same saved value."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    for where, formula in formulas.items():
        sheet.write_formula(where, formula, None, saved)
    sheet.write_column("B1", [1, 2, 3])
    book.close()
    return path


def put(done: Any, path: Path) -> Path:
    path.write_bytes(write_back.patched(done)[0])
    return path


def saved_values(path: Path) -> dict[str, Any]:
    return {
        cell.coordinate: cell.value
        for line in openpyxl.load_workbook(path, data_only=True).active.iter_rows()
        for cell in line
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write.write(
        compare.calculated(deal_file.load_shipped()),
        tmp_path_factory.mktemp("built") / "comparison.xlsx",
    )


def test_a_book_of_ours_calculates_to_the_values_that_it_holds(built: Path) -> None:
    done = recalculate(built)
    data, changed = write_back.patched(done)
    assert done.held == {}
    assert changed == 0
    assert excel_saved_parts(data) == excel_saved_parts(built.read_bytes())


def excel_saved_parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_only_values_of_cells_change(built: Path, tmp_path: Path) -> None:
    done = recalculate(built, {"Inputs!E99": 0.06})
    before, after = (
        excel_saved_parts(built.read_bytes()),
        excel_saved_parts(write_back.patched(done)[0]),
    )
    assert list(before) == list(after)
    changed = [name for name in before if before[name] != after[name]]
    assert changed
    assert all(name.startswith("xl/worksheets/sheet") for name in changed)
    from bankable.templates.engine.cell_xml import CELL, FORMULA

    for name in changed:
        old, new = before[name].decode(), after[name].decode()
        assert CELL.sub("", old) == CELL.sub("", new)  # all that is no cell
        assert [found[0] for found in FORMULA.finditer(old)] == [
            found[0] for found in FORMULA.finditer(new)
        ]


def test_the_written_book_is_what_a_fresh_calculation_gives(built: Path, tmp_path: Path) -> None:
    path = put(recalculate(built, {"Inputs!E99": 0.06}), tmp_path / "changed.xlsx")
    again = recalculate(path)
    assert again.values["Inputs!E99"] == 0.06
    assert write_back.patched(again)[1] == 0


def test_values_of_every_kind_come_back(tmp_path: Path) -> None:
    path = book_of(
        tmp_path / "kinds.xlsx",
        {
            "A1": "=B1/3",
            "A2": '=" a<b & "&B1',
            "A3": "=B1>0",
            "A4": "=B1/0",
            "A5": "=B1",
            "A6": '=""',
            "A7": "=SURVIVAL(-1)",
            "A8": "=1E300",
        },
    )
    values = saved_values(put(recalculate(path), tmp_path / "out.xlsx"))
    assert [values[f"A{i}"] for i in range(1, 9)] == [
        1 / 3,
        " a<b & 1",
        True,
        "#DIV/0!",
        1,
        None,
        "#NUM!",
        1e300,
    ]


def test_inputs_are_changed_replaced_and_added(tmp_path: Path) -> None:
    path = book_of(tmp_path / "inputs.xlsx", {"A1": "=SUM(B1:B9)", "A2": '=D5&"!"'})
    out = put(
        recalculate(
            path, {"S!B1": 10.0, "S!B7": 5.0, "S!D5": "  new <text>", "S!B2": None, "S!A3": True}
        ),
        tmp_path / "out.xlsx",
    )
    values = saved_values(out)
    assert (values["A1"], values["A2"]) == (18, "  new <text>!")
    assert (values["B1"], values["B2"], values["B7"], values["D5"], values["A3"]) == (
        10,
        None,
        5,
        "  new <text>",
        True,
    )


def test_a_formula_is_not_put_over(tmp_path: Path) -> None:
    path = book_of(tmp_path / "f.xlsx", {"A1": "=B1"})
    with pytest.raises(Refusal, match="S!A1 holds a formula"):
        recalculate(path, {"S!A1": 3.0})
    with pytest.raises(Refusal, match="no cell or defined name"):
        recalculate(path, {"nothing": 3.0})


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ('=WEBSERVICE("x")', "calls WEBSERVICE"),
        (
            '=IFERROR(WEBSERVICE("x"),0)',
            "calls WEBSERVICE",
        ),  # which the engine would pass over in silence
        ("=[1]Rates!$A$1*B1", "reads another workbook"),
        ("='C:\\x\\[rates.xlsx]A b'!$A$1*B1", "reads another workbook"),
        ("=not_defined*B1", "uses a name that is not known"),
        ("=LAMBDA(x,x+1)(B1)", "the engine does not do"),
        ("=A1+B1", "hangs on its own result"),
    ],
)
def test_what_is_beyond_the_engine_keeps_its_saved_value_and_is_named(
    formula: str, reason: str, tmp_path: Path
) -> None:
    path = book_of(tmp_path / "beyond.xlsx", {"A1": formula, "A2": "=A1*2", "A3": "=A2+B3"})
    done = recalculate(path)
    assert list(done.held) == ["S!A1"]
    assert reason in done.held["S!A1"]
    assert [done.values[f"S!A{i}"] for i in (1, 2, 3)] == [7.0, 14.0, 17.0]
    assert done.is_sound  # nothing was changed, so the saved value stands
    assert not recalculate(path, {"S!B1": 5.0}).is_sound
    values = saved_values(put(done, tmp_path / "out.xlsx"))
    assert [values[f"A{i}"] for i in (1, 2, 3)] == [7, 14, 17]


def test_a_text_that_looks_like_a_call_is_no_fault(tmp_path: Path) -> None:
    path = book_of(tmp_path / "text.xlsx", {"A1": '="WEBSERVICE([1]x!A1)"&B1'})
    assert recalculate(path).held == {}


def test_the_data_of_another_add_in_stays(tmp_path: Path) -> None:
    done = recalculate(excel_saved.write(tmp_path / "saved.xlsx"))
    assert done.values["Deal!A7"] == 1.05
    assert done.values["Deal!B7"] == 105.0
