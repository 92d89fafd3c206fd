"""A summons: who only calls the bot to somebody's words ("@bot" in reply to them) asks what they say."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.message import Message

# Nothing but a request to see to it, in as few words as people do: 你来回答, 幫他看看, please help her with this.
CHINESE = re.compile(
    "(?=.*(?:答|回|看|解释|解釋|说说|說說|讲讲|講講|处理|處理|帮|幫|来|來|这|這))"
    "(?:请|請|麻烦|麻煩|那|快)*(?:你|您)?(?:来|來|帮忙|幫忙|帮|幫|给|給|替)*(?:他|她|它|ta|大家|我们|我們|楼主|樓主)?"
    "(?:(?:回答|解答|答|回复|回覆|回|看看|看|解释|解釋|说说|說說|讲讲|講講|处理|處理)(?:一下|下)?)?"
    "(?:他|她|它|ta|这个|這個|这条|這條|这|這|楼上|樓上|上面)?(?:的)?(?:问题|問題)?(?:一下|下)?(?:吧|呢|啊|哈|呗|唄|嘛|谢谢|謝謝)*",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"(?:(?:hey|please|pls|plz|can you|could you|would you|you) )*"
    r"(?:answer|reply|respond|help|look|check|explain|take|handle)"
    r"(?: (?:to|at|with|out|him|her|them|this|that|it|the|one|message|question|please|pls|plz|thanks|thx))*"
    r"|(?:what about|how about|thoughts|any thoughts|any ideas?)(?: (?:on|this|that|one|it))*",
    re.IGNORECASE,
)
MEANINGLESS = re.compile(r"[\W_]+")
NOTHING = re.compile(r"[\s?？!！.。,，、:：~～…]*")


def summoned(message: Message) -> Message:
    """Return what a summons is about: the words replied to, said by who called; any other message as it is.

    The answer replies to those words (`reply_to`); the conversation stays that of who called.
    """
    quote = message.quote
    if quote is None or quote.mine or not message.addressed or message.choice or message.invocation:
        return message
    if not (quote.text.strip() or quote.attachments) or not hands_over(message.text) or message.attachments:
        return message
    return replace(message, text=quote.text, attachments=quote.attachments, quote=None, reply_to=quote.id)


def hands_over(text: str) -> bool:
    """Return whether nothing is said, or no more than that somebody be answered."""
    words = MEANINGLESS.sub(" ", text).strip()
    if not words:
        return NOTHING.fullmatch(text) is not None
    return bool(CHINESE.fullmatch(words.replace(" ", "")) or ENGLISH.fullmatch(words))
