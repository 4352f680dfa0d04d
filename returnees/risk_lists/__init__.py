"""Risk lists: reading them as published, finding the places they name, comparing two of them."""
