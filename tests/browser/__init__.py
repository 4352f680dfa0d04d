"""The portal in a real browser, at the size of a phone and of a desk."""
