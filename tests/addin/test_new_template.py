"""A name that ends in .xltx gives a template: same parts, another content type; LibreOffice opens it
as a new workbook.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from bankable.addin import cli
from tests.addin.test_cli import assert_one_sentence
from tests.calc import libreoffice, office
from tests.calc.office import Step

TEMPLATE = "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same workbook to fill in, as a workbook and as a template."""
    folder = tmp_path_factory.mktemp("new")
    paths = folder / "deal.xlsx", folder / "deal.xltx"
    for path in paths:
        assert cli.main(["new", str(path), "--cases", "1"]) == 0
    return paths


def test_only_the_content_type_is_another(written: tuple[Path, Path]) -> None:
    book, template = (zipfile.ZipFile(path) for path in written)
    assert book.namelist() == template.namelist()
    differing = [name for name in book.namelist() if book.read(name) != template.read(name)]
    assert differing == ["[Content_Types].xml"]
    assert TEMPLATE.encode() in template.read("[Content_Types].xml")
    assert TEMPLATE.encode() not in book.read("[Content_Types].xml")
    assert openpyxl.load_workbook(written[1]).template


def test_libreoffice_opens_it_as_a_new_workbook(written: tuple[Path, Path], tmp_path: Path) -> None:
    steps = {path: [Step(path.suffix, sheets=("Summary",), kinds=False)] for path in written}
    shown = office.run(
        steps, tmp_path / "run", libreoffice.make_profile(tmp_path / "profile"), seconds=600
    )
    places = shown.places()
    assert places["deal.xlsx"].endswith("deal.xlsx")
    assert places["deal.xltx"] == ""
    assert shown[".xltx"]["Summary"] == shown[".xlsx"]["Summary"]


def test_the_terminal_says_what_to_do_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "Deal.XLTX"
    assert cli.main(["new", str(path), "--cases", "1"]) == 0
    assert "each opening gives a new workbook" in capsys.readouterr().out
    assert cli.main(["new", str(path), "--cases", "1", "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"workbook": str(path), "cases": 1}


@pytest.mark.parametrize("name", ["deal.docx", "deal", "deal.xlsm"])
def test_another_kind_of_file_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", str(tmp_path / name)]) != 0
    said = capsys.readouterr().err
    assert ".xltx" in said
    assert_one_sentence(said)
    assert not (tmp_path / name).exists()
