"""A loopback Discord: REST API and gateway. Importable alone; it imports nothing of the bot and no Discord library.

async with DiscordServer() as server:
    alice = server.dm("alice")
    await alice.says("hello")
    await alice.sees("hello, alice")
"""

from tests.servers.discord.people import Seat
from tests.servers.discord.server import DiscordServer
from tests.servers.discord.world import Asked, Channel, Guild, Posted, User

__all__ = ["Asked", "Channel", "DiscordServer", "Guild", "Posted", "Seat", "User"]
