"""The sheets of the workbook, one module each; a sheet is rows of native formulas named by key."""
