"""The sheets that Stress and Support add: where they find the deal, and that every figure on them
is what the functions give.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from bankable import udfs
from bankable.addin.excel import ribbon, stress_sheets
from bankable.templates.engine import calculation
from bankable.templates.workbook.book import address
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from tests.addin.excel.pretend_excel import Cells, PretendBook
from tests.addin.excel.test_ribbon import run
from tests.doors import values

DEAL: list[list[Any]] = next(row for row in values.TABLE if row.function == "DEAL_METRICS").args[0]


def book_with(
    folder: Path, sheet: str = "Deals", top: int = 4, **others: dict[str, Any]
) -> PretendBook:
    """A workbook with the deal in columns B and C of a sheet."""
    cells = {"A1": "Deals"}
    cells |= {
        f"{'BC'[i]}{top + row}": value
        for row, line in enumerate(DEAL)
        for i, value in enumerate(line)
    }
    book = PretendBook(folder, **{sheet: cells}, **others)
    book.selection = list(book.sheets)[-1].range("A1")
    return book


def calculated(book: PretendBook, sheet: str, path: Path) -> dict[tuple[int, int], Any]:
    """The values of a sheet of the pretended workbook, by row and column from 1, by the embedded
    engine.
    """
    file = xlsxwriter.Workbook(str(path))
    for made in book.sheets:
        out = file.add_worksheet(made.name)
        for (row, col), value in made.values.items():
            if isinstance(value, str) and value.startswith("="):
                out.write_formula(row - 1, col - 1, value, None, 0)
            elif value is not None:
                out.write(row - 1, col - 1, value)
        for (row, col), formula in made.formulas.items():
            height, width = stress_sheets.SHEETS[sheet.split()[0]](
                stress_sheets.deal_of(book)
            ).blocks[row, col]  # type: ignore[arg-type]
            out.write_array_formula(
                row - 1, col - 1, row + height - 2, col + width - 2, f"{{{formula}}}", None, 0
            )
    file.close()
    found = calculation.calculate_file(path).sheets[sheet]
    return {(row + 1, col + 1): value for (row, col), value in found.items()}


@pytest.mark.parametrize("sheet", ["Deals", "My deal's sheet"])
def test_stress_shows_what_the_scenarios_give(tmp_path: Path, sheet: str) -> None:
    book = book_with(tmp_path, sheet)
    steps, said = run("stress", book)
    assert steps == ["looking for a deal", "writing the sheet Stress 1"]
    assert said.startswith("The sheet Stress 1 is about")
    shown = calculated(book, "Stress 1", tmp_path / "book.xlsx")
    assert not [value for value in shown.values() if isinstance(value, CellError)]
    scenarios = list(stress_sheets.SCENARIOS)
    [(top, left)] = book.sheets["Stress 1"].formulas
    assert (
        [shown[4, left + i] for i in range(len(scenarios))]
        == scenarios
        == [shown[top - 1, left + i] for i in range(len(scenarios))]
    )
    given = dict(DEAL)
    for i, scenario in enumerate(scenarios):
        changed = dict(given)
        for row in range(5, top - 2):
            key, new = shown[row, 2], shown.get((row, left + i))
            assert (new is not None) == (key in stress_sheets.SCENARIOS[scenario])
            if new is not None:
                old = given.get(key, deals.param_of(key).default)
                expected = stress_sheets.SCENARIOS[scenario][key].format(old=old)
                assert new == pytest.approx(min(deals.param_of(key).high, eval(expected)))
                changed[key] = new
        own = udfs.FUNCTIONS["DEAL_METRICS"].from_cells(
            [[[k, v] for k, v in changed.items()], [[m] for m in stress_sheets.MEASURES]]
        )
        for j in range(len(stress_sheets.MEASURES)):
            assert shown[top + j, left + i] == (
                own[j][1] if isinstance(own[j][1], str) else pytest.approx(own[j][1], rel=1e-9)
            )


def test_support_shows_grids_and_the_cheapest_mix(tmp_path: Path) -> None:
    book = book_with(tmp_path, Support={})
    assert run("support", book)[1].startswith("The sheet Support 1 is about")
    shown = calculated(book, "Support 1", tmp_path / "book.xlsx")
    assert not [value for value in shown.values() if isinstance(value, CellError)]
    *grids, mix = book.sheets["Support 1"].formulas
    assert len(grids) == len(stress_sheets.SHOWN_ON_FRONTIER)
    for (top, left), measure in zip(grids, stress_sheets.SHOWN_ON_FRONTIER, strict=True):
        own = udfs.FUNCTIONS["FRONTIER"].from_cells(
            [
                DEAL,
                [[float(y)] for y in stress_sheets.YEARS],
                [list(stress_sheets.COVERAGES)],
                measure,
            ]
        )
        for i, line in enumerate(own):
            assert [shown[top + i, left + j] for j in range(len(line))] == [
                v if isinstance(v, str) else pytest.approx(v) for v in line
            ]
    cheapest = udfs.FUNCTIONS["LEAST_COST_SUPPORT"].from_cells([DEAL])
    assert (len(cheapest), len(cheapest[0])) == stress_sheets.MIX
    assert shown[mix[0] + stress_sheets.MIX[0] - 1, 1] == cheapest[-1][0]
    assert shown[mix[0] + stress_sheets.MIX[0] - 1, 2] == cheapest[-1][1]


def test_the_sheet_touches_no_other_and_finds_a_free_name(tmp_path: Path) -> None:
    book = book_with(tmp_path, Notes={"A1": "keep"}, stress_1={})
    before = dict(book.sheets["Deals"].values)
    for number in (1, 2):
        assert f"The sheet Stress {number} " in run("stress", book)[1]
    assert book.sheets["Deals"].values == before
    assert [sheet.name for sheet in book.sheets] == [
        "Deals",
        "Notes",
        "stress_1",
        "Stress 1",
        "Stress 2",
    ]
    assert set(book.sheets["Stress 1"].colours.values()) == {stress_sheets.BLUE}


def test_the_deal_is_the_one_that_the_active_cell_stands_in(tmp_path: Path) -> None:
    book = book_with(
        tmp_path,
        Other={
            f"{'FG'[i]}{9 + row}": v for row, line in enumerate(DEAL) for i, v in enumerate(line)
        },
    )
    sheet = book.sheets["Deals"]
    for row, (key, value) in enumerate(DEAL):
        sheet.values[4 + row, 8], sheet.values[4 + row, 9] = (
            key,
            "Second" if key == "case_name" else value,
        )
    last = 3 + len(DEAL)
    for where, on, left, top in (
        ("B9", "Deals", 2, 4),
        ("I9", "Deals", 8, 4),
        ("Z1", "Deals", 2, 4),
        ("A1", "Other", 6, 9),
    ):
        book.selection = book.sheets[on].range(where)
        found = stress_sheets.deal_of(book)
        assert found is not None
        assert (found.sheet, found.left, found.top) == (on, left, top)
        assert (
            found.area()
            == f"{on}!{address(top - 1, left - 1, True)}:{address(last + top - 5, left, True)}"
        )
        assert (found.name == "Second") == (left == 8)


def test_without_a_deal_nothing_is_written(tmp_path: Path) -> None:
    book = PretendBook(tmp_path, Sheet={"A1": "capex", "B1": 5.0})
    book.selection = book.sheets["Sheet"].range("A1")
    for task in ("stress", "support"):
        assert run(task, book)[1] == stress_sheets.NO_DEAL
    assert len(book.sheets) == 1


def test_an_excel_without_dynamic_arrays_gets_a_filled_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cells, "formula2", property(Cells.formula.fget))  # type: ignore[attr-defined]
    book = book_with(tmp_path)
    run("stress", book)
    [((top, left), formula)] = book.sheets["Stress 1"].formulas.items()
    end = address(
        top + len(stress_sheets.MEASURES) - 2, left + len(stress_sheets.SCENARIOS) - 2, True
    )
    assert formula.startswith("{=DEAL_SCENARIOS(")
    assert formula.endswith(f"}} in {address(top - 1, left - 1, True)}:{end}")


def test_every_button_has_a_task() -> None:
    import re

    from bankable.addin.excel import ribbon_xml

    tags = re.findall(r'onAction="BankableTask" tag="(\w+)"', ribbon_xml.ribbon_xml())
    assert set(tags) <= set(ribbon.TASKS)
    assert {"stress", "support", "kept"} <= set(tags)
