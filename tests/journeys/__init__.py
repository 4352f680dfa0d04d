"""Whole flows: what several people do one after the other, through the pages they use."""
