"""The credit memo: a filled workbook in, a Word document out in which every figure names its
cell.
"""
