"""A strict stand-in for Slack, with people in it who type commands, press, fill in forms and read.

Written from the public documentation alone; how it is served stands in `sandbox.slack.serving`.
"""

from sandbox.delivery import Body, Then
from sandbox.slack.app import app
from sandbox.slack.channels import Channel, Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.faults import Fault
from sandbox.slack.pace import Pace
from sandbox.slack.people import Person
from sandbox.slack.serving import running, serving
from sandbox.slack.teams import Team
from sandbox.slack.views import Sight
from sandbox.slack.world import World

__all__ = [
    "Body",
    "Channel",
    "Delivery",
    "Fault",
    "Kind",
    "Message",
    "Pace",
    "Person",
    "Sight",
    "Team",
    "Then",
    "World",
    "app",
    "running",
    "serving",
]
