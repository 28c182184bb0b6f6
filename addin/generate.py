"""Writes every generated file of the project: `python -m bankable.addin.generate`, or `--check` to
see whether any is stale.

A generator gives the bytes of its files by path; it is given no clock and no machine, so that the
same source always gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bankable.addin import reference_pages, typed_stubs
from bankable.addin.excel import addin_file
from bankable.addin.libreoffice import extension as libreoffice
from bankable.templates.memo import word_template

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Generator:
    """A function that gives files by path, and the pattern of the files that are its own."""

    name: str
    owns: str
    files: Callable[[], dict[str, bytes]]


GENERATORS = (
    Generator("reference pages", "docs/functions/*.md", reference_pages.pages),
    Generator("inputs of a deal", "docs/inputs.md", reference_pages.inputs),
    Generator("lines of a deal", "docs/lines.md", reference_pages.calculated),
    Generator("README's functions", "README.md", reference_pages.readme),
    Generator("function signatures", "udfs/*.pyi", typed_stubs.stub),
    Generator("names of rows", "udfs/deal/chain/row_names.py", typed_stubs.row_names),
    Generator("Excel add-in", "addin/excel/files/*", addin_file.files),
    Generator("LibreOffice extension", "addin/libreoffice/*.oxt", libreoffice.files),
    Generator("Word template", "templates/memo/*.docx", word_template.files),
)


def stale(generator: Generator, root: Path = ROOT) -> dict[str, bytes | None]:
    """The files that are not as they should be, with the bytes each should have (None: it should
    not exist).
    """
    wanted = generator.files()
    changes: dict[str, bytes | None] = {
        path: data
        for path, data in wanted.items()
        if not (root / path).is_file() or (root / path).read_bytes() != data
    }
    for found in root.glob(generator.owns):
        path = found.relative_to(root).as_posix()
        if path not in wanted:
            changes[path] = None
    return dict(sorted(changes.items()))


def write(changes: dict[str, bytes | None], root: Path = ROOT) -> None:
    """Bring the files into their proper state."""
    for path, data in changes.items():
        if data is None:
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)


def main(argv: list[str] | None = None) -> int:
    """Write what is stale, or with --check only name it and return 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bankable.addin.generate",
        description="Write the generated files of the project.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name the stale files and return 1 if there are any",
    )
    check = parser.parse_args(argv).check
    if not (ROOT / "pyproject.toml").is_file():
        print(
            "generated files are written in a clone of the project; this is an installed copy.",
            file=sys.stderr,
        )
        return 2
    found = False
    for generator in GENERATORS:
        changes = stale(generator)
        found = found or bool(changes)
        for path, data in changes.items():
            print(
                f"{generator.name}: {path}"
                f" {'is stale' if check else 'removed' if data is None else 'written'}"
            )
        if not check:
            write(changes)
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
