"""Broken, doctored and hostile workbooks: each is refused with one sentence that names the fault,
and no memo is written.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates.comparison import compare, tied_out
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import Book, address

from . import spoil

Copy = Callable[[], Path]


def refused(path: Path) -> str:
    """What `filled.read` says."""
    with pytest.raises(Refusal) as refusal:
        tied_out.read(path)
    return str(refusal.value)


# Files that are no sound workbook --------------------------------------------------------------


def put(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def zipped(parts: dict[str, bytes], twice: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                package.writestr(twice, b"<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.xlsx", b"", "is empty"),
        ("secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        ("text.xlsx", b"year,cfads\n1,2\n", "not a sound .xlsx"),
        ("old.xls", b"\xd0\xcf\x11\xe0", "Excel 97-2003"),
        ("book.ods", b"PK\x03\x04", "LibreOffice workbook"),
        ("memo.docx", b"PK\x03\x04", "Word document"),
        ("no book.xlsx", zipped({"[Content_Types].xml": b"<Types/>"}), "without a workbook"),
        (
            "bomb.xlsx",
            zipped({"xl/workbook.xml": b"<w/>", "xl/a.xml": b"\0" * (30 * 2**20)}),
            "unpacks to 30 MB",
        ),
        (
            "twice.xlsx",
            zipped({"xl/workbook.xml": b"<w/>"}, "xl/workbook.xml"),
            "no spreadsheet program does",
        ),
        (
            "entity.xlsx",
            zipped(
                {
                    "[Content_Types].xml": b"<Types/>",
                    "xl/workbook.xml": b'<!DOCTYPE w [<!ENTITY a "aaaa">]><w>&a;</w>',
                }
            ),
            "document type",
        ),
        (
            "parts.xlsx",
            zipped({"xl/workbook.xml": b"<w/>"} | {f"xl/{i}": b"" for i in range(2100)}),
            "no spreadsheet program does",
        ),
        (
            "damaged.xlsx",
            zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook><sheets>"}),
            "damaged",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_is_no_sound_workbook(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    assert said in refused(put(tmp_path, name, data))


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "none.xlsx")
    assert "is a folder" in refused(tmp_path)


def test_a_file_of_two_hundred_megabytes(tmp_path: Path) -> None:
    path = put(tmp_path, "huge.xlsx", b"PK\x03\x04")
    with path.open("r+b") as file:
        file.truncate(200 * 2**20)
    assert "larger than 50 MB" in refused(path)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    data = bytearray(zipped({"xl/workbook.xml": b"\0" * 2**20}))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    assert "not a sound .xlsx" in refused(put(tmp_path, "liar.xlsx", bytes(data)))


def test_a_file_cut_off(copy: Copy) -> None:
    path = copy()
    path.write_bytes(path.read_bytes()[:200_000])
    assert "may be cut off" in refused(path)


def test_a_damaged_part(copy: Copy) -> None:
    path = copy()
    part = spoil.part_of(path, "Summary")
    assert "damaged" in refused(
        spoil.rewrite(path, lambda parts: parts.__setitem__(part, parts[part][:900]))
    )


@pytest.mark.parametrize(
    ("beside", "program"), [("~$book.xlsx", "Excel"), (".~lock.book.xlsx#", "LibreOffice")]
)
def test_a_workbook_open_in_another_program(copy: Copy, beside: str, program: str) -> None:
    path = copy()
    path.with_name(beside).write_text("")
    said = refused(path)
    assert program in said
    assert "save and close" in said


def test_a_workbook_that_may_not_be_read(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("openpyxl.load_workbook", locked)
    assert "may be open in another program" in refused(copy())


def test_external_links_and_connections(copy: Copy) -> None:
    rels = (
        b'<Relationships><Relationship Id="rId1" Target="file:///C:/rates.xlsx"/></Relationships>'
    )
    path = spoil.add_part(copy(), "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    spoil.add_part(path, "xl/externalLinks/_rels/externalLink1.xml.rels", rels)
    said = refused(path)
    assert "linked to file:///C:/rates.xlsx" in said
    assert "data connection" in refused(
        spoil.add_part(copy(), "xl/connections.xml", b"<connections/>")
    )


# Workbooks of another kind or version ----------------------------------------------------------


def test_another_programs_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "own.xlsx")
    assert "is not a comparison of Bankable" in refused(tmp_path / "own.xlsx")


def test_another_version_and_another_model(copy: Copy, small_book: Book) -> None:
    path, cover = copy(), small_book["Cover"]
    version = next(
        address(row, 2)
        for (row, col), cell in cover.cells.items()
        if col == 1 and cell.value == "Version of Bankable"
    )
    spoil.cell(
        path, "Cover", spoil.spot_of(small_book, "Cover", "model_hash"), "<t>0123456789abcdef</t>"
    )
    said = refused(path)
    assert "another model (hash 0123456789abcdef)" in said
    spoil.cell(path, "Cover", version, "<t>0.0.1</t>")
    said = refused(path)
    assert "built by Bankable 0.0.1" in said
    assert "bankable compare" in said


def test_a_missing_sheet_a_renamed_one_and_a_lost_name(copy: Copy) -> None:
    path = spoil.replace_text(copy(), "xl/workbook.xml", 'name="Timeline"', 'name="Timelines"')
    assert "no sheet Timeline" in refused(path)
    assert "in_tenor" in refused(spoil.drop_name(copy(), "in_tenor"))
    assert "out_decision_words" in refused(spoil.drop_name(copy(), "out_decision_words"))


# Cells that are not the model's ----------------------------------------------------------------


def test_a_figure_typed_over_a_formula(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Factory today", "debt_service")
    said = refused(spoil.cell(copy(), "Factory today", where, "<v>12.5</v>"))
    assert f"'Factory today'!{where} holds 12.5 where the model has the formula" in said
    assert "no memo is written" in said


def test_a_formula_changed_with_its_value_kept(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Summary", "min_dscr_1")
    formula, value = spoil.formula_of(small_book, "Summary", where)
    said = refused(spoil.cell(copy(), "Summary", where, f"<f>{formula}+0</f><v>{value}</v>"))
    assert f"Summary!{where} holds the formula" in said


def test_a_constant_of_the_model_changed(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Timeline", "tolerance")
    said = refused(spoil.cell(copy(), "Timeline", where, "<v>0.5</v>"))
    assert f"Timeline!{where} holds 0.5 where the model has 1e-09" in said


def test_a_bound_of_an_input_widened(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Inputs", "most_gearing")
    said = refused(spoil.cell(copy(), "Inputs", where, "<v>5</v>"))
    assert f"Inputs!{where} holds 5" in said


def test_a_figure_hidden_where_the_model_has_nothing(copy: Copy, small_book: Book) -> None:
    where = (
        "F" + spoil.spot_of(small_book, "Factory today", "closing")[1:]
    )  # the year before the first
    said = refused(spoil.cell(copy(), "Factory today", where, "<v>1000</v>"))
    assert f"'Factory today'!{where} holds 1000 where the model has nothing" in said


def test_the_decision_written_by_hand(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Summary", "decision_words_1")
    said = refused(spoil.cell(copy(), "Summary", where, "<t>Meets credit tests</t>"))
    assert f"Summary!{where}" in said


def test_the_master_check_typed_over_while_a_check_fails(copy: Copy, small_book: Book) -> None:
    said = refused(
        spoil.cell(copy(), "Checks", spoil.spot_of(small_book, "Checks", "master"), "<t>OK</t>")
    )
    assert (
        f"Checks!{spoil.spot_of(small_book, 'Checks', 'master')} holds 'OK' where the model has the"
        " formula" in said
    )


def test_a_cell_at_the_far_end_of_a_sheet_does_not_take_the_machine_down(copy: Copy) -> None:
    path = copy()
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    for sheet in ("Sources", "Timeline"):
        assert "reaches to XFD1048576" in refused(
            spoil.replace_text(path, spoil.part_of(path, sheet), "</sheetData>", far)
        )
        path = copy()


def test_a_saved_value_edited_behind_its_formula(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Factory today", "debt_service")
    formula, value = spoil.formula_of(small_book, "Factory today", where)
    said = refused(spoil.cell(copy(), "Factory today", where, f"<f>{formula}</f><v>1.25</v>"))
    assert f"'Factory today'!{where} shows 1.25, calculated it is" in said
    assert "stale or typed over" in said
    assert str(value)[:5] in said


def test_a_stale_workbook_whose_input_changed_after_the_last_calculation(
    copy: Copy, small_book: Book
) -> None:
    said = refused(
        spoil.cell(
            copy(), "Inputs", spoil.spot_of(small_book, "Inputs", "base_rate_1"), "<v>0.06</v>"
        )
    )
    assert "stale" in said
    assert "more cells" in said


def test_a_workbook_saved_without_values(copy: Copy) -> None:
    path = copy()
    openpyxl.load_workbook(path).save(path)
    assert "without a saved value" in refused(path)


def test_functions_that_the_last_program_did_not_know(copy: Copy, small_book: Book) -> None:
    path = copy()
    where, part = (
        spoil.spot_of(small_book, "Scenarios", "strip_decision_1"),
        spoil.part_of(path, "Scenarios"),
    )
    head = re.compile(rf'<c r="{where}"( s="\d+")?[^>]*>(<f t="array"[^>]*>.*?</f>)<v>.*?</v></c>')

    def edit(parts: dict[str, bytes]) -> None:
        new, count = head.subn(rf'<c r="{where}"\1 t="e">\2<v>#NAME?</v></c>', parts[part].decode())
        assert count == 1
        parts[part] = new.encode()

    said = refused(spoil.rewrite(path, edit))
    assert f"Scenarios!{where} shows #NAME?" in said
    assert "bankable compare" in said


@pytest.mark.parametrize(
    ("key", "inside", "said"),
    [
        ("gearing", "<v>70</v>", "0.7"),
        ("tenor", "<t>long</t>", "'long'"),
        ("build_months", "<v>2.5</v>", "whole number"),
        ("renewal", "", "blank"),
        ("tenor", "<v>29</v>", "operating_years"),
        ("repayment", "<t>balloon</t>", "annuity"),
    ],
)
def test_an_input_out_of_its_range(
    copy: Copy, small_book: Book, key: str, inside: str, said: str
) -> None:
    assert said in refused(
        spoil.cell(copy(), "Inputs", spoil.spot_of(small_book, "Inputs", f"{key}_1"), inside)
    )


def test_a_scenario_left_in_force(copy: Copy, small_book: Book) -> None:
    said = refused(
        spoil.cell(
            copy(), "Scenarios", spoil.spot_of(small_book, "Scenarios", "scenario"), "<t>Delay</t>"
        )
    )
    assert "choose Base there" in said


# At the terminal -------------------------------------------------------------------------------


def test_the_terminal_says_one_sentence_and_leaves_no_file(
    copy: Copy, small_book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    path = spoil.cell(
        copy(),
        "Factory today",
        spoil.spot_of(small_book, "Factory today", "debt_service"),
        "<v>12.5</v>",
    )
    before = sorted(p.name for p in path.parent.iterdir())
    assert cli.main(["memo", str(path)]) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.startswith("bankable: book.xlsx was changed")
    assert out.err.count("\n") == 1
    assert sorted(p.name for p in path.parent.iterdir()) == before


def test_an_existing_memo_is_kept_and_a_wrong_ending_refused(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy()
    kept = path.with_name("book memo.docx")
    kept.write_text("precious")
    assert cli.main(["memo", str(path)]) == 1
    assert "--force" in capsys.readouterr().err
    assert kept.read_text() == "precious"
    assert cli.main(["memo", str(path), "-o", str(path.with_name("memo.txt"))]) == 1
    assert ".docx" in capsys.readouterr().err
    assert (
        cli.main(["memo", str(path), "-o", str(path.with_name("x.docx")), "--template", str(path)])
        == 1
    )
    assert "template" in capsys.readouterr().err


def test_a_case_without_a_loan_has_no_memo(shipped: list[SourcedDeal]) -> None:
    from bankable.templates.memo import write

    none = [SourcedDeal(replace(shipped[0].deal, gearing=0.0), {}, "")]
    book = tied_out.Filled(Path("book.xlsx"), compare.calculated(none), none, ["Data centre"])
    with pytest.raises(Refusal, match="asks for no debt"):
        write.compose(write.opened(None, None), book, 1)


def test_an_unknown_case_is_answered_with_the_cases(tied: tied_out.Filled) -> None:
    with pytest.raises(Refusal, match="1 Data centre, 2 Factory today, 3 Factory with support"):
        tied.case_number("Factory tomorrow")
    assert [tied.case_number(name) for name in (None, "2", "data centre", "factory_today")] == [
        3,
        2,
        1,
        2,
    ]
