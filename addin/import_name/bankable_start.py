"""Where the command and Excel come in, under a name of its own: says so when another `bankable`
stands before ours on Python's path.

A file `bankable.py` (or a foreign package of that name) on the path is what Python imports instead
of Bankable; nothing of Bankable could then tell what is wrong. This module needs nothing but the
standard library.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any

FAILED = 1  # the exit code of a command that could not do its work
FUNCTIONS = "bankable.addin.excel.functions"


def in_the_way() -> str:
    """What Python takes for Bankable instead of Bankable, as a path; "" where Bankable itself is
    found.
    """
    found = sys.modules.get("bankable")
    if found is not None:
        spec = found.__spec__
    else:
        try:
            spec = importlib.util.find_spec("bankable")
        except (ImportError, ValueError):
            spec = None
    if spec is None:
        return ""
    if spec.submodule_search_locations is None:
        return spec.origin or "bankable"
    try:
        ours = importlib.util.find_spec("bankable.udfs") is not None
    except Exception:  # a foreign package may fail in any way while it is imported
        ours = False
    return (
        "" if ours else str(spec.origin or next(iter(spec.submodule_search_locations), "bankable"))
    )


def sentence(path: str) -> str:
    """What to do about it."""
    return (
        f"{path} is in the way: Python takes it for Bankable. Rename it, or take its folder off"
        " PYTHONPATH or start elsewhere."
    )


def main() -> int:
    """The command `bankable`."""
    path = in_the_way()
    if path:
        print(f"bankable: {sentence(path)}", file=sys.stderr)
        return FAILED
    from bankable.addin.cli import main as command

    return command()


def tell(answer: str) -> None:
    """What this Python gives Excel, as JSON in the file `answer`: `bankable doctor` asks so."""
    path = in_the_way()
    if path:
        told: dict[str, Any] = {"in_the_way": sentence(path)}
    else:
        import bankable

        survival = importlib.import_module(FUNCTIONS).SURVIVAL
        told = {
            "version": bankable.__version__,
            "survival": survival([[4.0]], [[0.0]], [[0.85]], [[1.0]]),
        }
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(told, file)


def serve(class_id: str) -> None:
    """Be Excel's Python: the COM server of that class, as the registry's entry starts it."""
    path = in_the_way()
    if path:
        raise ImportError(sentence(path))
    importlib.import_module("bankable.addin.excel.com_class").serve(class_id)


def __getattr__(name: str) -> Any:
    """The worksheet functions by name, for xlwings: those of `bankable.addin.excel.functions`."""
    if name.startswith("__"):
        raise AttributeError(name)
    path = in_the_way()
    if path:
        raise ImportError(sentence(path))
    functions = importlib.import_module(FUNCTIONS)
    if name.isupper() and not hasattr(functions, name):
        import bankable

        raise AttributeError(
            f"the add-in asks for {name}, which Bankable {bankable.__version__} in this Python does"
            " not have: close Excel and run `bankable install`, so that both are of one version."
        )
    return getattr(functions, name)


if __name__ == "__main__":
    sys.exit(main())
