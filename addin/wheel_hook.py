"""What hatchling asks while it builds a wheel: the import name's own files go to the top of it.

`addin/import_name` is on the path of an editable install as it stands; in a wheel its files lie
above the three packages.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = "addin/import_name"


class ImportName(BuildHookInterface):
    """Puts the files of `addin/import_name` where the wheel wants them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the build; `version` is "standard" or "editable"."""
        if version == "editable":
            return
        folder = Path(self.root) / FOLDER
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".py", ".pyi", ".typed"):
                build_data["force_include"][str(path)] = path.relative_to(folder).as_posix()
