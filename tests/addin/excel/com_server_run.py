"""Run in a process of its own: xlwings' real COM server and converters with pywin32 replaced by
stand-ins.

Reads pickled calls (function, raw arguments) from standard input and answers with the pickled
results of `XLPython.CallUDF`, together with the VBA that xlwings' own Import Functions writes.
"""

from __future__ import annotations

import ctypes
import io
import pickle
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock


class StandIn(ModuleType):
    """A module that has every name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = MagicMock(name=f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class NotWrappedError(Exception):
    """What pywin32's unwrap raises on a plain value."""


def stand_in_for_pywin32() -> None:
    names = (
        "win32api win32event win32con win32gui win32process win32timezone win32com win32com.client"
        " win32com.client.gencache"
    )
    names += (
        " win32com.server win32com.server.dispatcher win32com.server.policy win32com.server.util"
        " win32com.server.exception"
    )
    for name in [*names.split(), "pythoncom", "pywintypes"]:
        sys.modules[name] = StandIn(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
    client = sys.modules["win32com.client"]
    for name in ("CDispatch", "DispatchBaseClass", "CoClassBaseClass"):
        setattr(client, name, type(name, (), {}))
    sys.modules["pywintypes"].com_error = type("com_error", (Exception,), {})  # type: ignore[attr-defined]
    sys.modules["pywintypes"].TimeType = type("TimeType", (), {})  # type: ignore[attr-defined]
    sys.modules["pythoncom"].com_error = sys.modules["pywintypes"].com_error  # type: ignore[attr-defined]

    def unwrap(value: Any) -> Any:
        raise NotWrappedError

    sys.modules["win32com.server.util"].unwrap = unwrap  # type: ignore[attr-defined]
    sys.modules["pythoncom"].__file__ = "pythoncom"
    for name in ("windll", "oledll", "PyDLL"):
        setattr(ctypes, name, MagicMock(name=name))


def main() -> None:
    calls = pickle.load(sys.stdin.buffer)
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    stand_in_for_pywin32()
    sys.platform, real = "win32", sys.platform
    import xlwings
    import xlwings.com_server
    import xlwings.udfs

    sys.platform = real
    import bankable.addin.excel.functions

    server = xlwings.com_server.XLPython()
    results = [server.CallUDF("bankable_start", name, arguments) for name, arguments in calls]
    written = io.StringIO()
    book = MagicMock()
    book.Name = "bankable.xlam"
    xlwings.udfs.generate_vba_wrapper(
        "bankable.addin.excel.functions", bankable.addin.excel.functions, written, book
    )
    out.write(pickle.dumps((results, written.getvalue())))


if __name__ == "__main__":
    main()
