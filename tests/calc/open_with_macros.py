"""Run by a Python that has LibreOffice's uno: opens a workbook with its macros allowed, calculates
everything and saves it as .xlsx.

Arguments: the pipe that LibreOffice listens at, the workbook's address, the copy's address.
"""

from __future__ import annotations

import sys

from drive_office import connected, ended, leave, option  # beside this file, not in a package


def main(pipe: str, source: str, target: str) -> None:
    desktop = connected(pipe)
    try:
        book = desktop.loadComponentFromURL(
            source, "_blank", 0, (option("Hidden", True), option("MacroExecutionMode", 4))
        )
        book.calculateAll()
        book.storeToURL(target, (option("FilterName", "Calc MS Excel 2007 XML"),))
        book.close(True)
    finally:
        ended(desktop)


if __name__ == "__main__":
    main(*sys.argv[1:])
    leave()
