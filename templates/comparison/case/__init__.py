"""The case sheet, a module a section; each bears the name of its twin in `udfs/deal/chain/`."""
