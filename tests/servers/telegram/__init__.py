"""A Telegram Bot API on a loopback port, and the people who talk there: says, sees, presses."""

from tests.servers.telegram.faults import Refused
from tests.servers.telegram.people import Place, Talker
from tests.servers.telegram.server import TelegramServer
from tests.servers.telegram.state import Call, Room, Seen

__all__ = ["Call", "Place", "Refused", "Room", "Seen", "Talker", "TelegramServer"]
