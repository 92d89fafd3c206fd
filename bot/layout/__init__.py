"""The layout of all that is kept: its version, how an older one is migrated, backup and restore."""
