"""Where a program of this machine lies, by its full path.

Only folders that PATH names in full are looked into: a program that somebody put into the current
folder is not started.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def full_path(names: Iterable[str]) -> Path | None:
    """The first of these programs that is there; a name is looked for in PATH, a full path taken
    as it is.
    """
    folders = [
        folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)
    ]
    for name in names:
        for place in [name] if os.path.isabs(name) else [os.path.join(f, name) for f in folders]:
            if found := shutil.which(place):  # a name with a folder is looked for there alone
                return Path(found)
    return None
