"""How the process is: its health, what tells it by HTTP, and what notices that a part has fallen silent."""
