"""The options of every command that writes a Word document about one case of a workbook."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser, document: str) -> None:
    """Where it goes, which case it is of, its paper and its template."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.docx",
        help=f"where to write the {document} (default: beside the workbook)",
    )
    parser.add_argument(
        "--case", metavar="NAME", help="the case by name or number (default: the last)"
    )
    parser.add_argument(
        "--paper",
        choices=("a4", "letter"),
        help="paper (default: the template's; the shipped one is A4)",
    )
    parser.add_argument(
        "--template",
        metavar="FILE.docx",
        help="the bank's own Word template, in place of the shipped one",
    )
