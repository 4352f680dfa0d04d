"""Building .venv: each set of packages holds those before it, so the widest that is there stays."""

import json
import sys
from pathlib import Path

import pytest

from config.runtime import bootstrap


@pytest.mark.parametrize(
    ("there", "wanted", "kept"),
    [
        ("test", "run", True), ("sms", "run", True), ("test", "sms", True), ("sms", "sms", True),
        ("run", "sms", False), ("sms", "test", False), ("of before", "run", False),
    ],
)  # fmt: skip
def test_a_wider_set_stays_and_a_narrower_one_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: str, wanted: str, kept: bool
) -> None:
    stamp = tmp_path / "installed.json"
    made_from = bootstrap.digest(there) if there in bootstrap.LOCKS else ""
    stamp.write_text(json.dumps({"set": there, "made_from": made_from}))
    installed: list[Path] = []
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", wanted])
    monkeypatch.setattr(bootstrap, "STAMP", stamp)
    monkeypatch.setattr(bootstrap, "works", lambda: True)
    monkeypatch.setattr(bootstrap, "succeeds", lambda *_args, **_more: True)
    monkeypatch.setattr(bootstrap, "uv_installs", lambda lock: installed.append(lock) or True)
    monkeypatch.setattr(bootstrap, "link_checkout", lambda: None)

    bootstrap.main()

    assert installed == ([] if kept else [bootstrap.LOCKS[wanted]])
    assert json.loads(stamp.read_text())["set"] == (there if kept else wanted)
