"""Import one list in a process of its own and print its peak memory in MB."""

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
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
