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
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import connections

from tests.services import PREFIX

pytest_plugins = ["tests.cast"]

TEMPLATE = "GRID_TEST_TEMPLATE"
NOON = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0, second=0)


def pytest_configure(config: pytest.Config) -> None:
    """Migrate once for all processes of a parallel run; each clones the result.

    Static files are served from where they lie: no collected copy is needed.
    """
    settings.STATIC_ROOT = tempfile.mkdtemp(prefix="grid-static-")
    config.add_cleanup(partial(shutil.rmtree, settings.STATIC_ROOT, ignore_errors=True))
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    own_server = PREFIX in os.environ.get("DATABASE_URL", "")
    if own_server and getattr(config.option, "numprocesses", None):
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=config.rootpath,
            check=True,
        )
        os.environ[TEMPLATE] = str(connections["default"].settings_dict["NAME"])
    if template := os.environ.get(TEMPLATE):
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = template


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
