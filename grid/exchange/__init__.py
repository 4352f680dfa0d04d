"""What the back office takes in and gives out, by django-import-export: many rows at a time.

Lists of people with all that is doubtful about them go through `grid.imports` instead.
"""
