"""Hold a year's actual cash flow against the base case: covenants tested, and a one-page review in
Word.

The table of actuals (.csv, .xlsx or .parquet) has the columns year, cfads and debt_service (year of operation from completion,
$ million), a row a year.
"""

from __future__ import annotations

import argparse
import json

from bankable.addin import document_options

SUMMARY = "hold actual cash flow against the base case and test the covenants"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "workbook", metavar="BOOK.xlsx", help="the workbook of the base case, as approved"
    )
    parser.add_argument(
        "actuals",
        metavar="ACTUALS.csv",
        help="columns year, cfads, debt_service (.csv, .xlsx or .parquet)",
    )
    document_options.add(parser, "review")
    parser.add_argument(
        "--default-dscr",
        type=float,
        default=1.0,
        metavar="X",
        help="DSCR below which the loan agreement has a default (default: 1.00)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the review if it exists")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.memo import review

    if not 0 < args.default_dscr <= 5:
        args.parser.error("--default-dscr is a DSCR such as 1.05")
    made = review.review(
        args.workbook,
        args.actuals,
        args.output,
        args.case,
        args.default_dscr,
        args.paper,
        args.template,
        args.force,
    )
    print(json.dumps(made.figures, indent=1, allow_nan=False) if args.json else made.text)
    return 0
