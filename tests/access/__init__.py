"""Who may open what: the role table, the addresses, and the rows they are tried on."""
