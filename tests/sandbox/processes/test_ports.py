from __future__ import annotations

import socket
from pathlib import Path

from sandbox.home import SandboxHome
from sandbox.processes.ports import CANDIDATES, LOOPBACK, is_free, ports_of

PARTS = ("postgres", "azurite", "databricks")


def test_every_part_gets_a_free_port_of_its_own(tmp_path: Path) -> None:
    ports = ports_of(SandboxHome(tmp_path), PARTS, running=())

    assert len(set(ports.values())) == len(PARTS)
    assert all(is_free(port) for port in ports.values())


def test_no_outgoing_connection_is_given_the_port_of_a_part_that_is_down(tmp_path: Path) -> None:
    ports = ports_of(SandboxHome(tmp_path), PARTS, running=())
    with socket.socket() as outgoing:
        outgoing.bind((LOOPBACK, 0))
        assert outgoing.getsockname()[1] not in CANDIDATES

    assert set(ports.values()) <= set(CANDIDATES)


def test_ports_are_kept_while_they_are_free(tmp_path: Path) -> None:
    home = SandboxHome(tmp_path)

    assert ports_of(home, PARTS, running=()) == ports_of(home, PARTS, running=())


def test_a_port_that_somebody_else_took_is_replaced_and_the_others_are_kept(tmp_path: Path) -> None:
    home = SandboxHome(tmp_path)
    before = ports_of(home, PARTS, running=())
    with socket.socket() as other:
        other.bind((LOOPBACK, before["azurite"]))
        other.listen()
        after = ports_of(home, PARTS, running=())

    assert after["azurite"] != before["azurite"]
    assert {**after, "azurite": 0} == {**before, "azurite": 0}


def test_the_port_of_a_part_that_runs_is_kept(tmp_path: Path) -> None:
    home = SandboxHome(tmp_path)
    before = ports_of(home, PARTS, running=())
    with socket.socket() as own:
        own.bind((LOOPBACK, before["azurite"]))
        own.listen()
        assert ports_of(home, PARTS, running={"azurite"}) == before
