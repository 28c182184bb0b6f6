"""Calculate a whole book of loans: one row a deal in, results for each deal and for the book out.

The columns are the keys of a deal's inputs, as on the Inputs sheet; `budget` and `sponsor` group
the deals. Bad rows are set aside and named. A run that was stopped goes on where it was when the
command is given again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

SUMMARY = "calculate a whole book of loans: losses, guarantee budget, concentration, watch list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", metavar="FILE", help="one row a deal: .csv, .xlsx or .parquet")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=(
            "where to write the results: .xlsx, .csv or .parquet (default: FILE-results.xlsx here)"
        ),
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite the output file if it exists"
    )
    parser.add_argument("--json", action="store_true", help="print the book's figures for programs")
    parser.add_argument(
        "--engine",
        choices=("local", "dask"),
        default="local",
        help="where to calculate: this machine's cores, or Dask",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="the Dask scheduler, such as tcp://host:8786 (default: a cluster on this machine)",
    )
    parser.add_argument(
        "--budget-correlation",
        type=float,
        metavar="R",
        help="correlation of renewals within one budget (default: 0.5, illustrative)",
    )
    parser.add_argument(
        "--default-correlation",
        type=float,
        metavar="R",
        help="correlation of borrowers' own defaults (default: 0.15, illustrative)",
    )
    parser.add_argument(
        "--subsidy-budget",
        type=float,
        metavar="M",
        help="$ million: which deals it pays for, most private capital a dollar first, and the years",
    )


def run(args: argparse.Namespace) -> int:
    if args.scheduler and args.engine != "dask":
        args.parser.error("--scheduler needs --engine dask")
    if "numpy" not in sys.modules:
        os.environ.setdefault(
            "OPENBLAS_NUM_THREADS", "1"
        )  # the cores are busy with blocks of deals
    from bankable.templates.portfolio import portfolio

    given = {
        "budget_correlation": args.budget_correlation,
        "default_correlation": args.default_correlation,
        "subsidy_budget": args.subsidy_budget,
    }
    report = portfolio.run(
        args.table,
        out=args.output,
        force=args.force,
        engine=args.engine,
        scheduler=args.scheduler,
        progress=portfolio.Bar(),
        **{name: value for name, value in given.items() if value is not None},
    )
    print(json.dumps(report.figures, indent=1, allow_nan=False) if args.json else report.text)
    return 1 if report.unsound else 0
