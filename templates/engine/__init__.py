"""Calculating any workbook without a spreadsheet program, and putting the new values back; knows no
finance.
"""
