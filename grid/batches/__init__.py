"""Imports as the portal keeps them: batches that are checked, committed, decided on, taken back.

Knows no particular list: what a list's rows mean for the database, its `ListKind` says, which the
app that owns the records registers.
"""
