"""Import one list in a process of its own and print its peak memory in MB."""

import re
import resource
import sys
from pathlib import Path

import django


def main() -> None:
    """Check, commit and derive the file named on the command line."""
    django.setup()
    from tests.bench import imports  # the settings must be there first

    content = Path(sys.argv[1]).read_bytes()
    imports.alone(content, imports.place_of(content))
    print(peak() // 1024)


def peak() -> int:
    """Return the peak memory of this process in KB.

    On Linux that of the program alone: what getrusage says begins with whoever started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
