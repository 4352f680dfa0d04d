"""Pages of the foundation: each view makes one domain call and translates."""
