"""The model's Markdown into what a platform shows (a placeholder until the delivery room brings the real one)."""


def to_discord(text: str) -> str:
    """Return Markdown in Discord's dialect, which is the Markdown itself."""
    return text
