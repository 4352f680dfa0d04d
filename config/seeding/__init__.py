"""A believable community of any size, under invented places; the same for the same seed."""
