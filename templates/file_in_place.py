"""A file is put in its place whole or not at all: written beside it, then moved there.

A file that is replaced keeps its mode, and a link goes on leading to its file, which is the one
that is replaced.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bankable.templates.refusal import Refusal


def place_of(target: Path) -> Path:
    """Where a file is written: the target itself, or the end of the links that it is."""
    if not target.is_symlink():
        return target
    place = Path(os.path.realpath(target))
    if place.is_symlink():
        raise Refusal(f"{target} is a link that leads back to itself: choose another file.")
    return place


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A draft that takes the target's place when it is written whole, and is gone when not."""
    place = place_of(target)
    draft = place.with_name(f".{place.stem}.{secrets.token_hex(6)}.part{place.suffix}")
    try:
        with draft.open("xb"):
            pass
        yield draft
        if place.exists():
            draft.chmod(stat.S_IMODE(place.stat().st_mode))
        os.replace(draft, place)
    except PermissionError:
        raise Refusal(
            f"{target} cannot be written: it may be open in another program, or you may not write in"
            " its folder."
        ) from None
    except FileNotFoundError:
        raise Refusal(f"{target} cannot be written: there is no folder {place.parent}.") from None
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error.strerror or error}.") from None
    finally:
        draft.unlink(missing_ok=True)


def put(target: Path, data: bytes) -> Path:
    """The bytes in their file, all at once."""
    with draft_of(target) as draft:
        draft.write_bytes(data)
    return target
