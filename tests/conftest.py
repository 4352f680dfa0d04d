"""What every test shares: the named cast, and password hashes that cost no time.

The servers of the run come from the plugin tests.services, which must be there before the
settings are read: `python -m pytest -p tests.services`, as the addopts of pyproject.toml say.
"""

import pytest

pytest_plugins = ["tests.cast"]


@pytest.fixture(autouse=True)
def fast_passwords(settings) -> None:
    """Hash passwords quickly: argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
