"""Prints what tests took down with `record_property` when all are done. What it must be, the test says."""

from __future__ import annotations

from typing import Protocol

import pytest


class Reporter(Protocol):
    def getreports(self, name: str) -> list[pytest.TestReport]: ...

    def write_line(self, line: str) -> None: ...


def pytest_terminal_summary(terminalreporter: Reporter) -> None:
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
