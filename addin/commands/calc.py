"""Calculate a workbook without a spreadsheet program: change inputs, read results, write the
workbook with its new values.

Any .xlsx will do; functions of ours are known under every name that a program gives them. The file
written is the one read, with new values in its cells: styles, charts, names and formulas are as
they were.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

SUMMARY = "calculate a workbook without a spreadsheet program"

SHOWN = 10  # how many cells a message names
_NEARLY = re.compile(
    r"[-+]?[$€£]?\d[\d.,'\s/:%$€£-]*\Z"
)  # figures and marks only: a number or date meant otherwise
MOST_SHOWN = 1_000_000  # cells that one --get prints


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "workbook", metavar="BOOK.xlsx", help="the workbook; it is read, never changed"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="CELL=VALUE",
        help="change an input: Inputs!C7=0.9, or NAME=0.9; can be repeated",
    )
    parser.add_argument(
        "--get",
        action="append",
        default=[],
        metavar="CELL",
        help="print a cell, a range or a name; can be repeated",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE.xlsx", help="write the workbook with its new values"
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite the output file if it exists"
    )
    parser.add_argument(
        "--partial",
        action="store_true",
        help="go on although some formulas cannot be calculated: they keep saved values",
    )
    parser.add_argument("--json", action="store_true", help="print the result for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.addin import cli
    from bankable.templates import opening
    from bankable.templates.engine import write_back
    from bankable.templates.engine.recalculate import recalculate
    from bankable.templates.workbook import write

    path = Path(args.workbook)
    changes = dict(change(args, text) for text in args.set)
    if args.output:
        write.refuse_to_overwrite(Path(args.output), args.force)
    file = opening.opened(path, foreign=False)
    if args.output:
        refuse_other_kind(path, Path(args.output))
    done = recalculate(file, changes)
    cells = {where: _cells(done, where) for where in args.get}
    data, changed = write_back.patched(done)
    sound = done.is_sound or args.partial
    if args.output and sound:
        write.put(Path(args.output), data)
    errors = done.values.errors()
    if args.json:
        result = {
            "formulas": sum(len(formulas) for formulas in done.opened.formulas.values()),
            "changed": changed,
            "cells": {
                where: [[_plain(value) for value in line] for line in rows]
                for where, rows in cells.items()
            },
            "errors": errors,
            "not_calculated": done.held,
            "manual_calculation": file.manual,
            "output": args.output if sound else None,
        }
        print(json.dumps(result, indent=1, allow_nan=False))
    elif args.get:
        for where, rows in cells.items():
            print("\n".join("\t".join([where, *map(_shown, line)]) for line in rows))
    else:
        count = sum(len(formulas) for formulas in done.opened.formulas.values())
        print(f"{count:,} formulas calculated; {changed:,} cells differ from the file.")
        if errors:
            print(f"{len(errors):,} cells hold errors: {_some(errors)}.")
        if args.output and sound:
            print(f"Written: {args.output}")
    if file.manual:
        cli.complain(
            f"{path.name} is set to manual calculation: what it showed until now may be older than"
            " its inputs. Formulas, Calculation Options, Automatic changes that."
        )
    if done.held:
        cells_held = [f"{where} {reason}" for where, reason in done.held.items()]
        ending = (
            "they keep their saved values"
            if sound
            else "nothing was written; --partial goes on with their saved values"
        )
        which = f"{len(cells_held):,} formulas" if len(cells_held) > 1 else "one formula"
        cli.complain(f"{which} cannot be calculated here: {_some(cells_held)}; {ending}.")
    return 0 if sound else 1


def refuse_other_kind(path: Path, out: Path) -> None:
    """The file written is the one read with new values: another ending would lie about what
    it is.
    """
    if out.suffix.lower() != path.suffix.lower():
        from bankable.templates.refusal import Refusal

        raise Refusal(
            f"{out} does not end like {path.name}, and what is written is of the same kind: name it"
            f" {out.stem}{path.suffix}."
        )


def change(args: argparse.Namespace, text: str) -> tuple[str, Any]:
    """What `--set` says: the cell and its new value."""
    where, equals, value = text.partition("=")
    if not equals or not where.strip():
        args.parser.error(f"--set takes CELL=VALUE, not {text!r}")
    if _NEARLY.match(value.strip()) and isinstance(value_of(value), str):
        example = f'--set {where.strip()}="{chr(92)}"{value.strip()}{chr(92)}""'
        args.parser.error(
            f"{value.strip()} is no number and no date: write 1.5, 6% or 2026-03-31; {example}"
            " makes it a text"
        )
    return where.strip(), value_of(value)


def value_of(text: str) -> Any:
    """A typed value as a cell takes it: number, per cent, TRUE or FALSE, date (2026-03-31),
    nothing, or text (quotes keep it text).
    """
    word = text.strip()
    if not word:
        return None
    if len(word) > 1 and word[0] == word[-1] == '"':
        return word[1:-1].replace('""', '"')
    if word.upper() in ("TRUE", "FALSE"):
        return word.upper() == "TRUE"
    try:
        number = float(word.removesuffix("%").replace("_", "x"))
        if number - number == 0:  # neither infinite nor NaN, which are texts
            return number / 100 if word.endswith("%") else number
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(word)
    except ValueError:
        return word


def _cells(done: Any, where: str) -> list[list[Any]]:
    """The values of a cell, name or range, row by row."""
    from bankable.templates.engine.calculation import locate
    from bankable.templates.engine.recalculate import named_range
    from bankable.templates.refusal import Refusal

    where = (named_range(done.opened, where) or where).replace("$", "")
    first, colon, last = where.partition(":")
    sheet, row, col = locate(first, done.opened.names, done.opened.cells)
    corner = f"{first.rpartition('!')[0]}!{last}" if colon else first
    _, last_row, last_col = locate(corner, done.opened.names, done.opened.cells)
    if (last_row - row + 1) * (last_col - col + 1) > MOST_SHOWN:
        raise Refusal(
            f"--get {where} asks for more than {MOST_SHOWN:,} cells: name a smaller range."
        )
    values = done.values.sheets[sheet]
    return [
        [values.get((i, j)) for j in range(col, last_col + 1)] for i in range(row, last_row + 1)
    ]


def _plain(value: Any) -> Any:
    code = getattr(value, "code", None)
    return {"error": code, "sentence": value.sentence} if code else value


def _shown(value: Any) -> str:
    code = getattr(value, "code", None)
    if code:
        return code if value.sentence == code else f"{code} {value.sentence}"
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def _some(texts: list[str]) -> str:
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
