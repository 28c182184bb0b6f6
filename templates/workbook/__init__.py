"""A workbook in memory and how it becomes a file: cells, the row language, styles, charts; knows no
finance.
"""
