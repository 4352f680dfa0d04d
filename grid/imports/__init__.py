"""Reading lists as they circulate: bytes of a file in, understood rows with verdicts out.

Pure Python: nothing here knows Django or the database. `docs/import-codes.md` lists every code.
"""
