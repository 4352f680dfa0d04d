"""Pages of returns: each view makes one domain call and translates."""
