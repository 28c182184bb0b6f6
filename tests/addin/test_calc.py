"""`bankable calc` and `bankable rebind` as they are typed: results, files, refusals and exit
codes.
"""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from bankable.addin import cli
from bankable.addin.commands.calc import value_of
from bankable.templates.workbook import write
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
        run(
            "calc",
            book,
            "--set",
            "renewal=0.95",
            "--get",
            "'My inputs'!A3",
            "--get",
            "'My inputs'!B3",
            "--get",
            "years_row",
        )
        == cli.DONE
    )
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "'My inputs'!A3\t0.9025"
    assert out[1] == "'My inputs'!B3\thigh"
    assert out[2:] == ["years_row\t1", "years_row\t0.95", "years_row\t0.9025"]
    assert book.read_bytes() == before


def test_writes_a_workbook_and_does_not_overwrite(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.xlsx"
    assert run("calc", book, "--set", "My inputs!B1=95%", "-o", out) == cli.DONE
    assert "Written" in capsys.readouterr().out
    first = out.read_bytes()
    assert run("calc", book, "-o", out) == cli.FAILED
    assert capsys.readouterr().err.endswith(
        "exists already: choose another name, or allow it to be overwritten with --force.\n"
    )
    assert out.read_bytes() == first
    assert run("calc", book, "-o", out, "--force") == cli.DONE
    assert out.read_bytes() != first
    assert not list(tmp_path.glob(".*part"))


def test_for_programs(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("calc", book, "--get", "'My inputs'!B2", "--get", "'My inputs'!A1:B1", "--json")
        == cli.DONE
    )
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
        (["--get", "Nowhere!A1"], cli.FAILED, "no sheet 'Nowhere'; it has My inputs"),
        (["--get", "nowhere"], cli.FAILED, "no cell or defined name"),
        (["--get", "B2"], cli.FAILED, "as in My inputs!B2"),
        (["--set", "renewal=0,85"], cli.BAD_USAGE, "no number and no date: write 1.5"),
        (["--set", "renewal=$5"], cli.BAD_USAGE, "no number and no date"),
        (["--set", "renewal=31/03/2026"], cli.BAD_USAGE, "2026-03-31"),
        (["-o", "out.csv"], cli.FAILED, "name it out.xlsx"),
        (["-o", "."], cli.FAILED, "is a folder: name the file"),
        (
            ["-o", "no such folder/out.xlsx"],
            cli.FAILED,
            "there is no folder no such folder: make it first",
        ),
    ],
)
def test_refusals_are_sentences(
    argv: list[str], code: int, says: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("calc", book, *argv) == code
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_a_text_of_digits_is_taken_in_quotes(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("calc", book, "--set", 'renewal="0,85"', "--get", "renewal") == cli.DONE
    assert capsys.readouterr().out == "renewal\t0,85\n"


def test_names_with_blanks_and_umlauts(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Ordner mit Größe"
    folder.mkdir()
    named = book.rename(folder / "Büch 1.xlsx")
    for command in (
        ["calc", named, "-o", folder / "aus gabe.xlsx"],
        ["rebind", named, "-o", folder / "ausgäbe 2.xlsx"],
    ):
        assert run(*command) == cli.DONE
    assert "aus gabe.xlsx" in capsys.readouterr().out
    assert run("rebind", named, "-o", folder / "x.txt") == cli.FAILED
    assert "name it x.xlsx" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == [
        "Büch 1.xlsx",
        "aus gabe.xlsx",
        "ausgäbe 2.xlsx",
    ]


@pytest.mark.parametrize("stage", ["asked", "written"])
def test_a_folder_that_may_not_be_written_is_named(
    stage: str,
    book: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "hidden.part")

    if stage == "asked":
        monkeypatch.setattr(write.os, "access", lambda *_: False)
    else:
        monkeypatch.setattr(write.os, "replace", refuse)
    out = tmp_path / "out.xlsx"
    assert run("calc", book, "-o", out) == cli.FAILED
    err = capsys.readouterr().err
    assert err.startswith(f"bankable: {out} cannot be written: ")
    assert "part" not in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [book]


def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("no workbook")
    for name in (path, tmp_path / "absent.xlsx"):
        assert run("calc", name) == cli.FAILED
        assert run("rebind", name) == cli.FAILED
    err = capsys.readouterr().err
    assert "not a sound .xlsx" in err
    assert "there is no file" in err


def test_what_cannot_be_calculated_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved, out = excel_saved.write(tmp_path / "saved.xlsx"), tmp_path / "out.xlsx"
    assert run("calc", saved, "-o", out) == cli.DONE
    assert "Deal!A7 reads another workbook" in capsys.readouterr().err
    out.unlink()
    assert run("calc", saved, "--set", "pd=0.03", "-o", out) == cli.FAILED
    assert not out.exists()
    assert "nothing was written" in capsys.readouterr().err
    assert run("calc", saved, "--set", "pd=0.03", "-o", out, "--partial") == cli.DONE
    assert out.exists()


def sprawling(path: Path, formula: str, area: str = "") -> Path:
    """A book with a stray value in the last cell that a sheet has, and a formula on another
    sheet.
    """
    file = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    far, other = file.add_worksheet("Far"), file.add_worksheet("Other")
    file.define_name("everything", "=Far!$A:$XFD")
    far.write("A1", 0.85)
    far.write("XFD1048576", 7)
    if area:
        other.write_array_formula(0, 0, 0, 0, f"{{{formula}}}")
    else:
        other.write_formula("A1", formula, None, 5)
    file.close()
    return path


@pytest.mark.parametrize(
    "formula", ["=1+SUM(Far!A:B)", "=SUM(Far!A1:A1048576,1)", "=SURVIVAL(1,0,Far!A1,1)+Far!A1"]
)
def test_a_stray_cell_at_the_end_of_a_sheet_costs_nothing(
    formula: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, out = sprawling(tmp_path / "far.xlsx", formula), tmp_path / "out.xlsx"
    tracemalloc.start()
    assert (
        run(
            "calc",
            book,
            "--set",
            "Far!A1=0.5",
            "--get",
            "Other!A1",
            "--get",
            "Far!XFD1048576",
            "-o",
            out,
        )
        == cli.DONE
    )
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 60e6  # the modules that a first run imports are among it
    assert capsys.readouterr().out.split()[:4] == ["Other!A1", "1.5", "Far!XFD1048576", "7"]


@pytest.mark.parametrize(
    "formula",
    ["=SUM(Far!A:XFD)", "=SUM(Far!$1:$1048576)", "=SUM(far!A1:XFD1048576)", "=COUNT(Everything)"],
)
def test_a_formula_that_reads_all_up_to_a_stray_cell_keeps_its_value_and_is_named(
    formula: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = sprawling(tmp_path / "far.xlsx", formula)
    assert run("calc", book, "--get", "Other!A1") == cli.DONE
    out, err = capsys.readouterr()
    assert out == "Other!A1\t5\n"
    assert "one formula cannot be calculated here: Other!A1 reads" in err
    assert "down to far!xfd1048576, more than the engine takes" in err.lower()
    assert run("calc", book, "--set", "Far!A1=2") == cli.FAILED


def test_a_change_far_out_is_a_stray_cell_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "near.xlsx"
    file = xlsxwriter.Workbook(str(path))
    sheet = file.add_worksheet("A")
    sheet.write_formula("A1", "=COUNT(B:XFD)", None, 0)
    file.close()
    assert run("calc", path, "--set", "A!C9=1", "--get", "A!A1") == cli.DONE
    assert run("calc", path, "--set", "A!XFD1048576=1", "--get", "A!A1") == cli.FAILED
    assert "A!A1 reads B:XFD" in capsys.readouterr().err


def test_more_than_can_be_shown_or_filled_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = sprawling(tmp_path / "far.xlsx", "=Far!A1", "A1:XFD1048576")
    assert run("calc", book, "--get", "Far!A1:XFD1048576") == cli.FAILED
    assert "more than 1,000,000 cells: name a smaller range" in capsys.readouterr().err
    wide = tmp_path / "wide.xlsx"
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(wide, "w") as after:
        for name in before.namelist():
            after.writestr(
                name,
                before.read(name).replace(b't="array" ref="A1"', b't="array" ref="A1:XFD1048576"'),
            )
    assert run("calc", wide) == cli.FAILED
    assert "Other!A1, has an array formula that fills A1:XFD1048576" in capsys.readouterr().err


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
