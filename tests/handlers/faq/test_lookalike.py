"""Questions that look alike and mean something else; written for this project."""

from __future__ import annotations

import pytest

from handlers.faq.engine.faq import Faq
from handlers.faq.engine.lookalike import conflicts, marks
from handlers.faq.entries.entry import Entry
from handlers.language.script.normalise import fold

DIFFERENT = [
    ("如何开通自动续费", "如何关闭自动续费", "opposite"),
    ("怎么加入测试群", "怎么退出测试群", "opposite"),
    ("怎么打开通知", "怎么关闭通知", "opposite"),
    ("how do i enable notifications", "how do i disable notifications", "opposite"),
    ("怎么安装插件", "怎么卸载插件", "opposite"),
    ("怎么导入聊天记录", "怎么导出聊天记录", "opposite"),
    ("升级后配置还在吗", "降级后配置还在吗", "opposite"),
    ("上午可以取件吗", "下午可以取件吗", "opposite"),
    ("收款记录在哪", "付款记录在哪", "opposite"),
    ("未成年人可以参加吗", "成年人可以参加吗", "opposite"),
    ("can i pay by debit card", "can i pay by credit card", "opposite"),
    ("how do i lock a thread", "how do i unlock a thread", "opposite"),
    ("发货前能改地址吗，付款之前", "发货前能改地址吗，付款之后", "opposite"),
    ("7 天内可以退货吗", "30 天内可以退货吗", "number"),
    ("七天内可以退货吗", "30天内可以退货吗", "number"),
    ("三十天内可以退货吗", "15天内可以退货吗", "number"),
    ("押金是二十元吗", "押金是30元吗", "number"),
    ("一千二百字够吗", "1,500字够吗", "number"),
    ("第三章在哪", "第2章在哪", "number"),
    ("支持 python 3.11 吗", "支持 python 3.8 吗", "number"),
    ("can i use it with 2 accounts", "can i use it with 10 accounts", "number"),
    ("为什么能登录", "为什么不能登录", "negation"),
    ("没有密钥可以用吗", "有密钥可以用吗", "negation"),
    ("can i delete my account", "can't i delete my account", "negation"),
    ("why does the bot answer", "why does the bot not answer", "negation"),
    ("未收到验证码", "收到验证码", "negation"),
    ("电脑和手机不同步", "电脑和手机同步", "negation"),
    ("没收到货怎么办", "收到货怎么办", "negation"),
    ("网页打不开", "网页打开", "negation"),
    ("非会员可以买吗", "会员可以买吗", "negation"),
    ("不登录可以看吗", "登录可以看吗", "negation"),
    ("请别发通知给我", "请发通知给我", "negation"),
    ("为什么不能提现", "为什么能提现", "negation"),
    ("怎么接入 telegram", "怎么接入 discord", "name"),
    ("docker 怎么部署", "kubernetes 怎么部署", "name"),
    ("谁可以改规则", "什么时候可以改规则", "asking"),
    ("套餐多少钱", "套餐用多久", "asking"),
    ("where is the log file written", "when is the log file written", "asking"),
]
SAME = [
    ("能不能退款", "可以退款吗"),
    ("有没有中文版", "有中文版吗"),
    ("七天内可以退货吗", "7天内能退货吗"),
    ("不能提现吗", "可以提现吗"),
    ("不支持离线使用嗎？", "支持离线使用吗"),
    ("不需要注册吗", "需要注册吗"),
    ("没有手续费吗", "有手续费吗"),
    ("可以退款不？", "可以退款吗"),
    ("笔记没了怎么办", "笔记丢了怎么办"),
    ("对不起，怎么退款", "怎么退款"),
    ("差不多多久能到", "多久能到"),
    ("不知道怎么退款", "怎么退款"),
    ("两个版本有什么不一样", "两个版本有什么区别"),
    ("7 天可以退吗", "7天内能退货吗"),
    ("十五天内可以退货吗", "15天内可以退货吗"),
    ("押金是二十元吗", "押金是20元吗"),
    ("两万够吗", "20,000 够吗"),
    ("万一下载不了，一起退款十分麻烦吗", "1 号下载不了怎么退款"),
    ("百度上能搜到三明治店的第三方客服吗", "404 号店的客服能搜到吗"),
    ("机器人和规则有什么不同", "机器人和规则有什么区别"),
    ("特别慢怎么办", "很慢怎么办"),
    ("不好意思，怎么退款", "怎么退款"),
    ("怎么打开和关闭通知", "怎么关闭通知"),
    ("i want a refund", "how do i get a refund"),
    ("where are the logs", "where can i find the log files"),
    ("telegram 怎么接入", "怎么接入 telegram bot"),
    ("this is an account payment question", "question about payment of an account"),
]
LEXICAL = (
    "幣別 类别 班别 组别 性别 特别 告别 个别 识别 别墅 别人 别的 无锡 无障碍 无线 无限 无人机 无聊 无论 没收 没落 没准 "
    "非法 非常 非洲 除非 是非 未婚 未来 未必 不同 不但 不锈钢 不仅 不过 不管 不断 不动产 不久 不如 对不起 差不多 了不起"
)


@pytest.mark.parametrize("word", LEXICAL.split())
def test_a_word_that_only_has_a_negations_character_denies_nothing(word: str) -> None:
    assert not marks(fold(f"{word}在哪里设置")).negated
    assert not marks(fold(f"怎么看{word}")).negated


@pytest.mark.parametrize(("asked", "question", "kind"), DIFFERENT)
def test_a_lookalike_is_found_and_named(asked: str, question: str, kind: str) -> None:
    assert kind in conflicts(marks(fold(asked)), marks(fold(question)))


@pytest.mark.parametrize(("asked", "question"), SAME)
def test_a_paraphrase_contradicts_nothing(asked: str, question: str) -> None:
    assert conflicts(marks(fold(asked)), marks(fold(question))) == ()


@pytest.mark.parametrize(("asked", "question", "kind"), DIFFERENT)
def test_a_lookalike_of_an_entry_is_less_likely_than_its_question(asked: str, question: str, kind: str) -> None:
    others = (Entry("other", "哪里可以看到更新日志", "y"), Entry("en", "who wrote it", "z"))
    faq = Faq.build((Entry("it", question, "x"), *others))
    ranking = faq.ask(asked)
    assert ranking.candidates[0].confidence < faq.ask(question).candidates[0].confidence
    assert not ranking.sure
