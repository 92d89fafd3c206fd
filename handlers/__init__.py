"""What this bot says: its commands, rules, FAQ, and the Chinese and English behind them."""
