"""bankable.xlam as others read it: olevba lists every function, the package is sound, the ribbon
follows the register.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter

from bankable import udfs
from bankable.addin.excel import (
    addin_file,
    installation,
    ribbon,
    ribbon_xml,
    standalone,
    wrappers,
)
from bankable.addin.excel.coercion import LEFT_OUT
from bankable.udfs import cells, registry

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oletools import olevba

UI = "{http://schemas.microsoft.com/office/2009/07/customui}"


def source_of(data: bytes, name: str) -> dict[str, str]:
    """The VBA in a file as olevba reads it, by module."""
    parser = olevba.VBA_Parser(name, data=data)
    return {module: code for _, _, module, code in parser.extract_macros()}


@pytest.fixture(scope="module")
def addin() -> bytes:
    return addin_file.xlam()


def test_olevba_lists_every_function_and_its_text(addin: bytes) -> None:
    code = source_of(addin, "bankable.xlam")
    wrappers_code = code["BankableFunctions.bas"]
    assert re.findall(r"^Public Function (\w+)\(", wrappers_code, re.MULTILINE) == list(
        udfs.FUNCTIONS
    )
    for entry in udfs.FUNCTIONS.values():
        assert f"Attribute {entry.name}.VB_Description" in wrappers_code
        assert f'Tell "{entry.name}"' in code["BankableWizard.bas"]
    assert {
        "BankablePython.bas",
        "BankableCall.bas",
        "BankableRebind.bas",
        "BankableRibbon.bas",
        "BankableEvents.cls",
    } <= set(code)


def test_the_project_tells_that_it_holds_no_compiled_code(addin: bytes) -> None:
    import olefile

    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        project = olefile.OleFileIO(package.read("xl/vbaProject.bin"))
    assert project.openstream("VBA/_VBA_PROJECT").read() == b"\xcc\x61\xff\xff\x00\x00\x00"
    declared = project.openstream("PROJECT").read().decode("cp1252")
    for name in (*wrappers.modules(for_addin=True), "Sheet1"):
        assert f"={name}" in declared


def test_the_package_is_an_addin_with_a_ribbon(addin: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(package.read(name))
        assert b"addin.macroEnabled.main+xml" in package.read("[Content_Types].xml")
        assert b"customUI/customUI14.xml" in package.read("_rels/.rels")
        parts = {name: package.read(name) for name in package.namelist()}
    assert installation.built_from(addin)["build"] == addin_file.fingerprint()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"excel.addin.macro", b"excel.sheet.macro"
    )
    assert openpyxl.load_workbook(io.BytesIO(addin_file.zipped(parts))).sheetnames == ["Sheet1"]


def test_wrappers_stay_within_the_limits_of_vba(addin: bytes) -> None:
    for module, code in source_of(addin, "bankable.xlam").items():
        assert len(code) < 3_000_000
        continued = 0
        for line in code.splitlines():
            assert len(line) <= 1023, f"{module}: {line[:80]}"
            continued = continued + 1 if line.endswith(" _") else 0
            assert continued <= 24, f"{module}: {line[:80]}"
            line.encode("cp1252")


def test_texts_of_the_wizard_are_cut_where_excel_cuts_them() -> None:
    for entry in udfs.FUNCTIONS.values():
        for text in re.findall(r'"((?:[^"]|"")*)"', wrappers.description(entry)):
            assert len(text.replace('""', '"')) <= 255


def test_an_argument_name_that_vba_keeps_gets_an_underscore() -> None:
    entry = registry.Function(
        "A_TEST",
        "Debt",
        "What?",
        (
            cells.number("one").named("loop", False, None),
            cells.number("two").named("a_test", True, 1.0),
        ),
        registry.number("x"),
        lambda *a: 0.0,
        'Says "so".',
    )
    text = wrappers.wrapper(entry)
    assert (
        "Public Function A_TEST(loop_ As Variant, Optional a_test_ As Variant) As Variant" in text
    )
    assert 'VB_Description = "Says ""so""."' in text
    assert 'CallPython("A_TEST", Array(Given(loop_), Given(a_test_)))' in text


def test_the_mark_of_a_left_out_argument_is_the_same_on_both_sides() -> None:
    assert f'LEFT_OUT As String = "{LEFT_OUT}"' in wrappers.file_module("BankableCall")


def test_every_button_has_its_macro_and_its_task(addin: bytes) -> None:
    tree = ElementTree.fromstring(ribbon_xml.ribbon_xml())
    code = source_of(addin, "bankable.xlam")["BankableRibbon.bas"]
    ids = [item.get("id") for item in tree.iter() if item.get("id")]
    assert len(ids) == len(set(ids))
    for button in tree.iter(f"{UI}button"):
        assert f"Public Sub {button.get('onAction')}(ByVal control As Object)" in code
        if button.get("onAction") == "BankableTask":
            assert button.get("tag") in ribbon.TASKS
        if button.get("onAction") == "BankableInsert":
            assert button.get("tag") in udfs.FUNCTIONS
        assert len(button.get("supertip") or "") <= 1024
    labels = {item.get("label") for item in tree.iter()}
    assert {
        "New comparison",
        "Stress",
        "Support",
        "Credit memo",
        "Check workbook",
        "Help",
    } <= labels
    inserted = {
        button.get("tag")
        for button in tree.iter(f"{UI}button")
        if (button.get("id") or "").startswith("all_")
    }
    assert inserted == set(udfs.FUNCTIONS)


def test_a_book_with_macros_keeps_every_other_part() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Summary").write_formula("A1", "=SURVIVAL(4)", None, 1)
    book.add_worksheet("Two")
    book.close()
    made = standalone.with_macros(out.getvalue())
    assert made == standalone.with_macros(out.getvalue())
    with (
        zipfile.ZipFile(io.BytesIO(out.getvalue())) as before,
        zipfile.ZipFile(io.BytesIO(made)) as after,
    ):
        assert set(after.namelist()) - set(before.namelist()) == {"xl/vbaProject.bin"}
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
        assert changed == {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
        assert b'codeName="ThisWorkbook"' in after.read("xl/workbook.xml")
        assert after.read("[Content_Types].xml").count(b"vbaProject.bin") == 1
    code = source_of(made, "book.xlsm")
    assert all(
        f"Public Function {name}(" in code["BankableFunctions.bas"] for name in udfs.FUNCTIONS
    )
    assert (
        openpyxl.load_workbook(io.BytesIO(made), keep_vba=True)["Summary"]["A1"].value
        == "=SURVIVAL(4)"
    )
    with pytest.raises(cells.CellError, match="macros already"):
        standalone.with_macros(made)
    with pytest.raises(cells.CellError, match=r"no \.xlsx"):
        standalone.with_macros(b"text")


def test_the_shipped_addin_asks_for_the_installed_xlwings() -> None:
    from importlib import metadata

    assert installation.built_from(installation.shipped_addin())["xlwings"] == metadata.version(
        "xlwings"
    )
