"""Write a workbook to fill in: the blue cells are yours, and `bankable compare` reads them back."""

from __future__ import annotations

import argparse
import importlib
import json

SUMMARY = "write a workbook to fill in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("output", metavar="FILE.xlsx", help="the workbook to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    parser.add_argument("--json", action="store_true", help="print what was written for programs")


def run(args: argparse.Namespace) -> int:
    comparison = importlib.import_module("templates.comparison")  # the one place where the blank workbook is wired in
    result = comparison.new(args.output, force=args.force)
    print(json.dumps(result.figures, indent=1, allow_nan=False) if args.json else result.text)
    return 0
