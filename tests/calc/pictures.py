"""Pictures of a workbook's pages as they would be printed: LibreOffice makes the PDF, pypdfium2 the
PNGs.

Run `python -m tests.calc.pictures book.xlsx outdir` to look at every page.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.calc.libreoffice import convert, make_profile


def pages(pdf: Path, out: Path, scale: float = 1.6) -> list[Path]:
    """One PNG a page of a PDF, named after the file: book-01.png and so on."""
    import pypdfium2

    out.mkdir(parents=True, exist_ok=True)
    document = pypdfium2.PdfDocument(pdf)
    made = []
    for number, page in enumerate(document, 1):
        made.append(out / f"{pdf.stem}-{number:02d}.png")
        page.render(scale=scale).to_pil().save(made[-1])
    document.close()
    return made


def picture(path: Path, out: Path, scale: float = 1.6) -> list[Path]:
    """The PDF and the PNGs of a workbook's pages in a folder; returns the PNGs."""
    with tempfile.TemporaryDirectory() as profile:
        pdf = convert(path, "pdf", out, make_profile(Path(profile)))
    return pages(pdf, out, scale)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tests.calc.pictures book.xlsx outdir")
    for png in picture(Path(sys.argv[1]), Path(sys.argv[2])):
        print(png)
