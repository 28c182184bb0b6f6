"""Write the credit memo of one case from a filled workbook, once the workbook ties out; every
figure names its cell.

With two workbooks the memo is that of the second, and says what changed since the first.
"""

from __future__ import annotations

import argparse
import json

from bankable.addin import document_options

SUMMARY = "write the credit memo of a workbook that ties out"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "workbook",
        metavar="BOOK.xlsx",
        help="the filled workbook; with a second one, the earlier submission",
    )
    parser.add_argument(
        "newer",
        nargs="?",
        metavar="NEW.xlsx",
        help="the workbook submitted now: the memo adds what changed",
    )
    document_options.add(parser, "memo")
    parser.add_argument(
        "--pdf", action="store_true", help="print it to PDF as well (needs LibreOffice)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite the memo if it exists")
    parser.add_argument("--json", action="store_true", help="print what was written for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.memo import write

    made = write.memo(
        args.workbook,
        args.newer,
        args.output,
        args.case,
        args.paper,
        args.template,
        args.pdf,
        args.force,
    )
    print(json.dumps(made.figures, indent=1, allow_nan=False) if args.json else made.text)
    return 0
