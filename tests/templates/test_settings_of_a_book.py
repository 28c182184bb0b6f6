"""What a workbook's settings make of its figures: dates counted from 1904 or written out, precision
as displayed, manual calculation, iteration. Each is calculated rightly or named.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates import audit
from bankable.templates.engine.recalculate import recalculate
from bankable.templates.refusal import Refusal
from tests.calc import libreoffice
from tests.templates import packages

# 31 March 2024 and a year later, as a file that counts from 1904 holds them
DATED = (
    '<row r="1"><c r="A1"><v>43920</v></c></row><row r="2"><c r="A2"><f>YEAR(A1)</f></c></row>'
    '<row r="3"><c r="A3"><f>DATE(2024,3,31)-A1</f></c></row>'
    '<row r="4"><c r="A4"><f>TEXT(A1,"yyyy-mm-dd")</f></c></row>'
    '<row r="5"><c r="A5"><f>EDATE(A1,12)</f></c></row>'
    '<row r="6"><c r="A6"><f>IF(A1&gt;DATE(2024,1,1),"after","before")</f></c></row>'
)
WRITTEN_OUT = (
    '<row r="1"><c r="A1" t="d"><v>2024-03-31</v></c><c r="B1"><f>YEAR(A1)</f><v>2024</v></c>'
    '<c r="C1"><f>A1+1</f><v>45383</v></c><c r="D1" t="d"><f>EDATE(A1,12)</f>'
    "<v>2025-03-31T00:00:00</v></c></row>"
)


def values(path: Path, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    done = recalculate(path, changes)
    return {where: done.values[f"S!{where}"] for where in ("A1", "A2", "A3", "A4", "A5", "A6")}


def test_dates_counted_from_1904(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = packages.write(tmp_path / "mac.xlsx", packages.parts(DATED, 'date1904="1"'))
    assert values(path) == {
        "A1": 43920,
        "A2": 2024,
        "A3": 0,
        "A4": "2024-03-31",
        "A5": 44285,
        "A6": "after",
    }
    out = tmp_path / "later.xlsx"
    assert cli.main(["calc", str(path), "--set", "S!A1=2023-12-31", "-o", str(out)]) == 0
    capsys.readouterr()
    assert values(out) == {
        "A1": 43829,
        "A2": 2023,
        "A3": 91,
        "A4": "2023-12-31",
        "A5": 44195,
        "A6": "before",
    }
    assert openpyxl.load_workbook(out).epoch.year == 1904


def test_libreoffice_finds_the_same_dates(tmp_path: Path, recalculate: Any) -> None:
    path = packages.write(tmp_path / "mac.xlsx", packages.parts(DATED, 'date1904="1"'))
    theirs = recalculate(path)["S"]
    assert {k: v for k, v in values(path).items() if k in ("A2", "A4", "A6")} == {
        "A2": theirs[1, 0],
        "A4": theirs[3, 0],
        "A6": theirs[5, 0],
    }


@pytest.mark.parametrize(("properties", "first"), [("", 45382), ('date1904="1"', 43920)])
def test_dates_that_are_written_out(properties: str, first: float, tmp_path: Path) -> None:
    path = packages.write(tmp_path / "iso.xlsx", packages.parts(WRITTEN_OUT, properties))
    done = recalculate(path)
    assert [done.values[f"S!{cell}1"] for cell in "ABCD"] == [first, 2024, first + 1, first + 365]
    assert done.held == {}
    found = audit.audit(path)
    assert found.count("error") == 0


def test_the_saved_form_of_a_date_stays_where_its_value_does(tmp_path: Path) -> None:
    from bankable.templates.engine import write_back

    path = packages.write(tmp_path / "iso.xlsx", packages.parts(WRITTEN_OUT))
    data, changed = write_back.patched(recalculate(path))
    assert changed == 0
    (tmp_path / "same.xlsx").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "same.xlsx") as package:
        assert package.read("xl/worksheets/sheet1.xml").decode() == packages.sheet(WRITTEN_OUT)


def test_a_date_that_is_none_is_named(tmp_path: Path) -> None:
    cells = WRITTEN_OUT.replace("2024-03-31", "31.3.2024")
    path = packages.write(tmp_path / "iso.xlsx", packages.parts(cells))
    with pytest.raises(Refusal, match=r"iso.xlsx, S!A1, holds '31.3.2024', which is no date"):
        recalculate(path)


def test_precision_as_displayed_is_refused_where_it_would_change_a_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packages.write(tmp_path / "book.xlsx", packages.parts(calculation='fullPrecision="0"'))
    assert cli.main(["calc", str(path), "--get", "S!B1"]) == 1
    assert "rounded as they are displayed" in capsys.readouterr().err
    assert "precision as displayed" in audit.audit(path).text()


def test_manual_calculation_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = packages.write(tmp_path / "book.xlsx", packages.parts(calculation='calcMode="manual"'))
    assert cli.main(["calc", str(path), "--set", "S!A1=5", "--get", "S!B1"]) == 0
    out = capsys.readouterr()
    assert out.out == "S!B1\t15\n"
    assert "manual calculation" in out.err
    assert cli.main(["calc", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manual_calculation"] is True
    assert "manual calculation" in audit.audit(path).text()


CIRCLE = (
    '<row r="1"><c r="A1"><v>100</v></c><c r="B1"><f>B2*0.1</f><v>10</v></c></row>'
    '<row r="2"><c r="B2"><f>A1+B1-B1</f><v>100</v></c><c r="C2"><f>A1*2</f><v>200</v></c></row>'
)


def test_a_circle_that_is_iterated_keeps_its_saved_values_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packages.write(tmp_path / "book.xlsx", packages.parts(CIRCLE, "", 'iterate="1"'))
    done = recalculate(path)
    assert sorted(done.held) == ["S!B1", "S!B2"]
    assert [done.values[f"S!{cell}"] for cell in ("B1", "B2", "C2")] == [10, 100, 200]
    assert cli.main(["calc", str(path), "--set", "S!A1=50", "--get", "S!C2"]) == 1
    assert "hangs on its own result" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["xlsx", "xlsx:Calc Office Open XML"])
def test_what_libreoffice_saves_is_read(kind: str, tmp_path: Path) -> None:
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    path = packages.write(tmp_path / "mac.xlsx", packages.parts(DATED, 'date1904="1"'))
    profile = libreoffice.make_profile(tmp_path / "profile")
    saved = libreoffice.convert(path, kind, tmp_path / "saved", profile)
    assert recalculate(saved).values["S!A4"] == "2024-03-31"
    assert audit.audit(saved).count("error") == 0
