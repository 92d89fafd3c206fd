"""What has arrived and is not answered yet: in Redis, one mailbox a conversation. Start at `mailbox`."""
