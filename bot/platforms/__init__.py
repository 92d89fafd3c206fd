"""Where people talk: one module a platform, each with a `build(settings, texts, commands) -> Platform`."""
