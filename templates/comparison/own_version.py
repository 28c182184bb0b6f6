"""Whether a file is a comparison of this version, and the same workbook laid afresh beside it.

Another program's workbook, another version's, one whose settings show other figures than its
formulas give: each is refused with what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from bankable.templates import deal_file
from bankable.templates.comparison import compare, earlier, plan, read_inputs
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import PERIODS_AT, input_name
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine.workbook_file import WorkbookFile
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import rows
from bankable.templates.workbook.book import Book, address
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.axes import LONGEST_BUILD, MONTHS, PERIODS, USUAL_BUILD, YEARS

_MOST_SOURCES = 2_000  # rows of the sheet of sources: inputs times cases is below it
_LINK = re.compile(r"='?([^'!]+)'?!")


def refuse_settings(file: WorkbookFile, purpose: str) -> None:
    """Settings under which a program shows other figures than the formulas give."""
    for is_set, what, so in (
        (
            file.as_displayed,
            "rounds its figures as they are displayed",
            "take off 'Set precision as displayed'",
        ),
        (file.manual, "calculates only when it is told to", "set Calculation Options to Automatic"),
        (
            file.dates_from_1904,
            "counts its dates from 1904",
            "take off 'Use 1904 date system' and type the dates again",
        ),
    ):
        if is_set:
            raise Refusal(f"{file.name} {what}, so {purpose}: {so}, calculate and save.")


def refuse_strangers(path: Path, values: Any) -> None:
    """Another program's workbook, or another version's."""
    if input_name("case_name") not in values.defined_names:
        raise Refusal(
            f"{path.name} is not a comparison of Bankable: it has no cells named"
            f" {input_name('case_name')}."
        )
    if "Cover" not in values.sheetnames:
        raise Refusal(f"{path.name} has no sheet Cover: start again from `bankable compare`.")
    written = earlier.on_cover(values, earlier.VERSION)
    ours = metadata.version("bankable")
    if str(written) != ours:
        raise Refusal(
            f"{path.name} was built by Bankable {written}; this is {ours}: `bankable compare"
            f" {path.name}` brings it to this version."
        )
    missing = [input_name(key) for key in deals.KEYS if input_name(key) not in values.defined_names]
    if missing:
        raise Refusal(
            f"{path.name} has lost the cells named {', '.join(missing[:5])}: `bankable compare"
            f" {path.name}` cannot read it either."
        )


def case_sheets(path: Path, formulas: Any) -> list[str]:
    """The case sheets in the order of Inputs' columns, from the links of the Summary's decision."""
    if "Summary" not in formulas.sheetnames:
        raise Refusal(f"{path.name} has no sheet Summary.")
    name = formulas.defined_names.get("out_decision_words")
    if name is None:
        raise Refusal(
            f"{path.name} has lost the name out_decision_words: build it again with `bankable"
            " compare`."
        )
    found = []
    cells = read_inputs.named_cells(formulas, name.value)
    if not 1 <= len(cells) <= compare.MOST_CASES:
        raise Refusal(
            f"{path.name} was changed: the name out_decision_words leads to {name.value}, not to the"
            " decisions on Summary."
        )
    for cell in cells:
        link = _LINK.match(str(cell.value))
        if link is None:
            raise Refusal(
                f"{path.name} was changed: {cell.parent.title}!{cell.coordinate} holds {cell.value!r} where the"
                " model has a link to a case sheet."
            )
        found.append(link[1])
    return found


def laid(path: Path, values: Any, names: list[str]) -> Book:
    """The same workbook laid afresh, its sheets named as in the file."""
    blank = deal_file.load(deal_file.shipped_path("placeholder"))
    said = _sources_said(values)
    a_year = _laid_by(path, values, 0, PERIODS)
    long = _laid_by(path, values, 1, (MONTHS, LONGEST_BUILD)) > MONTHS
    years = _laid_by(path, values, 2, range(plan.LEAST_YEARS, YEARS + 1))
    built = replace(blank.deal, build_months=USUAL_BUILD + long, operating_years=years)
    blank = replace(blank, deal=built)
    book = compare.build(
        [
            SourcedDeal(
                replace(blank.deal, case_name=name, periods_per_year=a_year),
                {key: str(min(i, count - 1)) for key, count in said.items()},
                "",
            )
            for i, name in enumerate(names)
        ]
    )
    missing = [name for name in book.sheets if name not in values.sheetnames]
    if missing:
        raise Refusal(f"{path.name} has no sheet {', '.join(missing)}: it was deleted or renamed.")
    rows.resolve(book)
    place = book["Cover"].placed["model_hash"]
    written = values["Cover"].cell(place.row + 1, place.col + 1).value
    expected = book["Cover"].value(place.row, place.col)
    if written != expected:
        raise Refusal(
            f"{path.name} holds another model (hash {written}) than this version's (hash"
            f" {expected}): `bankable compare {path.name}` brings its inputs to this one."
        )
    return book


def _laid_by(path: Path, values: Any, below: int, known: Sequence[int]) -> int:
    """A figure by which the book was laid, from its sheet Timeline, so many rows below the first."""
    row, col = PERIODS_AT[0] + below, PERIODS_AT[1]
    if "Timeline" not in values.sheetnames:
        raise Refusal(f"{path.name} has no sheet Timeline: it was deleted or renamed.")
    found = values["Timeline"].cell(row + 1, col + 1).value
    if found not in known:
        raise Refusal(
            f"{path.name} was changed: Timeline!{address(row, col)} holds {found!r} where the model has"
            f" {known[0]} to {known[-1]}."
        )
    return int(found)


def _sources_said(values: Any) -> dict[str, int]:
    """How many sources the sheet of sources holds for each input: its length, and the checks on it,
    depend on that.
    """
    if "Sources" not in values.sheetnames:
        return dict.fromkeys(deals.KEYS, 1)
    sheet = values["Sources"]
    labels = [
        line[0].value
        for line in sheet.iter_rows(
            min_row=frame.FIRST_ROW + 1, max_row=_MOST_SOURCES, min_col=2, max_col=2
        )
    ]
    counts, at = {}, 0
    for field_of in deals.INPUTS:
        start = at
        while at < len(labels) and labels[at] == field_of.metadata["label"]:
            at += 1
        counts[field_of.name] = max(1, at - start)
    return counts
