"""List the deals that ship: the names that `bankable compare` takes and a deal file may extend, what each
stands for, and how it comes out.
"""

from __future__ import annotations

import argparse
import json

SUMMARY = "list the deals that ship by name"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print them for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates import deal_file
    from bankable.udfs.deal import deal as deals
    from bankable.udfs.deal.chain.decision import DECISIONS

    found = []
    for name in deal_file.NAMED:
        one = deal_file.load(deal_file.shipped_path(name))
        result = deals.evaluate(one.deal)
        found.append(
            {
                "name": name,
                "case_name": one.deal.case_name,
                "about": deal_file.about(name),
                "debt": float(result.debt[0, 0]),
                "tenor": one.deal.tenor,
                "payments_per_year": one.deal.payments_per_year,
                "decision": DECISIONS[int(result.decision[0, 0])],
            }
        )
    if args.json:
        print(json.dumps(found, indent=1, allow_nan=False))
        return 0
    width = max(len(name) for name in deal_file.NAMED)
    for told in found:
        print(
            f"{told['name']:<{width}}  {told['case_name']}: ${told['debt']:,.0f}m over {told['tenor']}"
            f" years. {told['decision']}."
        )
        print(f"{'':<{width}}  {told['about']}")
    print("\n`bankable compare NAME [NAME ...]` puts them side by side.")
    print("`bankable new FILE.toml --from NAME` begins a deal file of your own from one of them.")
    return 0
