"""The ten-minute check-list that stands in docs/windows.md, in the doctor's report and in the file of
`bankable excel-check`.

It names what no test of ours can touch without Excel.
"""

from __future__ import annotations

TO_TRY = (
    "the Bankable tab stands in the ribbon after Excel starts",
    "=SURVIVAL(4,0,0.85,1) entered in a cell fills four cells: 1, 0.85, 0.7225, 0.6141",
    "=SURVIVAL(-4) shows #NUM!, and Explain error says why",
    (
        "the function wizard (fx) shows SURVIVAL under the category 'Bankable: ...' with a text for"
        " each argument"
    ),
    "Bankable, New comparison opens a workbook; its Checks sheet shows OK",
    "Bankable, Check workbook ends with a message and colours nothing in it",
    "Bankable, Credit memo writes a Word file",
    "the workbook saved, closed and opened again calculates without a question about links",
    (
        "the workbook opened on a second machine (other user name) with the add-in calculates after"
        " opening"
    ),
    (
        "a comparison saved as .xlsm by `bankable compare -o x.xlsm` calculates with the add-in"
        " unticked"
    ),
    "=SUM(SURVIVAL(4,0,0.85,1)) gives 3.1866",
    "Bankable, Stress, Stress sheet on that workbook adds a sheet that shows figures and no error",
    (
        "how long: seconds from the first formula after starting Excel to its value; seconds for"
        " 100 cells of =SURVIVAL(4,0,0.85,1)"
    ),
)

# Those that no program can look at: `bankable excel-check` asks for them one by one.
FOR_EYES = tuple(TO_TRY[number - 1] for number in (1, 3, 4, 5, 6, 7, 8, 12))
