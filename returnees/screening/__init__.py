"""Re-screening: who is touched by a list, notice or zone, what changes, how much work it is."""
