"""healthz: 200 only while database, broker and a recent beat are all there."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from schedules.models import JobRun
from schedules.services import heartbeat


def test_all_there_is_ok_for_everybody(client, db):
    heartbeat()

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "missing": [],
        "database": True,
        "broker": True,
        "beat": True,
    }


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (120, 503)])
def test_a_beat_must_be_recent(client, db, seconds, status):
    heartbeat()
    JobRun.objects.update(finished_at=timezone.now() - timedelta(seconds=seconds))

    assert client.get("/healthz").status_code == status


def test_a_beat_that_was_never_heard_is_named(client, db):
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["missing"] == ["beat"]


def test_a_broker_that_is_gone_is_named(client, db, settings, tmp_path):
    heartbeat()
    settings.REDIS_URL = f"unix://{tmp_path}/gone.sock"

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["missing"] == ["broker"]


def test_a_database_that_is_gone_is_named(client, db, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", gone)
        answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["missing"] == ["database", "beat"]


def test_the_answer_is_never_cached(client, db):
    assert "no-store" in client.get("/healthz")["Cache-Control"]
