"""The one kind of error that a user can mend."""


class Refused(Exception):  # noqa: N818  it is an answer, not a crash
    """The act was refused; the message is one clear sentence: what, where, how to mend it."""
