"""The files that a comparison is made of: deal files, and workbooks that were filled in, with all
that is carried over from a workbook.

A workbook's choices outside Inputs and its owner's notes are carried where it is the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bankable.templates import deal_file, opening
from bankable.templates.comparison import (
    earlier,
    inputs_found,
    owners_notes,
    read_inputs,
    settings_kept,
)
from bankable.templates.comparison.owners_notes import Notes
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import Book, column_letters
from bankable.templates.workbook.settings import Settings

Build = Callable[[Sequence[SourcedDeal], Settings], Book]


@dataclass
class Read:
    """What the files hold: the deals, the choices, and the workbook they come from where there is
    just one, opened twice.
    """

    cases: list[SourcedDeal] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    path: Path | None = None
    opened: tuple[Any, Any] | None = None
    faults: list[str] = field(default_factory=list)
    version: str = ""  # of the workbook, where it is an earlier one
    absent: list[str] = field(default_factory=list)  # the inputs that came after that


class Carried(NamedTuple):
    """What a workbook laid from another one leaves out of it, and where that is of an earlier version the
    inputs that came after it.
    """

    left_out: Sequence[str] = ()
    version: str = ""
    absent: Sequence[str] = ()


def read(paths: Sequence[str]) -> Read:
    """The deals in the files named: deal files (.toml), workbooks of ours (.xlsx), deals that ship by
    their names; the three of the comparison where none is named. The faults of a single workbook are left for `carry_over` to tell.
    """
    if not paths:
        return Read(deal_file.load_shipped())
    found = Read()
    for name in paths:
        path = Path(name)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            opened = opening.open_workbook(path)
            where = inputs_found.find(path, opened[1], later=_later(opened[0]))
            cases, faults = read_inputs.attempt(path, opened, where)
            if len(paths) > 1:
                read_inputs.refuse(path, faults)
            else:
                found = Read([], read_inputs.read_settings(path, opened), path, opened, faults)
                if where.absent:
                    found.version = str(earlier.on_cover(opened[0], earlier.VERSION))
                    found.absent = where.absent
            found.cases += cases
        elif path.suffix.lower() == ".toml":
            found.cases.append(deal_file.load(path))
        elif name in deal_file.NAMED:
            found.cases.append(deal_file.load(deal_file.shipped_path(name)))
        else:
            raise Refusal(
                f"{name} is neither a deal file (.toml) nor a workbook (.xlsx), and no deal that ships:"
                f" {', '.join(deal_file.NAMED)}."
            )
    return found


def _later(values: Any) -> frozenset[str]:
    """The inputs that a book may lack, since they came after its version."""
    return earlier.came_after(earlier.on_cover(values, earlier.VERSION))


def carry_over(found: Read, build: Build) -> tuple[Book, Carried]:
    """The workbook laid with the choices and notes of the one that was read, and what of it is left
    out; every fault of that workbook is refused at once.
    """
    if found.path is None or found.opened is None:
        return build(found.cases, found.settings), Carried()
    later = _later(found.opened[0])
    where = inputs_found.find(found.path, found.opened[1], later=later)
    columns = read_inputs.case_columns(where, found.opened[0])
    cases = found.cases
    if found.faults:  # the sheets are laid all the same, to look at the cells outside Inputs
        cases = [deal_file.load(deal_file.shipped_path("placeholder"))] * len(columns)
    book = build(cases, found.settings)
    fewer = len(columns) < len(where.columns)
    wrong, left_out = settings_kept.faults(book, found.opened[0], fewer, bool(later))
    read_inputs.refuse(found.path, [*found.faults, *wrong])
    notes: Notes = owners_notes.collect(found.opened[1], where, columns, book)
    owners_notes.put(book, notes)
    unnamed = [
        f"column {column_letters(column - 1)} of {where.sheet}, which has no case name"
        for column in where.columns
        if column not in columns
    ]
    return book, Carried([*unnamed, *left_out, *notes.lost], found.version, found.absent)
