"""Write a workbook to fill in: the blue cells are yours, and `bankable compare` reads them back."""

from __future__ import annotations

import argparse
import json

from bankable.addin.commands.compare import PAPERS

SUMMARY = "write a workbook to fill in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("output", metavar="FILE.xlsx", help="the workbook to write")
    parser.add_argument(
        "--cases", type=int, default=2, metavar="N", help="how many cases, 1 to 6 (default: 2)"
    )
    parser.add_argument(
        "--paper",
        choices=tuple(PAPERS),
        default="a4",
        help="paper on which the workbook prints (default: a4)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    parser.add_argument("--json", action="store_true", help="print what was written for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison import compare

    result = compare.new(args.output, force=args.force, cases=args.cases, paper=PAPERS[args.paper])
    print(json.dumps(result.figures, indent=1, allow_nan=False) if args.json else result.text)
    return 0
