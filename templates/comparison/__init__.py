"""The comparison workbook: laid out (`compare`, `case/`, `sheets/`), read back, tied out against
the chain and traced.
"""
