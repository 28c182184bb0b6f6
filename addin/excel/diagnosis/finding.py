"""What one check of the doctor found: its state, what was seen, who owns it and what to do.

The states are four words, of which only FAULT makes the command fail.
"""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, FAULT, UNKNOWN = "ok", "warning", "fault", "not known"


@dataclass(frozen=True)
class Finding:
    """One check: its state, what was seen, what to do about it ("" where nothing), and who can
    change it ("" where that is the user).
    """

    check: str
    state: str
    seen: str
    mend: str = ""
    owner: str = ""
