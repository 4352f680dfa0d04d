"""What the policy engine refuses, each with sentences a person can act on."""


class FactsError(ValueError):
    """The facts of one person cannot be planned; the message names the fact and the mending."""


class PackError(ValueError):
    """A pack file cannot be used; `faults` holds one sentence per fault (file, row, field)."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
