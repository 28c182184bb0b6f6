"""The generated files of the project: as their source says now, the same at every run."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from bankable import udfs
from bankable.addin import generate
from bankable.addin.generate import Generator
from bankable.udfs.deal.chain.lines import lines
from bankable.udfs.deal.deal import INPUTS


@pytest.mark.parametrize("generator", generate.GENERATORS, ids=lambda generator: generator.name)
def test_nothing_is_stale(generator: Generator) -> None:
    changes = generate.stale(generator)
    assert not changes, f"stale: {', '.join(changes)}. Run: python -m bankable.addin.generate"


@pytest.mark.parametrize("generator", generate.GENERATORS, ids=lambda generator: generator.name)
def test_the_same_bytes_at_every_run(generator: Generator) -> None:
    assert generator.files() == generator.files()


def test_stale_files_are_named_written_and_removed(tmp_path: Path) -> None:
    generator = Generator("notes", "notes/*.md", lambda: {"notes/a.md": b"a", "notes/b.md": b"b"})
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.md").write_bytes(b"old")
    (tmp_path / "notes/c.md").write_bytes(b"gone")
    changes = generate.stale(generator, tmp_path)
    assert changes == {"notes/a.md": b"a", "notes/b.md": b"b", "notes/c.md": None}
    generate.write(changes, tmp_path)
    assert generate.stale(generator, tmp_path) == {}


def test_every_function_has_a_page_and_a_place_in_the_index() -> None:
    pages = {path: data.decode("utf-8") for path, data in generate.reference_pages.pages().items()}
    index = pages["docs/functions/index.md"]
    for entry in udfs.FUNCTIONS.values():
        page = pages[f"docs/functions/{entry.name}.md"]
        assert index.count(f"[{entry.name}]({entry.name}.md)") == 2
        for param in entry.cell_params:
            assert f"| `{param.name}` |" in page


def rows_of(page: str) -> list[list[str]]:
    """The rows of a page's tables, each cut at the bars that GitHub cuts it at."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", text)[1:-1]]
        for text in page.splitlines()
        if text.startswith("| `")
    ]


def test_the_page_of_inputs_has_every_input_once() -> None:
    page = generate.reference_pages.inputs()["docs/inputs.md"].decode()
    rows = rows_of(page)
    assert [row[0] for row in rows] == [f"`{field.name}`" for field in INPUTS]
    assert {len(row) for row in rows} == {6}
    needed = {field.name for field in INPUTS if field.default is dataclasses.MISSING}
    assert {row[0].strip("`") for row in rows if row[4] == "required"} == needed
    assert "| `even`, `front-loaded`, `back-loaded`, `s-curve` |" in page


def test_the_page_of_lines_has_every_line_once_with_its_formula() -> None:
    page = generate.reference_pages.calculated()["docs/lines.md"].decode()
    rows = {row[0].strip("`"): row for row in rows_of(page)}
    assert len(rows) == len(rows_of(page))
    assert rows.keys() == lines().keys()
    assert {len(row) for row in rows.values()} == {5}
    assert rows["debt_service"][3:] == ["`={interest}+{principal}`", lines()["debt_service"].says]
    assert {key for key, row in rows.items() if not row[3]} == {"passing_cost"}
    places = [page.index(f"### {number}. ") for number in range(1, 13)]
    assert places == sorted(places)
    assert places[-1] < page.index("## Sheet of the build") < page.index("| `plant_spend`")
