"""Where the command and Excel come in, under a name of its own: says so when another `bankable`
stands before ours on Python's path.

A file `bankable.py` (or a foreign package of that name) on the path is what Python imports instead
of Bankable; nothing of Bankable could then tell what is wrong. This module needs nothing but the
standard library.
"""

from __future__ import annotations

import importlib.util
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


def __getattr__(name: str) -> Any:
    """The worksheet functions by name, for xlwings: those of `bankable.addin.excel.functions`."""
    if name.startswith("__"):
        raise AttributeError(name)
    path = in_the_way()
    if path:
        raise ImportError(sentence(path))
    return getattr(importlib.import_module(FUNCTIONS), name)


if __name__ == "__main__":
    sys.exit(main())
