"""Put deals side by side: a calculated workbook, and in the terminal each case's credit decision
and the test that binds.

Without a file the three deals that ship with Bankable are compared. A file is a deal (.toml) or a
workbook of ours that has been filled in (.xlsx).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from bankable.addin.workbook_options import PAPERS, add_paper

SUMMARY = "put deals side by side in a calculated workbook, with each case's credit decision"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "deals",
        nargs="*",
        metavar="FILE",
        help=(
            "deal files (.toml), one filled workbook (.xlsx), or deals that ship by their names:"
            " data_centre, defence_factory, factory_supported, factory_band, warehouse, river_bend; none: the"
            " first three"
        ),
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.xlsx",
        help=(
            "where to write the workbook; .xlsm carries the functions in itself (default: the next"
            " free comparison.xlsx)"
        ),
    )
    add_paper(parser)
    parser.add_argument(
        "--force", action="store_true", help="overwrite the output file if it exists"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the figures and decisions for programs"
    )


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison import compare
    from bankable.udfs.cells import wrong_value

    finish: Callable[[bytes], bytes] = bytes
    if args.output and args.output.lower().endswith(".xlsm"):
        from bankable.addin.excel.standalone import as_installed as finish
    elif args.output and not args.output.lower().endswith(".xlsx"):
        raise wrong_value(
            f"{args.output} is neither .xlsx nor .xlsm (with the functions in the workbook itself):"
            " choose one of these."
        )
    result = compare.compare(
        args.deals, out=args.output, force=args.force, paper=PAPERS[args.paper], finish=finish
    )
    print(json.dumps(result.figures, indent=1, allow_nan=False) if args.json else result.text)
    return 0
