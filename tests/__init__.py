"""Tests, and the tools that only developers run."""
