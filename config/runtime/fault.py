"""The one error of starting: a sentence for the person at the terminal."""


class StartError(Exception):
    """Something needed to start is missing, taken or damaged; the message says how to mend it."""
