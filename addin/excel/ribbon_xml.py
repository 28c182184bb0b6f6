"""The Bankable tab of the ribbon, written from the register: what its menus insert is what the
register holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.sax.saxutils import quoteattr

from bankable import udfs
from bankable.udfs import reference
from bankable.udfs.registry import Function

# Words in a family's name, or a function's, that put it under a button.
STRESS = ("simulation", "sensitivity", "break-even", "stress", "uncertainty")
SUPPORT = ("support", "incentive", "guarantee", "coverage", "tariff", "frontier", "subsidy")

STRESS_SHEET = (
    "Adds a sheet with the deal under lower price and volume, delay, overrun and a higher rate. The"
    " deal is not touched."
)
SUPPORT_SHEET = (
    "Adds a sheet with grids of public offtake by guarantee, and the cheapest mix of support. The"
    " deal is not touched."
)


def _button(
    name: str, label: str, tip: str, action: str, tag: str = "", size: str = "", image: str = ""
) -> str:
    facts = {
        "id": name,
        "label": label,
        "onAction": action,
        "tag": tag,
        "size": size,
        "imageMso": image,
        "screentip": label,
        "supertip": tip,
    }
    return (
        "<button "
        + " ".join(f"{key}={quoteattr(value)}" for key, value in facts.items() if value)
        + "/>"
    )


def _inserts(prefix: str, entries: Iterable[Function]) -> str:
    return "".join(
        _button(f"{prefix}_{entry.name}", entry.name, entry.question, "BankableInsert", entry.name)
        for entry in entries
    )


def _menu(name: str, label: str, tip: str, image: str, inside: str) -> str:
    return (
        f'<menu id="{name}" label={quoteattr(label)} size="large" imageMso="{image}"'
        f" screentip={quoteattr(label)} supertip={quoteattr(tip)}>{inside}</menu>"
    )


def _under(words: tuple[str, ...]) -> Callable[[Function], bool]:
    return lambda entry: any(word in f"{entry.family} {entry.name}".lower() for word in words)


def ribbon_xml() -> str:
    """customUI14.xml."""
    entries = list(udfs.FUNCTIONS.values())
    families = reference.by_family(entries)
    all_menus = "".join(
        f'<menu id="family_{i}"'
        f" label={quoteattr(family.replace('&', 'and'))}>{_inserts('all', found)}</menu>"
        for i, (family, found) in enumerate(families.items())
    )
    refresh = _button(
        "refresh",
        "Refresh simulations and grids",
        "Calculates the heavy functions of this workbook again.",
        "BankableTask",
        "refresh",
    )
    groups = (
        (
            "compare",
            "Compare",
            _button(
                "new",
                "New comparison",
                "Opens a workbook to fill in, one column a deal.",
                "BankableTask",
                "new",
                "large",
                "FileNew",
            )
            + _button(
                "memo",
                "Credit memo",
                "Writes the memo of this workbook to the credit committee as a Word file.",
                "BankableTask",
                "memo",
                "large",
                "FileSaveAsWordDocx",
            )
            + _button(
                "check",
                "Check workbook",
                "Calculates, reads the Checks sheet and colours every cell that fails or shows an"
                " error.",
                "BankableTask",
                "check",
                "large",
                "ReviewAcceptChange",
            ),
        ),
        (
            "try",
            "Try",
            _menu(
                "stress",
                "Stress",
                "What if volume, price or time turn out worse? A sheet that is ready, or one"
                " function after another.",
                "ChartShowData",
                _button("stress_sheet", "Stress sheet", STRESS_SHEET, "BankableTask", "stress")
                + '<menuSeparator id="stress_first"/>'
                + _inserts("stress", filter(_under(STRESS), entries))
                + '<menuSeparator id="stress_line"/>'
                + refresh,
            )
            + _menu(
                "support",
                "Support",
                "What would guarantee, loan, offtake or tariff change, and what does it cost? A"
                " sheet, or one function after another.",
                "AccountingFormat",
                _button("support_sheet", "Support sheet", SUPPORT_SHEET, "BankableTask", "support")
                + '<menuSeparator id="support_first"/>'
                + _inserts("support", filter(_under(SUPPORT), entries))
                + '<menuSeparator id="support_line"/>'
                + refresh.replace('"refresh"', '"refresh_support"', 1),
            )
            + _menu(
                "insert",
                "Insert function",
                "A function with a labelled cell for each argument.",
                "FunctionWizard",
                all_menus,
            ),
        ),
        (
            "help_group",
            "Help",
            _button(
                "help",
                "Help",
                "Opens the page of the function in the active cell, or the list of all.",
                "BankableTask",
                "help",
                "large",
                "Help",
            )
            + _button(
                "explain",
                "Explain error",
                "Says in a sentence why the active cell shows an error.",
                "BankableExplain",
                "",
                "",
                "TraceError",
            )
            + _button(
                "rebind",
                "Bind functions",
                "Binds this workbook's functions to this add-in.",
                "BankableRebindNow",
                "",
                "",
                "EditLinks",
            )
            + _button(
                "kept",
                "Kept answers",
                "Says how many calls were answered from earlier ones.",
                "BankableTask",
                "kept",
                "",
                "Info",
            )
            + _button(
                "restart",
                "Restart Python",
                "Ends Python and calculates everything anew.",
                "BankableRestart",
                "",
                "",
                "Refresh",
            ),
        ),
    )
    inside = "".join(
        f'<group id="bankable_{name}" label={quoteattr(label)}>{buttons}</group>'
        for name, label, buttons in groups
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon><tabs>'
        f'<tab id="bankable_tab" label="Bankable">{inside}</tab></tabs></ribbon></customUI>'
    )
