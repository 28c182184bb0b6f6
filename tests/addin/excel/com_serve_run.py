"""Run in a process of its own: the very Python text that the registry's command line holds, with
pywin32 replaced by stand-ins.

It ends in xlwings' own `serve`, which registers a class and waits for messages; at the first wait
the class's object is made as COM would make it, and the pickled calls are put to it.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

from tests.addin.excel.com_server_run import stand_in_for_pywin32


def main() -> None:
    text, calls = pickle.load(sys.stdin.buffer)
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    stand_in_for_pywin32()
    modules: Any = sys.modules
    registered: list[tuple[Any, Any]] = []
    modules["win32com.server.policy"].DefaultPolicy = type("DefaultPolicy", (), {})
    modules["win32com.server.util"].wrap = lambda thing, iid=None: thing
    modules["pywintypes"].IID = lambda number: number
    com = modules["pythoncom"]
    com.CLSCTX_LOCAL_SERVER, com.REGCLS_MULTIPLEUSE, com.REGCLS_SUSPENDED = 4, 1, 4
    com.MakePyFactory = lambda number: ("factory of", number)
    com.CoRegisterClassObject = lambda number, factory, context, flags: registered.append(
        (number, factory, context)
    )
    modules["win32event"].WAIT_OBJECT_0 = 0
    modules["win32event"].MsgWaitForMultipleObjects = lambda *_: 0
    results: list[Any] = []
    tasks: dict[str, Any] = {}

    def first_message() -> bool:
        [(number, _, _)] = registered
        policy = modules["win32com.server.policy"].DefaultPolicy()
        server = policy._CreateInstance_(number, "IID_IDispatch")
        parent = type(server).__mro__[1]
        results.append(
            [
                type(server).__name__,
                f"{parent.__module__}.{parent.__name__}",
                server._public_methods_,
            ]
        )
        results.extend(server.CallUDF("bankable_start", *call) for call in calls)
        try_tasks(server, tasks)
        return True

    com.PumpWaitingMessages = first_message
    sys.platform, real = "win32", sys.platform
    import xlwings

    sys.platform = real
    assert xlwings.serve
    exec(compile(text, "LocalServer32", "exec"), {})
    out.write(pickle.dumps((registered, results, tasks)))


def try_tasks(server: Any, seen: dict[str, Any]) -> None:
    """The ribbon's tasks through the class, and what it must not do."""
    import xlwings

    from bankable.addin.excel import ribbon

    class Book:
        name = "the caller's"

        @property
        def app(self) -> Any:
            raise AttributeError("no cells here")

    xlwings.Book.caller = classmethod(  # type: ignore[method-assign,assignment]
        lambda cls: xlwings._xlwindows.BOOK_CALLER
    )
    seen["explain"] = server.Start("explain", "=SUM(1)")
    first = server.Start("check", "", Book())
    seen["the book while it is checked"] = xlwings._xlwindows.BOOK_CALLER.name
    seen["check"] = [first, server.Advance()]
    seen["the book afterwards"] = xlwings._xlwindows.BOOK_CALLER
    server.Start("check", "", Book())
    seen["cancel"] = server.Cancel()
    assert xlwings._xlwindows.BOOK_CALLER is None
    assert not ribbon.running()
    seen["forget"] = server.Forget()
    seen["refused"] = []
    for module, name in (
        ("os", "system"),
        ("bankable_start", "evaluate"),
        ("bankable_start", "serve"),
    ):
        try:
            server.CallUDF(module, name, ("echo",))
        except PermissionError:
            seen["refused"].append(f"{module}.{name}")


if __name__ == "__main__":
    main()
