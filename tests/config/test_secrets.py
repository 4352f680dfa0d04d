import base64
import os
import stat

import pytest

from config.runtime import StartError, secrets
from config.runtime.home import Home


@pytest.fixture(autouse=True)
def no_keys_given(monkeypatch: pytest.MonkeyPatch):
    for variable in secrets.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def sealed(empty_home: Home) -> Home:
    """A home whose database was sealed with the keys of var/secrets."""
    secrets.load(empty_home)
    (empty_home.store / "postgres" / "data").mkdir(parents=True)
    secrets.remember(empty_home)
    return empty_home


def forget_environment() -> None:
    for variable in secrets.VARIABLES.values():
        os.environ.pop(variable, None)


def test_keys_are_made_once_and_for_their_owner_alone(empty_home: Home):
    secrets.load(empty_home)
    first = {variable: os.environ[variable] for variable in secrets.VARIABLES.values()}
    forget_environment()
    secrets.load(empty_home)

    assert {variable: os.environ[variable] for variable in first} == first
    assert len(base64.b64decode(first["GRID_FIELD_KEYS"])) == 32
    assert len(base64.b64decode(first["GRID_HASH_KEY"])) == 32
    folder = empty_home.var / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_given_keys_are_not_touched_and_none_are_made(
    empty_home: Home, monkeypatch: pytest.MonkeyPatch
):
    for variable in secrets.VARIABLES.values():
        monkeypatch.setenv(variable, "mine")

    secrets.load(empty_home)

    assert os.environ["GRID_HASH_KEY"] == "mine"
    assert not empty_home.var.exists()


@pytest.mark.parametrize("lost", ["field_key", "hash_key"])
def test_lost_keys_of_a_database_are_not_made_anew(sealed: Home, lost: str):
    forget_environment()
    (sealed.var / "secrets" / lost).unlink()

    with pytest.raises(StartError, match=f"keys are missing.*{lost}.*backup"):
        secrets.load(sealed)

    assert not (sealed.var / "secrets" / lost).exists()


def test_a_lost_django_key_is_made_anew(sealed: Home):
    forget_environment()
    (sealed.var / "secrets" / "django_secret_key").unlink()

    secrets.load(sealed)

    assert os.environ["DJANGO_SECRET_KEY"]


def test_another_key_than_the_databases_is_refused(sealed: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRID_HASH_KEY", secrets.new_key("hash_key"))

    with pytest.raises(StartError, match="sealed with another hash_key"):
        secrets.check(sealed)


def test_a_key_may_be_added_to_the_ring_and_the_old_one_not_dropped(sealed: Home):
    old = os.environ["GRID_FIELD_KEYS"]
    new = secrets.new_key("field_key")
    os.environ["GRID_FIELD_KEYS"] = f"{new},{old}"
    secrets.check(sealed)
    secrets.remember(sealed)

    os.environ["GRID_FIELD_KEYS"] = new
    with pytest.raises(StartError, match="sealed with another field_key"):
        secrets.check(sealed)


def test_a_key_file_with_several_lines_is_a_ring(empty_home: Home):
    secrets.load(empty_home)
    forget_environment()
    path = empty_home.var / "secrets" / "field_key"
    path.write_text("new\nold\n")

    secrets.load(empty_home)

    assert os.environ["GRID_FIELD_KEYS"] == "new,old"


def test_an_empty_key_file_is_refused(sealed: Home):
    forget_environment()
    (sealed.var / "secrets" / "hash_key").write_text("")

    with pytest.raises(StartError, match="hash_key is empty"):
        secrets.load(sealed)


def test_a_moved_away_database_takes_new_keys(sealed: Home):
    forget_environment()
    (sealed.store / "postgres" / "data").rename(sealed.store / "away")
    (sealed.var / "secrets" / "hash_key").unlink()

    secrets.load(sealed)
    secrets.check(sealed)

    assert os.environ["GRID_HASH_KEY"]


def test_an_unreachable_given_database_is_one_sentence(
    empty_home: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@/db?host=/nonexistent")

    with pytest.raises(StartError, match="DATABASE_URL does not answer"):
        secrets.load(empty_home)
