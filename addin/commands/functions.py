"""List the worksheet functions by family, each with the question that it answers."""

from __future__ import annotations

import argparse
import json

SUMMARY = "list the worksheet functions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--family", metavar="FAMILY", help="only the families whose name holds this word"
    )
    parser.add_argument(
        "--json", action="store_true", help="give everything known of each function, for programs"
    )


def run(args: argparse.Namespace) -> int:
    from bankable import udfs
    from bankable.udfs import reference

    families = reference.by_family(udfs.FUNCTIONS.values())
    if args.family is not None:
        chosen = {
            family: entries
            for family, entries in families.items()
            if args.family.strip().lower() in family.lower()
        }
        if not chosen:
            args.parser.error(
                f"there is no family {args.family!r}; the families are {', '.join(families)}"
            )
        families = chosen
    if args.json:
        print(
            json.dumps(
                [reference.as_dict(entry) for entries in families.values() for entry in entries],
                indent=1,
                allow_nan=False,
            )
        )
        return 0
    width = max(len(entry.name) for entries in families.values() for entry in entries)
    for family, entries in families.items():
        print(family)
        for entry in entries:
            print(f"  {entry.name:<{width}}  {entry.question}")
        print()
    print("`bankable help NAME` explains one of them.")
    return 0
