from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.cli.command import SCRIPT, clean_environment, process
from tests.deploy.place import CHECKOUT, DEPLOY, units

SERVICES = [unit for unit in units() if unit.suffix == ".service"]
TIMERS = [unit for unit in units() if unit.suffix == ".timer"]


def told(unit, section):
    """The settings of a section, in order."""
    text = re.sub(r"\\\n\s*", "", unit.read_text())
    body = text.partition(f"[{section}]\n")[2].partition("\n[")[0]
    pairs = [line.partition("=") for line in body.splitlines() if line and not line.startswith("#")]
    return [(name, value) for name, _, value in pairs]


def confinement(unit):
    """What a service may do and see."""
    from_here = dict.fromkeys(told(unit, "Service"))
    names = [name for name, _ in from_here]
    return list(from_here)[names.index("NoNewPrivileges") :]


def test_every_service_is_confined_as_the_daemon_is():
    assert {tuple(confinement(unit)) for unit in SERVICES} == {tuple(confinement(DEPLOY / "systemd/syncd.service"))}


def test_services_share_one_user_and_one_state():
    for unit in SERVICES:
        settings = dict(told(unit, "Service"))
        assert (settings["User"], settings["DynamicUser"]) == ("syncd", "yes")
        assert settings["StateDirectory"].split()[0] == "syncd"


@pytest.mark.parametrize("timer", TIMERS, ids=lambda unit: unit.name)
def test_every_timer_has_its_service(timer):
    assert timer.with_suffix(".service") in SERVICES


def test_the_daemon_ends_within_the_time_that_it_is_given_and_is_not_started_again_in_vain():
    from syncd.daemon import HUNG, STOP_WITHIN
    from syncd.errors import SettingsError

    settings = dict(told(DEPLOY / "systemd/syncd.service", "Service"))
    assert settings["Type"] == "notify"
    assert float(settings["TimeoutStopSec"]) > STOP_WITHIN
    assert float(settings["WatchdogSec"]) < HUNG.total_seconds()
    assert int(settings["RestartPreventExitStatus"]) == SettingsError("").exit_code


def test_the_backup_keeps_the_newest_copy_of_each_day_of_the_week(tmp_path):
    """The command of the unit as systemd starts it, in a folder of ours."""
    shutil.copytree(CHECKOUT / "config/samples", tmp_path / "docs")
    assert process("reconcile", "--source", "docs", cwd=tmp_path).code == 0
    folder = tmp_path / "backups"
    folder.mkdir()
    command = dict(told(DEPLOY / "systemd/syncd-backup.service", "Service"))["ExecStart"]
    # It changes into its folder first; the ledger of --source is found from there.
    (folder / ".syncd").symlink_to(tmp_path / ".syncd")
    here = {
        "/opt/syncd/bin/syncd": str(SCRIPT),
        "/var/lib/syncd": str(tmp_path),
        "--config /etc/syncd/syncd.toml": f"--source {tmp_path}/docs",
        "$$": "$",
        "%%": "%",
    }
    for written, real in here.items():
        command = command.replace(written, real)
    for _ in range(2):
        subprocess.run(command, shell=True, check=True, cwd=tmp_path, env=clean_environment(), timeout=60)
    (copy,) = folder.glob("*.db")
    assert re.fullmatch(r"[1-7]\.db", copy.name)
    assert [path for path in folder.iterdir() if path.suffix == ".new"] == []
