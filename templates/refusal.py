"""What is refused, in one sentence that names the place, what is wrong with it and what to do.

Whatever is wrong with a user's file, folder, program or request is raised as a `Refusal`, and every
door shows its sentence. Any other exception is a fault of Bankable's own.
"""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - it is no error of the program
    """Bankable will not go on; `sentence` says why and what to do, `faults` names each place where
    there are several.
    """

    def __init__(self, sentence: str, faults: list[str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.faults = faults or []
