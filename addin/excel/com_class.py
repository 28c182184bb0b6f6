"""The class that Bankable's COM server offers: xlwings' own, cut down to what the add-in asks of it.

xlwings' class runs any Python text that it is given. A class that Windows starts for every macro of
the user must not: this one answers the worksheet functions and the ribbon's tasks, and nothing else.
"""

from __future__ import annotations

import importlib
from typing import Any, ClassVar

from bankable import udfs
from bankable.addin.excel import ribbon
from bankable.udfs import answer_cache

MODULE = "bankable_start"
OFFERED = ("CallUDF", "Start", "Advance", "Cancel", "Forget")


def made(com_server: Any) -> type:
    """The class, over that of xlwings' module `com_server`."""

    class BankablePython(com_server.XLPython):
        """Answers cells and buttons; what is not in `_public_methods_` cannot be asked for."""

        _public_methods_: ClassVar[list[str]] = list(OFFERED)

        def CallUDF(
            self, script: str, fname: str, args: Any, this_workbook: Any = None, caller: Any = None
        ) -> Any:
            """A worksheet function of the register."""
            if script != MODULE or fname not in udfs.FUNCTIONS:
                raise PermissionError(
                    f"Bankable's Python answers worksheet functions only, and {fname} is none that"
                    " it has: if the add-in asks for it, close Excel and run `bankable install"
                    " --com-server`, so that both are of one version."
                )
            return super().CallUDF(script, fname, args)

        def Start(self, task: str, argument: str, book: Any = None) -> str:
            """Begin a task of the ribbon on that workbook; its first text."""
            if book is not None:
                _caller(com_server.FromVariant(book))
            return _said(ribbon.start(str(task), str(argument)))

        def Advance(self) -> str:
            """The next step of the task."""
            return _said(ribbon.advance())

        def Cancel(self) -> str:
            """Stop the task."""
            return _said(ribbon.cancel())

        def Forget(self) -> None:
            """Let go of the answers that are kept."""
            answer_cache.forget()

    return BankablePython


def _said(text: str) -> str:
    """A task's text; once it is over no hold on the workbook is kept, or Excel could not end."""
    if not ribbon.running():
        _caller(None)
    return text


def _caller(book: Any) -> None:
    windows: Any = importlib.import_module("xlwings._xlwindows")
    windows.BOOK_CALLER = book


def serve(class_id: str) -> None:
    """Be the COM server of that class until nobody holds it any more."""
    com_server: Any = importlib.import_module("xlwings.com_server")
    com_server.XLPython = made(com_server)  # the class that xlwings' serve makes objects of
    com_server.serve(class_id)
