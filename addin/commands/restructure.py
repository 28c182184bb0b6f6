"""Lay a workbook again on another structure: half-years or quarters instead of years, more cases.

Periods a year, columns and the number of cases are fixed when a workbook is laid. Inputs, sources,
choices and notes are carried over into the new file; the old one is not touched.
"""

from __future__ import annotations

import argparse
import json

from bankable.addin.workbook_options import PAPERS, add_paper

SUMMARY = "lay a filled workbook again with other periods or more cases, all it holds carried over"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("book", metavar="FILE.xlsx", help="the workbook to lay again")
    parser.add_argument(
        "-o", "--output", metavar="NEW.xlsx", required=True, help="where to write the new one"
    )
    parser.add_argument(
        "--periods",
        type=int,
        choices=(1, 2, 4),
        help="periods a year (default: the most that its deals ask); loans pay as Inputs says",
    )
    parser.add_argument(
        "--more-cases",
        type=int,
        default=0,
        metavar="N",
        help="cases to fill in beside those that are there, at most six in all (default: none)",
    )
    add_paper(parser)
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    parser.add_argument(
        "--json", action="store_true", help="print the figures and decisions for programs"
    )


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison import restructure
    from bankable.templates.refusal import Refusal

    if not args.output.lower().endswith(".xlsx"):
        raise Refusal(f"{args.output} is not .xlsx: give the new workbook a name that ends so.")
    result = restructure.restructure(
        args.book,
        args.output,
        periods=args.periods,
        more_cases=args.more_cases,
        force=args.force,
        paper=PAPERS[args.paper],
    )
    print(json.dumps(result.figures, indent=1, allow_nan=False) if args.json else result.text)
    return 0
