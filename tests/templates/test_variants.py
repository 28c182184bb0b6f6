"""The workbooks that ship built are fresh and the same bytes each time."""

from __future__ import annotations

import openpyxl
from bankable.templates.comparison import shipped
from bankable.templates.workbook import write


def test_the_built_workbooks_are_of_these_sources() -> None:
    built = shipped.Path(str(shipped.resources.files("bankable.templates"))) / "built"
    kept = (built / shipped.DIGEST).read_text().strip()
    assert kept == shipped.source_digest(), "run `python -m bankable.addin.generate`"
    assert {path.stem for path in built.glob("*.xlsx")} == set(shipped.VARIANTS)


def test_the_same_bytes_twice() -> None:
    first = write.to_bytes(shipped.VARIANTS["single_data_centre"]())
    assert write.to_bytes(shipped.VARIANTS["single_data_centre"]()) == first


def test_the_playground_calls_every_function() -> None:
    from bankable.udfs import FUNCTIONS

    book = shipped.playground()
    assert book.errors() == []
    called = {block.formula.split("(")[0].lstrip("=") for sheet in book for block in sheet.blocks}
    assert called == set(FUNCTIONS)


def test_built_comparison_opens_with_its_answer() -> None:
    built = (
        shipped.Path(str(shipped.resources.files("bankable.templates")))
        / "built"
        / "comparison.xlsx"
    )
    values = openpyxl.load_workbook(built, data_only=True, read_only=True)
    assert values["Summary"]["D5"].value == "Meets credit tests"
    said = [str(row[0].value) for row in values["Summary"]["B8:B14"]]
    assert said[0].startswith("Data centre: 15 secured contract years against a loan of 14 years")
    assert any(
        text.startswith("With 10 years of public offtake at a fixed price and a 70% guarantee")
        for text in said
    )
