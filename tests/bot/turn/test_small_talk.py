"""What asks nothing and is answered in kind; written for this project."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.small_talk import small_talk

SAID = {
    "hello": """
        你好|您好！|你好呀😊|早上好大家|大家早上好～|早|早安|晚上好。|哈喽|哈囉|嗨|嘿嘿|喂？|在吗？|在嗎|在不在|有人吗？
        你在吗|你好机器人|應答，你好|@yingda_bot 你好|新年快乐！|你好吗|hi|Hi!!|HELLO 👋|hello there|hey bot
        good morning|Good evening everyone!|how are you?|are you there?|what's up""",
    "thanks": """
        谢谢|謝謝！|谢谢你🙏|多谢大佬|非常感谢|太感谢了|感謝|辛苦了|好的，谢谢|谢谢你的帮助|你好，谢谢|谢谢，明白了
        thanks|Thanks a lot!|thank you so much|thx|ty|ok thanks|thanks for your help""",
    "bye": """
        再见|再見|拜拜～|掰掰|晚安🌙|明天见|下次見|我先走了|谢谢，再见
        bye|Bye!|good night|see you later|goodbye 👋|thanks, bye""",
    "shrug": """
        哈哈哈|😂|？|???|。。。|👍|哈哈😂😂|嗯嗯|哦|好的|666|233333|收到|知道了|不错|lol|hahaha|ok|:)|nice""",
}
SAYINGS = [
    (kind, text.strip()) for kind, block in SAID.items() for line in block.split("\n") for text in line.split("|")
]
ASKED = """
    你好，怎么安装？|在吗，想问下怎么退款|谢谢，还有一个问题|早上几点开门|再见面要带什么|晚安险怎么买|你是谁|在哪里|价格
    谢谢惠顾是什么意思|好的版本|在线客服|喂鱼|早点名单|再见到你|明天见面吗|666元|哈尔滨|嘿店几点开|hire
    hello world program|thanks giving day hours|bye-laws|ok google|how are refunds made|hi-res export|test
"""


@pytest.mark.parametrize(("kind", "text"), [each for each in SAYINGS if each[1]])
def test_small_talk_is_known_in_both_scripts_and_with_any_punctuation(kind: str, text: str) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize("text", [text.strip() for line in ASKED.strip().split("\n") for text in line.split("|")])
def test_what_asks_or_says_something_is_none(text: str) -> None:
    assert small_talk(text) is None


@given(st.text(max_size=60))
def test_any_text_is_small_talk_or_not(text: str) -> None:
    assert small_talk(text) in (None, *SAID)
