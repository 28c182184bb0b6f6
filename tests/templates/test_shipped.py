"""The workbooks that ship as templates: made on demand, the same bytes each time, open with their answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from bankable.addin import cli
from bankable.templates.comparison import shipped
from bankable.templates.workbook import write

ROOT = Path(__file__).parents[2]


def test_the_same_bytes_twice() -> None:
    first = write.to_bytes(shipped.VARIANTS["single_data_centre"]())
    assert write.to_bytes(shipped.VARIANTS["single_data_centre"]()) == first


def test_the_playground_calls_every_function() -> None:
    from bankable.udfs import FUNCTIONS

    book = shipped.playground()
    assert book.errors() == []
    called = {block.formula.split("(")[0].lstrip("=") for sheet in book for block in sheet.blocks}
    assert called == set(FUNCTIONS)


def test_gallery_writes_what_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "gallery"
    assert cli.main(["gallery", str(folder), "--only", "comparison", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out) == {"written": [str(folder / "comparison.xlsx")]}
    assert cli.main(["gallery", str(folder), "--only", "comparison"]) == cli.FAILED
    assert "exists already" in capsys.readouterr().err
    assert cli.main(["gallery", str(folder), "--only", "comparison", "--force"]) == cli.DONE
    values = openpyxl.load_workbook(folder / "comparison.xlsx", data_only=True, read_only=True)
    assert values["Summary"]["D5"].value == "Meets credit tests"
    said = [str(row[0].value) for row in values["Summary"]["B9:B25"]]
    assert said[0].startswith("Debt that secured revenue carries, of total uses: Data centre 72%")
    assert said[3].startswith("Data centre: 15 secured contract years against a loan of 14 years")
    assert any(
        text.startswith("With 10 years of public offtake at a fixed price and a 70% guarantee")
        for text in said
    )


def test_gallery_names_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["gallery", str(tmp_path), "--only", "warehouse"]) == cli.FAILED
    assert "there is no workbook 'warehouse'; there are comparison," in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert cli.main(["gallery", str(tmp_path / "file")]) == cli.FAILED
    assert "name a folder" in capsys.readouterr().err


def test_nothing_at_run_time_reads_the_built_workbooks() -> None:
    """They are for whoever opens the folder; the wheel does without them."""
    for floor in ("udfs", "templates", "addin"):
        for path in (ROOT / floor).rglob("*.py"):
            if path.name != "wheel_hook.py":
                assert not re.search(r"""["'/]built["'/]""", path.read_text(encoding="utf-8")), path


def test_the_folder_for_readers_holds_two_workbooks_and_a_page() -> None:
    kept = {path.name for path in (ROOT / "templates" / "built").iterdir()}
    assert kept == {"README.md", "comparison.xlsx", "blank_comparison.xlsx"}
