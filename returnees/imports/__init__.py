"""The lists of this app that the portal imports: each a declaration and a kind."""
