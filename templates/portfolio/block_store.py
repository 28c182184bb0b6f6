"""The finished blocks of a run, kept beside its output, so that the same command goes on after a
stop.

Each block bears a mark that only this user's key can make: a block that Bankable did not write for
this user, this book and this program is not taken.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from bankable.templates.refusal import Refusal

_MARK = 32  # bytes of the mark before the block itself
_BOOK = re.compile(r"[0-9a-f]{16}")
_OURS = re.compile(r"[0-9]{6}\.(npy|part)")


class Store:
    """The finished blocks of one run, a file each, put in place whole or not at all."""

    def __init__(self, output: Path, key: str) -> None:
        self.parent = output.with_name(output.name + ".blocks")
        self.folder = self.parent / key
        self._key = hashlib.sha256(own_key() + key.encode()).digest()
        for folder in (self.parent, self.folder):
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                raise Refusal(
                    f"{folder} is in the way of the run's blocks: it is no folder of its own."
                    " Remove it, or choose another output."
                )

    def path(self, number: int) -> Path:
        """The file of a block."""
        return self.folder / f"{number:06d}.npy"

    def read(self, number: int, shape: tuple[int, int]) -> np.ndarray | None:
        """A block finished earlier, or None; a file that is not whole, or not ours, counts as
        none.
        """
        largest = 8 * shape[0] * shape[1] + 4096
        try:
            path = self.path(number)
            if not stat.S_ISREG(path.lstat().st_mode) or path.stat().st_size > largest:
                return None
            data = path.read_bytes()
        except OSError:
            return None
        mark, block = data[:_MARK], data[_MARK:]
        if not hmac.compare_digest(mark, self._mark(number, block)):
            return None
        found = np.load(io.BytesIO(block), allow_pickle=False)
        return found if found.shape == shape else None

    def keep(self, number: int, figures: np.ndarray) -> None:
        """Put a finished block in its place."""
        out = io.BytesIO()
        np.save(out, figures, allow_pickle=False)
        block = out.getvalue()
        draft = self.folder / f"{number:06d}.part"
        try:
            self.parent.mkdir(mode=0o700, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            draft.unlink(missing_ok=True)
            with draft.open("xb") as file:
                file.write(self._mark(number, block) + block)
            os.replace(draft, self.path(number))
        except OSError as error:
            raise Refusal(f"{draft} cannot be written: {error.strerror or error}.") from None

    def remove(self) -> None:
        """The output is written: the blocks are not needed any more, nor those of earlier books
        under the same name. What else lies there stays.
        """
        with suppress(OSError):
            for folder in [path for path in self.parent.iterdir() if _BOOK.fullmatch(path.name)]:
                if folder.is_symlink() or not folder.is_dir():
                    continue
                for path in list(folder.iterdir()):
                    if _OURS.fullmatch(path.name):
                        path.unlink(missing_ok=True)
                with suppress(OSError):
                    folder.rmdir()
            self.parent.rmdir()

    def _mark(self, number: int, block: bytes) -> bytes:
        return hmac.digest(self._key, number.to_bytes(8, "big") + block, "sha256")


def own_key() -> bytes:
    """This user's key, made when first asked for; where none can be kept, one for this run alone,
    so that no earlier block is taken.
    """
    try:
        path = state_folder() / "blocks.key"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_name(f"blocks.{secrets.token_hex(6)}.part")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
            os.replace(draft, path)
        key = path.read_bytes()
        found = path.stat()
        is_private = sys.platform == "win32" or (
            found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
        )
        if len(key) == 32 and is_private:
            return key
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        pass
    return secrets.token_bytes(32)


def state_folder() -> Path:
    """Where a program keeps what belongs to the user and to no document."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Bankable"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Bankable"
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local/state") / "bankable"
