"""What changes returns, episodes and what hangs below them; each act is one function."""
