"""Write a workbook to fill in: the blue cells are yours, and `bankable compare` reads them back."""

from __future__ import annotations

import argparse

SUMMARY = "write a workbook to fill in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("output", metavar="FILE.xlsx", help="the workbook to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    parser.add_argument("--json", action="store_true", help="print what was written for programs")


def run(args: argparse.Namespace) -> int:
    from templates import comparison

    raise NotImplementedError(comparison)  # the one place where the blank workbook is wired in
