"""One row of the table: a ratio, its goal, and how it came about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a ratio to its reference; at or under the limit the goal is met."""

    name: str
    ratio: float
    limit: float
    detail: str = ""

    @property
    def met(self) -> bool:
        """Whether the ratio is at or under its limit."""
        return self.ratio <= self.limit

    def row(self) -> str:
        """Return the line of the table."""
        mark = "" if self.met else "  OVER"
        return f"{self.name:<66} {self.ratio:>9.2f} {self.limit:>9.2f}  {self.detail}{mark}"
