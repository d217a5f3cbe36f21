"""A strict stand-in for Telegram's Bot API, with people in it who write, press and read.

Written from the public documentation alone; how it is served stands in `sandbox.telegram.serving`.
"""

from sandbox.delivery import Body, Then
from sandbox.telegram.app import app
from sandbox.telegram.chats import Button, Message
from sandbox.telegram.faults import Fault
from sandbox.telegram.groups import Group
from sandbox.telegram.pace import Pace
from sandbox.telegram.people import Person, Press
from sandbox.telegram.serving import running, serving
from sandbox.telegram.world import World

__all__ = [
    "Body",
    "Button",
    "Fault",
    "Group",
    "Message",
    "Pace",
    "Person",
    "Press",
    "Then",
    "World",
    "app",
    "running",
    "serving",
]
