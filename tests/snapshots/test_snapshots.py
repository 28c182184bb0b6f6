"""The shipped comparison against its snapshot in git: which figure moved, by sheet, key and label."""

from __future__ import annotations

import difflib

import pytest

from tests.snapshots import by_key

MOST_SHOWN = 40


@pytest.fixture(scope="module")
def now() -> dict[str, str]:
    return by_key.texts()


def test_the_sheets_are_those_of_the_snapshot(now: dict[str, str]) -> None:
    assert {path.stem for path in by_key.FOLDER.glob("*.txt")} == set(now)


def test_no_figure_moved_unsaid(now: dict[str, str]) -> None:
    moved = []
    for sheet, text in now.items():
        before = by_key.path_of(sheet).read_text(encoding="utf-8").splitlines()
        changes = difflib.unified_diff(before, text.splitlines(), lineterm="", n=0)
        moved += [
            f"{sheet}: {line}"
            for line in changes
            if line[:1] in "+-" and line[:3] not in ("---", "+++")
        ]
    shown = "\n".join(moved[:MOST_SHOWN])
    assert not moved, (
        f"{len(moved)} lines differ; where it is meant, run python -m tests.snapshots.by_key:\n{shown}"
    )


def test_a_row_put_in_changes_few_lines(now: dict[str, str]) -> None:
    """The lines name rows by key, so that the rows below an inserted one stay as they are."""
    from bankable.templates import deal_file
    from bankable.templates.comparison import plan
    from bankable.templates.workbook.rows import blank

    sheet = deal_file.load_shipped()[0].deal.case_name
    real = plan.case_sheet.rows

    def with_one_more(*given):
        return [blank(), *real(*given)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan.case_sheet, "rows", with_one_more)
        then = by_key.texts()
    assert set(then) == set(now)
    different = sum(
        line not in set(now[name].splitlines()) for name in now for line in then[name].splitlines()
    )
    assert different < 30, sheet
