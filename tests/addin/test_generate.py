"""The generated files of the project: as their source says now, the same at every run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bankable import udfs
from bankable.addin import generate
from bankable.addin.generate import Generator


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
