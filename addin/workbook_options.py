"""The option of every command that lays a workbook: the paper on which it prints."""

from __future__ import annotations

import argparse

PAPERS = {"a4": "A4", "letter": "Letter"}


def add_paper(parser: argparse.ArgumentParser) -> None:
    """The paper, as a key of PAPERS."""
    parser.add_argument(
        "--paper",
        choices=tuple(PAPERS),
        default="a4",
        help="paper on which the workbook prints (default: a4)",
    )
