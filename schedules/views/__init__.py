"""Pages of the daily work."""
