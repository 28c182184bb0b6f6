"""Workbooks without the functions that take time, for tests of native rows and their checks."""

from __future__ import annotations

from bankable.templates.workbook.book import Book


def without_slow_functions(book: Book) -> Book:
    """Zeros where functions stand that take time and have no part in these checks."""
    slow = (
        *("LEAST_COST_SUPPORT(", "BREAKEVEN(", "DEAL_FAN(", "FRONTIER(", "SENS_GRID("),
        *("CURE_MATRIX(", ',"permitted")'),
    )
    for sheet in book:
        for block in [
            block for block in sheet.blocks if any(name in block.formula for name in slow)
        ]:
            for row in range(block.first_row, block.last_row + 1):
                for col in range(block.first_col, block.last_col + 1):
                    sheet.cells[row, col].block, sheet.cells[row, col].value = None, 0.0
            sheet.blocks.remove(block)
        for cell in sheet.cells.values():
            if cell.formula and "BREAKEVEN(" in cell.formula:
                cell.formula, cell.value = None, 0.0
    return book
