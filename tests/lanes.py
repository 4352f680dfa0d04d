"""How a parallel run hands out its files: those that start real programs one after another.

Such tests wait more than they compute. Beside files that only compute they fill the machine; two
of them at a time would starve each other, and left for the end they would keep one process idle.
So one process begins with them and takes them all, while the others take the rest, the files with
most tests first.
"""

import re
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parents[1]
REAL = re.compile(r"\bmark\.(?:processes|browser)\b")


def is_real(path: str) -> bool:
    """Say whether tests of this file start real programs: their marks say so."""
    return REAL.search((ROOT / path).read_text(encoding="utf-8")) is not None


class Lanes(LoadFileScheduling):
    """Hands out whole files; those that start real programs to one process at a time."""

    def _assign_work_unit(self, node: Any) -> None:
        """Give this process a file that starts programs, unless another process has one."""
        taken = any(
            is_real(path) and not all(tests.values())
            for one, files in self.assigned_work.items()
            if one is not node
            for path, tests in files.items()
        )
        fitting = [path for path in self.workqueue if is_real(path) is not taken]
        if fitting:
            # By name: neighbours share servers and browsers that are dear to start.
            first = fitting[0] if taken else min(fitting)
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
