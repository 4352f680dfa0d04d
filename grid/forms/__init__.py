"""Forms of the foundation's pages. They clean input; services write."""
