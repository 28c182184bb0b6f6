"""A book of loans: read from a table, calculated in blocks, summed up and written."""
