"""Greetings, thanks and goodbyes: what is said to the bot and asks nothing. Start at `small_talk`."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Kind = Literal["hello", "thanks", "bye", "shrug"]
# Of several kinds the first here: 你好，谢谢 is thanks, 谢谢，再见 is a goodbye.
KINDS: tuple[Kind, ...] = ("bye", "thanks", "hello")
MENTION = re.compile(r"@\S+")
# A text of nothing but these, in any order, is small talk.
PIECES = re.compile(
    r"(?:(?P<bye>(?:goo+d ?)?bye(?:[ -]?bye)?|good ?night|gn|cya|see (?:you|ya|u)(?: (?:later|soon|tomorrow))?"
    r"|再[见見会會]|拜拜|掰掰|88+|(?:回|明天|下次|改天|待[会會]兒?儿?|回[头頭])[见見]|晚安|我?先?[走撤下睡溜][了啦])"
    r"|(?P<thanks>(?:many thanks|thanks|thank (?:you|u)|thanx|thx|tysm|ty|cheers|appreciate it)"
    r"(?: for (?:your|the|all(?: the)?) (?:help|answers?|time|info|reply))?"
    r"|(?:多|太|非常|十分|真的?)?(?:感[谢謝恩激]|[谢謝]{1,3})(?:[了啦您你]|大家|各位)?"
    r"(?:的?(?:[帮幫]助|[帮幫]忙|回答|解答|回[复覆復]|耐心|支持))?|3q|辛苦[了啦您你]*|麻[烦煩]了)"
    r"|(?P<hello>hi+|hello+|hey+|heya|hiya|yo|howdy|hola|greetings|good ?(?:morning|afternoon|evening|day)|morning"
    r"|what'?s up|sup|how are (?:you|u)(?: doing)?|are (?:you|u) (?:there|here|around)|(?:you|anyone|anybody) there"
    r"|happy (?:new year|holidays)|merry christmas"
    r"|(?:早上|上午|中午|下午|晚上|午|早)[好安]|早|(?:[你您]|大家|各位|你[们們])好|哈[喽嘍啰囉罗羅咯]|嗨|嘿+|喂"
    r"|(?:有?人)?在(?:不在)?[吗嗎么麼不]?|有人[吗嗎]|新年(?:好|快[乐樂])|(?:春[节節]|[节節]日|中秋|[圣聖][诞誕])快[乐樂])"
    r"|(?P<rest>哈+|呵+|嘻+|h[ae]h?(?:[ae]h?)*|lol+|lmao|rofl|xd+|233+|666+|www+|笑死(?:我了)?|牛+|[嗯唔恩哦呃噢喔]+"
    r"|好(?:[的吧呀啊嘞哒滴]|了)*|行[吧啊]?|ok(?:ay)?|k|yes|no|yeah|yep|nope|sure|cool|nice|great|wow|fine|good"
    r"|perfect|awesome|amazing|it works|收到|了解|(?:明白|知道|懂|[学學]到|解[决決]|搞定)[了啦]?"
    r"|[太真]?(?:棒|不[错錯]|[厉厲]害)"
    r"|大家|各位|你[们們]|(?:朋友|伙伴|小伙伴|夥伴)[们們]?|[亲親]|老[师師]|大佬|[机機]器人|[应應]答|小?助手|yingda|bot|robot"
    r"|all|everyone|everybody|guys|folks|friends?|there|again|so much|very much|a lot|you|too"
    r"|今天|[呀啊啦哈呢了的哟喲哇嘛吗嗎你您]))"
    # A word ends where its letters end: hi does not begin hire.
    r"(?:(?<![a-z0-9])|(?![a-z0-9]))"
)


def small_talk(text: str) -> Kind | None:
    """Return what kind of small talk a text is, `shrug` where there is nothing to say to it; None where it asks."""
    said = unicodedata.normalize("NFKC", MENTION.sub(" ", text)).casefold()
    said = "".join(each if each.isalnum() or each == "'" else " " for each in said).strip(" '")
    found: set[str | None] = set()
    while said:
        piece = PIECES.match(said)
        if piece is None:
            return None
        found.add(piece.lastgroup)
        said = said[piece.end() :].lstrip(" '")
    return next((kind for kind in KINDS if kind in found), "shrug")
