"""What is kept in Redis about chats and people. Where the rest is: `bot/mailbox`, and its layout: `bot/layout`."""
