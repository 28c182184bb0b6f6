"""Write a workbook to fill in: the blue cells are yours, and `bankable compare` reads them back.

A name that ends in .xltx gives a template: each opening of it is a new workbook. One that ends in .toml
gives a deal file, every input with its meaning, unit, bounds and default.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bankable.addin.workbook_options import PAPERS, add_paper

SUMMARY = "write a workbook or a deal file to fill in, or a template of one"
KINDS = (".xlsx", ".xltx", ".toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "output",
        metavar="FILE.xlsx",
        help="the workbook to write; FILE.xltx for a template, which opens as a new workbook;"
        " FILE.toml for a deal file",
    )
    parser.add_argument(
        "--cases", type=int, default=2, metavar="N", help="how many cases, 1 to 6 (default: 2)"
    )
    parser.add_argument(
        "--periods",
        type=int,
        choices=(1, 2, 4),
        default=1,
        help="periods and payments a year, for all cases (default: 1); a loan may pay less often",
    )
    add_paper(parser)
    parser.add_argument(
        "--from",
        dest="begin_from",
        metavar="NAME",
        help="for a deal file: the deal that ships from which it begins (`bankable deals` lists them)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    parser.add_argument("--json", action="store_true", help="print what was written for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison import compare
    from bankable.templates.refusal import Refusal

    kind = Path(args.output).suffix.lower()
    if kind not in KINDS and not Path(args.output).is_dir():
        raise Refusal(
            f"{args.output} is neither a workbook (.xlsx), a template (.xltx) nor a deal file (.toml):"
            " choose one of these."
        )
    if kind == ".toml":
        return _deal_file(args)
    if args.begin_from is not None:
        raise Refusal("--from begins a deal file: give a name that ends in .toml.")
    result = compare.new(
        args.output,
        force=args.force,
        cases=args.cases,
        paper=PAPERS[args.paper],
        periods=args.periods,
    )
    text = result.text
    if kind == ".xltx":
        text = (
            f"{result.figures['workbook']}: each opening gives a new workbook; fill in the blue"
            " cells of Inputs, one column a case, save it as .xlsx, then run `bankable compare` on"
            " that file."
        )
    print(json.dumps(result.figures, indent=1, allow_nan=False) if args.json else text)
    return 0


def _deal_file(args: argparse.Namespace) -> int:
    from bankable.templates import new_deal_file

    written = new_deal_file.write(Path(args.output), args.begin_from, args.force)
    said = {"deal_file": str(written), "begins_from": args.begin_from}
    text = (
        f"{written}: fill in what is to be filled in and give each figure its source, then run"
        f" `bankable compare {written.name}`."
    )
    if args.begin_from is not None:
        text = (
            f"{written} extends {args.begin_from}: take the # from what you change, then run `bankable"
            f" compare {written.name}`."
        )
    print(json.dumps(said, indent=1, allow_nan=False) if args.json else text)
    return 0
