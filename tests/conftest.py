"""What every test shares: the named cast, password hashes that cost no time, one migration run.

The servers of the run come from the plugin tests.services, which must be there before the
settings are read: `python -m pytest -p tests.services`, as the addopts of pyproject.toml say.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.lanes import Lanes
from tests.services import PREFIX

pytest_plugins = ["tests.cast"]

TEMPLATE = "GRID_TEST_TEMPLATE"
MIGRATION = pytest.StashKey[subprocess.Popen[str]]()
NOON = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0, second=0)

# How long an example takes to make or to try says how busy the machine is, and nothing else.
hypothesis_settings.register_profile(
    "patient",
    parent=hypothesis_settings.default,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Migrate once for all processes of a parallel run; each copies the result.

    Static files are served from where they lie: no collected copy is needed.
    """
    settings.STATIC_ROOT = tempfile.mkdtemp(prefix="grid-static-")
    config.add_cleanup(partial(shutil.rmtree, settings.STATIC_ROOT, ignore_errors=True))
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    own_server = PREFIX in os.environ.get("DATABASE_URL", "")
    if own_server and getattr(config.option, "numprocesses", None):
        config.stash[MIGRATION] = start_migration(config)
        os.environ[TEMPLATE] = str(connections["default"].settings_dict["NAME"])
    if template := os.environ.get(TEMPLATE):
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = template


def start_migration(config: pytest.Config) -> subprocess.Popen[str]:
    """Begin to migrate the database that the processes will copy."""
    migration = subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=config.rootpath,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def end() -> None:
        if migration.poll() is None:
            migration.kill()
            migration.communicate()

    config.add_cleanup(end)
    return migration


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """Let no test begin before the tables are there; the processes have collected meanwhile."""
    migration = node.config.stash.get(MIGRATION, None)
    if migration is None or migration.returncode == 0:
        return
    said, _nothing = migration.communicate()
    if migration.returncode:
        pytest.exit(f"manage.py migrate failed:\n{said}", returncode=1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes | None:
    """Hand out files as tests.lanes says."""
    return Lanes(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(autouse=True)
def noon_of_the_run(request) -> Iterator[None]:
    """Let it be noon of the day the run began: what is late must not hang on the hour of a run."""
    if request.node.path.is_relative_to(request.config.rootpath / "tests" / "config"):
        yield  # real processes live by the real clock
        return
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture(autouse=True)
def fast_passwords(settings) -> None:
    """Hash passwords quickly: argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
