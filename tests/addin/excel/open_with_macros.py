"""Run by a Python that has LibreOffice's uno: opens a workbook with its macros allowed, calculates
everything and saves it as .xlsx.

Arguments: the pipe that LibreOffice listens at, the workbook's address, the copy's address.
"""

from __future__ import annotations

import os
import sys
import time


def main(pipe: str, source: str, target: str) -> None:
    import uno
    from com.sun.star.beans import PropertyValue

    def option(name: str, value: object) -> object:
        made = PropertyValue()
        made.Name, made.Value = name, value
        return made

    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", here
    )
    for attempt in range(150):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            if attempt == 149:
                raise
            time.sleep(0.2)
    desktop = there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
    book = desktop.loadComponentFromURL(
        source, "_blank", 0, (option("Hidden", True), option("MacroExecutionMode", 4))
    )
    book.calculateAll()
    book.storeToURL(target, (option("FilterName", "Calc MS Excel 2007 XML"),))
    book.close(True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # uno's own end, while LibreOffice still runs, crashes now and then
