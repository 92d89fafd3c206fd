"""Whether a question denies something: 为什么不能登录 does; 非常, 未来, 能不能 and 不能登录吗 do not."""

from __future__ import annotations

import re
from itertools import pairwise

from handlers.language.segmentation.segment import cut

# Most texts have none of these, and one look says so.
DENIES = re.compile(r"[不没无未非勿别]|no|n['’]?t|never|without|neither")
# By itself each of these denies what follows.
ALONE = frozenset("不没无未非勿")
# A longer word that has one in it is a word like any other (未来, 没收, 类别, 不锈钢), but for these.
DENYING = re.compile(
    "不(?:[能会是行了到可要用必得准让许该应想肯敢愿再予灵符足通住出对好成在曾]|可以|能够|允许|需要|应该|愿意)"
    "|还?没有?|没[法能用人]|没有人|从没有?|无[法需须权效用人从]|未[能曾经]|[尚从并]未|[并绝决从也都]不|并非|毫无|[请切]勿|千万别"
)
# 打不开, 收不到 and 看不见 deny; 免不了 and 少不了 do not.
CANNOT = re.compile("(?![免少大])..?不[到了开上下出来去动住见完掉着通进回全清懂会成]")
COMPOUND = re.compile("[非未](..+)")
# 别 asks not to where a sentence begins, or behind one of these; elsewhere it is a kind: 币别.
FORBIDDING = re.compile(r"[^\w]|[请你您们我他她先就可都也还再能要家]")
# 能不能 asks the same as 能; 有没有 the same as 有.
ALTERNATIVE = re.compile(r"(\w)[不没](?=\1)|(\w{2})不(?=\2)")
HARMLESS = re.compile(
    "不好意思|不客气|不一样|不小心|不动产|没关系|没问题|没事|非[要得遗]|非物质|不(?:太|是很|大)?(?:知道|清楚|明白|懂|晓得)"
    r"|not only|no problem|no\. ?\d"
)
# Whether something can be done is asked by 不能…吗 as by 能…吗. Not so in 没有网络可以用吗: there it is a condition.
EITHER = re.compile(
    r"(?:不|没有?|未)((?:能够?|可以?|会|是|行|用|要|得|需要|支持|允许)?)([^\W不没无未]+)(?=[吗么嘛]\W*$)"
)
CONDITION = re.compile("[能行就也还都才]|可以|会(?![员议话])|时候|的话|[之以]后")
WHY = re.compile("为什么|为何|为啥|怎么|咋")
ENGLISH = re.compile(
    r"\b(?:not|no|never|without|cannot|neither|nor|none"
    r"|(?:do|does|did|is|are|was|were|wo|ca|could|would|should|has|have|had)n['’]?t)\b"
)


def negated(text: str) -> bool:
    """Return whether a folded text denies something."""
    if not DENIES.search(text):
        return False
    plain = ALTERNATIVE.sub("", HARMLESS.sub("", text))
    if ENGLISH.search(plain):
        return True
    if not WHY.search(plain):
        plain = EITHER.sub(_either, plain)
    words = ["", *cut(plain, hmm=False), ""]
    return any(
        _denies(word, following) or (word == "别" and (not before or FORBIDDING.match(before[-1])))
        for (before, word), (_, following) in pairwise(pairwise(words))
    )


def _either(found: re.Match[str]) -> str:
    return found[0] if CONDITION.search(found[2]) else found[1] + found[2]


def _denies(word: str, following: str) -> bool:
    """Whether a word denies what follows. 没 at the end only asks, and what is 没了 is lost, but nothing is denied."""
    if word in ALONE:
        return bool(re.match(r"\w", following)) and not (word == "没" and following.startswith("了"))
    if word == "没收":
        return following.startswith(("到", "取"))
    compound = COMPOUND.fullmatch(word)
    if compound:
        return len(cut(compound[1], hmm=False)) == 1
    return bool(DENYING.fullmatch(word) or CANNOT.fullmatch(word))
