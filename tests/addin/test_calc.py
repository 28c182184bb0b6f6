"""`bankable calc` and `bankable rebind` as they are typed: results, files, refusals and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from addin import cli
from addin.commands.calc import value_of
from tests.doors import excel_saved


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    file = xlsxwriter.Workbook(str(path))
    sheet = file.add_worksheet("My inputs")
    file.define_name("renewal", "='My inputs'!$B$1")
    file.define_name("years_row", "='My inputs'!$A$1:$A$3")
    sheet.write("B1", 0.85)
    sheet.write_array_formula("A1:A3", "{=SURVIVAL(3,0,renewal)}", None, 0)
    sheet.write_formula("B2", "=SURVIVAL(-1)", None, 0)
    sheet.write_formula("B3", '=IF(B1>0.9,"high","low")', None, "low")
    file.close()
    return path


def run(*argv: str) -> int:
    return cli.main([str(arg) for arg in argv])


def test_reads_after_a_change(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = book.read_bytes()
    assert (
        run("calc", book, "--set", "renewal=0.95", "--get", "'My inputs'!A3", "--get", "'My inputs'!B3", "--get", "years_row") == cli.DONE
    )
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "'My inputs'!A3\t0.9025"
    assert out[1] == "'My inputs'!B3\thigh"
    assert out[2:] == ["years_row\t1", "years_row\t0.95", "years_row\t0.9025"]
    assert book.read_bytes() == before


def test_writes_a_workbook_and_does_not_overwrite(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.xlsx"
    assert run("calc", book, "--set", "My inputs!B1=95%", "-o", out) == cli.DONE
    assert "Written" in capsys.readouterr().out
    first = out.read_bytes()
    assert run("calc", book, "-o", out) == cli.FAILED
    assert "exists already" in capsys.readouterr().err
    assert out.read_bytes() == first
    assert run("calc", book, "-o", out, "--force") == cli.DONE
    assert out.read_bytes() != first
    assert not list(tmp_path.glob(".*part"))


def test_for_programs(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("calc", book, "--get", "'My inputs'!B2", "--get", "'My inputs'!A1:B1", "--json") == cli.DONE
    said = json.loads(capsys.readouterr().out)
    assert said["cells"]["'My inputs'!A1:B1"] == [[1.0, 0.85]]
    assert said["cells"]["'My inputs'!B2"][0][0]["error"] == "#NUM!"
    assert "periods is -1" in said["cells"]["'My inputs'!B2"][0][0]["sentence"]
    assert said["formulas"] == 3
    assert said["output"] is None


def test_an_error_says_why(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("calc", book, "--get", "'My inputs'!B2")
    assert capsys.readouterr().out.startswith("'My inputs'!B2\t#NUM! periods is -1")


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["--set", "renewal"], cli.BAD_USAGE, "CELL=VALUE"),
        (["--set", "years_row=3"], cli.FAILED, "names several cells"),
        (["--set", "My inputs!A2=3"], cli.FAILED, "part of the array"),
        (["--set", "My inputs!B2=3"], cli.FAILED, "holds a formula"),
        (["--get", "Nowhere!A1"], cli.FAILED, "no cell or defined name"),
    ],
)
def test_refusals_are_sentences(argv: list[str], code: int, says: str, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("calc", book, *argv) == code
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("no workbook")
    for name in (path, tmp_path / "absent.xlsx"):
        assert run("calc", name) == cli.FAILED
        assert run("rebind", name) == cli.FAILED
    err = capsys.readouterr().err
    assert "not a sound .xlsx" in err
    assert "there is no file" in err


def test_what_cannot_be_calculated_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved, out = excel_saved.write(tmp_path / "saved.xlsx"), tmp_path / "out.xlsx"
    assert run("calc", saved, "-o", out) == cli.DONE
    assert "Deal!A7 reads another workbook" in capsys.readouterr().err
    out.unlink()
    assert run("calc", saved, "--set", "pd=0.03", "-o", out) == cli.FAILED
    assert not out.exists()
    assert "nothing was written" in capsys.readouterr().err
    assert run("calc", saved, "--set", "pd=0.03", "-o", out, "--partial") == cli.DONE
    assert out.exists()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.9", 0.9),
        ("6%", 0.06),
        ("-1e3", -1000.0),
        ("true", True),
        ("", None),
        ('"12"', "12"),
        ("s-curve", "s-curve"),
        ("nan", "nan"),
        ("1_0", "1_0"),
    ],
)
def test_typed_values(typed: str, value: object) -> None:
    assert value_of(typed) == value


def test_typed_dates() -> None:
    import datetime as dt

    assert value_of("2026-03-31") == dt.datetime(2026, 3, 31)


def test_rebind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved, out = excel_saved.write(tmp_path / "saved.xlsx"), tmp_path / "plain.xlsx"
    assert run("rebind", saved) == cli.FAILED  # would overwrite
    assert run("rebind", saved, "-o", out) == cli.DONE
    said = capsys.readouterr().out
    assert "10 calls in 9 formulas now read plain." in said
    assert "removed the link to file:///C:\\Users\\saver" in said
    assert run("rebind", out, "--force", "--json", "--to", "web") == cli.DONE
    assert json.loads(capsys.readouterr().out)["calls"] == 10
    assert run("rebind", out, "--addin", "x") == cli.BAD_USAGE
