"""`make lock` pins the dependencies; `python -m tests.lock --check` proves the locks sound.

A lock is host-free: names, versions and hashes, so that any package index serves it.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).parent / "uv"
RUN, DEV, TOOL = "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"
SMS = "requirements-sms.lock"  # the extra of that name; tests have it too
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet"]


def pins(name: str) -> dict[str, str]:
    """Return the versions that a lock pins, by canonical name."""
    found = PINNED.findall((ROOT / name).read_text())
    return {canonicalize_name(package): version for package, version in found}


def faults() -> list[str]:
    """Return what is wrong with the locks, a sentence each."""
    return [*address_faults(), *hash_faults(), *pyproject_faults(), *difference_faults()]


def address_faults() -> list[str]:
    return [
        f"{name}, line {number}: names an address; make it again with `make lock`."
        for name in (RUN, SMS, DEV, TOOL)
        for number, line in enumerate((ROOT / name).read_text().splitlines(), start=1)
        if "://" in line or " @ " in line or line.startswith("-")
    ]


def hash_faults() -> list[str]:
    return [
        f"{name}: {entry.splitlines()[0].split()[0]} has no hash; run `make lock`."
        for name in (RUN, SMS, DEV, TOOL)
        for entry in re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text().strip())
        if "--hash=sha256:" not in entry
    ]


def pyproject_faults() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [(RUN, text) for text in project["project"]["dependencies"]]
    asked += [(DEV, text) for text in project["dependency-groups"]["dev"]]
    extra = project["project"]["optional-dependencies"]["sms"]
    asked += [(lock, text) for lock in (SMS, DEV) for text in extra]
    locked = {name: pins(name) for name in (RUN, SMS, DEV)}
    wrong = []
    for lock, text in asked:
        wish = Requirement(text)
        version = locked[lock].get(canonicalize_name(wish.name))
        if version is None or not wish.specifier.contains(version, prereleases=True):
            wrong.append(
                f"{lock}: pyproject.toml asks for {text}, locked is {version}; `make lock`."
            )
    return wrong


def difference_faults() -> list[str]:
    return [
        f"{wider}: {name} is {pins(wider).get(name)}, but {version} in {lock}; run `make lock`."
        for lock, wider in ((RUN, SMS), (SMS, DEV))
        for name, version in pins(lock).items()
        if pins(wider).get(name) != version
    ]


def compile_locks(extra: list[str]) -> None:
    """Pin afresh; versions already locked stay unless `--upgrade` is given."""
    uv = [str(UV), "pip", "compile", *OPTIONS, *extra]
    subprocess.run([*uv, "pyproject.toml", "-o", RUN], cwd=ROOT, check=True)
    sms = [*uv, "pyproject.toml", "--extra", "sms"]
    subprocess.run([*sms, "-c", RUN, "-o", SMS], cwd=ROOT, check=True)
    subprocess.run([*sms, "--group", "dev", "-c", SMS, "-o", DEV], cwd=ROOT, check=True)
    subprocess.run(
        [*uv, "-", "--no-annotate", "-o", TOOL],
        cwd=ROOT,
        check=True,
        input="uv>=0.13,<0.14\n",
        text=True,
    )


def main() -> int:
    """Make the locks, or with --check say what is wrong with them."""
    if "--check" not in sys.argv[1:]:
        compile_locks(sys.argv[1:])
    found = faults()
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
