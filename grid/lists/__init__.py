"""Lists of the foundation on the import machine: households with landlords, cadres with posts."""
