"""`make bench`: every figure a ratio to its reference, measured side by side in one run."""
