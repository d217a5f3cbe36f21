"""A strict stand-in for Videsk's public calendar API: its world, its faults on demand, its ledger.

How it is served stands in `sandbox.serving`; nothing here opens a socket.
"""

from sandbox.calendar.app import app
from sandbox.calendar.faults import Fault, Twist
from sandbox.calendar.traffic import Operation
from sandbox.calendar.world import World
from sandbox.delivery import Body, Then

__all__ = ["Body", "Fault", "Operation", "Then", "Twist", "World", "app"]
