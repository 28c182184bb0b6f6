"""The UNO component inside LibreOffice: hands each call of a cell to the function of that name in
the register.

Only `uno` and the standard library are imported before the first call; `paths.json`, written at
installation, says where Bankable and its numpy are.
"""

from __future__ import annotations

import functools
import json
import os
import site
import struct
import sys
from typing import Any

import uno
import unohelper

SERVICE = "bankable.calc.Functions"
# Calc's number of each cell error; a NaN whose low bits hold it shows as that error.
CODES = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
}


def error(code):
    """The number that Calc shows as a cell error."""
    return struct.unpack("<d", struct.pack("<Q", 0x7FF8 << 48 | CODES.get(code, 519)))[0]


NOT_FOUND = error("#NAME?")  # for a path function Calc makes #VALUE! of it


def register():
    """The functions by name, and what answers a call; our folders come first while they are
    imported, and last afterwards.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    paths = []
    if os.path.isfile(os.path.join(folder, "paths.json")):
        with open(os.path.join(folder, "paths.json"), encoding="utf-8") as file:
            paths = json.load(file)
    before = list(sys.path)
    sys.path[:0] = paths
    try:
        from bankable import udfs
        from bankable.udfs import answer_cache, cells
    finally:
        sys.path[:] = before
        for path in paths:
            site.addsitedir(path)
    return udfs.FUNCTIONS, answer_cache.answer, cells.OMITTED, cells.CellError


@functools.cache
def loaded() -> Any:
    """The functions, or None with a line on LibreOffice's error output."""
    try:
        return register()
    except Exception as fault:
        print(
            f"Bankable's functions cannot be loaded: {type(fault).__name__}: {fault}",
            file=sys.stderr,
        )
        return None


def method(name: str) -> Any:
    """What Calc calls for a worksheet function: raw values in, a value or rows out, an error as
    Calc's number of it.
    """
    known: Any = loaded() or ({}, None, None, None)
    entries, answer, omitted, cell_error = known
    if name not in entries:
        return lambda *given: NOT_FOUND
    entry, one_cell = entries[name], entries[name].returns.shape in ("number", "text")

    def out(value):
        if type(value) is float:
            return value
        if value is None:
            return ""
        if isinstance(value, bool):
            return float(value)  # inside an array Calc takes every logical for TRUE
        return error(value.code) if isinstance(value, cell_error) else value

    def call(*given):
        try:
            result = answer(entry, [omitted if value is None else value for value in given])
        except Exception as fault:
            print(
                f"{name} met a fault of its own ({type(fault).__name__}: {fault}).", file=sys.stderr
            )
            result = cell_error("#VALUE!", "")
        if isinstance(result, list):
            return tuple([tuple([out(value) for value in row]) for row in result])
        return out(result) if one_cell else ((out(result),),)

    return call


class Functions(
    unohelper.Base,
    uno.getClass("bankable.calc.XFunctions"),  # type: ignore[misc]
    uno.getClass("com.sun.star.lang.XServiceName"),  # type: ignore[misc]
    uno.getClass("com.sun.star.lang.XServiceInfo"),  # type: ignore[misc]
    uno.getClass("com.sun.star.lang.XLocalizable"),  # type: ignore[misc]
):
    """The service that Calc asks for; the method of a worksheet function is made at its first
    call.
    """

    def __init__(self, context, *arguments):
        self.locale = uno.createUnoStruct("com.sun.star.lang.Locale")

    def __getattr__(self, name):
        if not name.isupper():
            raise AttributeError(name)
        call = method(name)
        setattr(self, name, call)
        return call

    def getServiceName(self):
        return SERVICE

    def getImplementationName(self):
        return SERVICE

    def supportsService(self, name):
        return name == SERVICE

    def getSupportedServiceNames(self):
        return (SERVICE,)

    def setLocale(self, locale):
        self.locale = locale

    def getLocale(self):
        return self.locale


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(Functions, SERVICE, (SERVICE,))
