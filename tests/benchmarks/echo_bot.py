"""A bare python-telegram-bot echo bot, to measure ours beside: `python -m tests.benchmarks.echo_bot URL TOKEN`."""

from __future__ import annotations

import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what was said."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def make_application(url: str, token: str) -> Application[Any, Any, Any, Any, Any, Any]:
    """Return the bot, which answers at `url` when run."""
    base = url.rstrip("/")
    application = Application.builder().token(token).base_url(f"{base}/bot").base_file_url(f"{base}/file/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    return application


if __name__ == "__main__":
    make_application(*sys.argv[1:3]).run_polling()
