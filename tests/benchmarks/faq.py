"""FAQ retrieval: what it reaches cold on the evaluation sets, and its speed beside three common ways."""

from __future__ import annotations

import gc
import importlib.util
import itertools
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from handlers.faq.engine.analysis import analyse
from handlers.faq.engine.encoder import Encoder, installed
from handlers.faq.engine.faq import Faq
from handlers.faq.engine.questions import Questions
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.load import load
from handlers.faq.evaluation.evaluation import figures, read_queries, results
from handlers.language.segmentation.segment import cut_for_search

# top-1, coverage, near: what must be reached, per cent, at no more than 3 % false answers.
TARGETS: dict[str, dict[str, tuple[float | None, ...]]] = {
    "lexical": {
        "zh-law": (96, 78, 12), "zh-bank": (84, 68, 5),
        "en-clinc150": (77, 45, None), "en-hint3-curekart": (76, 36, None),
    },
    "semantic": {
        "zh-law": (98, 88, 12), "zh-bank": (87, 82, 5),
        "en-clinc150": (85, 58, None), "en-hint3-curekart": (85, 46, None),
    },
}  # fmt: skip
NO_TARGETS = (None, None, None)
NOUNS = """
订单 账号 密码 机器人 群组 频道 令牌 服务器 数据库 备份 日志 规则 问答 模型 语音 图片 文件 权限 管理员
成员 通知 消息 插件 版本 配置 端口 证书 域名 代理 内存 磁盘 容器 镜像 脚本 命令 按钮 菜单 语言 时区
主题 头像 昵称 邮箱 手机 发票 退款 优惠券 会员 积分 物流 地址 合同 工资 保险 贷款 额度 利息 账单
银行卡 支付 转账 提现 充值 商品 库存 快递 售后 保修 课程 作业 成绩 考试 教室 图书 预约 医生 药品 病历
检查 疫苗 车票 座位 行李 航班 酒店 房间 押金 钥匙 停车 电费 水费 网络 宽带 路由器 屏幕 键盘 电池 耳机
相机
"""
VERBS = """
修改 删除 添加 查询 申请 取消 绑定 导出 导入 下载 上传 安装 卸载 升级 重置 恢复 合并 拆分 转让 激活
冻结 审核 提交 打印 分享 隐藏 锁定 登记 续费 更换 开通 关闭 限制 同步 迁移 检测 清理 延长 缩短 比较
"""
FRAMES = """
怎么{v}{a}的{b}
{a}{v}以后{b}还在吗
为什么不能{v}{a}里的{b}
{v}{a}需要哪些{b}
在哪里{v}{a}和{b}
{a}的{b}多久可以{v}一次
{v}{b}之前要先准备{a}吗
请问{a}{b}由谁来{v}
"""
# Product names and the like: real FAQs have thousands of words.
SYLLABLES = "安博创达恩飞格海佳科蓝明诺普奇锐思拓维新雅泽智卓"
TYPICAL = 400


def main() -> None:
    """Print both tables."""
    _reach()
    for count in (1_000, 100_000):
        _speed(count)


def _reach() -> None:
    root = Path(os.environ.get("EVALUATION_DATA", "")) / "faqeval"
    lists = sorted(root.glob("*/queries*.jsonl"))
    if not lists:
        print("skipped: no evaluation sets (EVALUATION_DATA names no directory that has them)")
        return
    encoder = installed()
    print("per cent, cold, 2 % tolerated            top-1 (≥)   coverage (≥)   false (≤3)   near (≤)     ECE (≤.05)")
    for queries in lists:
        _reached(queries, "lexical", None)
        if encoder:
            _reached(queries, "semantic", encoder)
    if not encoder:
        print("skipped: the semantic rows (the extra `semantic` is not installed)")


def _reached(queries: Path, name: str, encoder: Encoder | None) -> None:
    folder = queries.parent
    found = figures(results(Faq.build(load(folder / "faq.jsonl"), encoder=encoder), read_queries(queries)))
    top1, coverage, near = TARGETS[name].get(folder.name, NO_TARGETS)
    print(
        f"{folder.name:20}{name:12}{_beside(found.top1, top1)}   {_beside(found.coverage, coverage)}"
        f"   {_beside(found.false_answers, 3)}   {_beside(found.near, near)}   {found.ece:8.3f}"
    )


def _beside(share: float | None, target: float | None) -> str:
    reached = "    –" if share is None else f"{100 * share:5.1f}"
    return f"{reached} ({target:.0f})".ljust(11) if target is not None else reached.ljust(11)


def questions_of(count: int) -> list[str]:
    """Return so many different questions, made of nouns, verbs and names."""
    chance = random.Random(7)
    every = list(itertools.product(FRAMES.split(), VERBS.split(), NOUNS.split(), NOUNS.split()[::2]))
    names = ["".join(each) for each in itertools.permutations(SYLLABLES, 3)]
    return [
        frame.format(v=verb, a=chance.choice(names) + one, b=other)
        for frame, verb, one, other in chance.sample(every, count)
    ]


def _asked(questions: Sequence[str]) -> list[str]:
    """Return typical queries: a question with a character too few and one wrong."""
    chance = random.Random(8)
    asked = []
    for question in chance.sample(list(questions), min(TYPICAL, len(questions))):
        letters = list(question)
        del letters[chance.randrange(len(letters))]
        letters[chance.randrange(len(letters))] = chance.choice("的一是了我不在有个好")
        asked.append("".join(letters))
    return asked


def _speed(count: int) -> None:
    questions = questions_of(count)
    asked = _asked(questions)
    analyse("热身")
    before, start = _resident(), time.perf_counter()
    for question in questions:
        analyse(question)
    apart = time.perf_counter() - start
    gc.collect()
    start = time.perf_counter()
    index = Questions()
    index.add([question] for question in questions)
    built = time.perf_counter() - start
    gc.collect()
    resident = (_resident() - before) / count
    print(f"\n{count:,} questions, microseconds a query")
    beyond = (built - apart) / count * 1e6
    print(f"index: {beyond:.1f} µs a question beyond taking it apart (≤ 20), {resident:.0f} bytes (≤ 1000)")
    start = time.perf_counter()
    faq = Faq.build(Entry(str(number), question, "") for number, question in enumerate(questions))
    print(f"ready, thresholds learnt: {time.perf_counter() - start:.1f} s (≤ 15)")
    _print("yingda, lexical", faq.ask, asked, {1_000: (150, 500), 100_000: (1500, 6000)}[count])
    _print("yingda, asked once more", faq.ask, asked, None)
    for name, ask in _others(questions):
        _print(name, ask, asked[: TYPICAL if count < 10_000 else 20], None)
    _update(faq)


def _update(faq: Faq) -> None:
    entry = Entry("new", "怎么给机器人换头像", "…")
    start = time.perf_counter()
    faq.add(entry)
    added = time.perf_counter() - start
    faq.remove("new")
    removed = time.perf_counter() - start - added
    print(f"{'one entry':40} added in {added * 1000:.2f} ms, removed in {removed * 1000:.2f} ms (≤ 10)")


def _others(questions: Sequence[str]) -> Iterator[tuple[str, Callable[[str], object]]]:
    yield (
        "Levenshtein over all (ChatterBot's way)",
        lambda text: process.extractOne(text, questions, scorer=Levenshtein.normalized_similarity),
    )
    if importlib.util.find_spec("rank_bm25"):
        from rank_bm25 import BM25Okapi  # noqa: PLC0415 — an extra

        ranker = BM25Okapi([cut_for_search(question) for question in questions])
        yield "rank_bm25 over jieba words", lambda text: ranker.get_scores(cut_for_search(text)).argmax()
    if importlib.util.find_spec("sklearn"):
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 — an extra

        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
        matrix = vectorizer.fit_transform(questions).T.tocsr()
        yield "scikit-learn TF-IDF, sparse product", lambda text: (vectorizer.transform([text]) @ matrix).argmax()


def _print(name: str, ask: Callable[[str], object], asked: Sequence[str], target: tuple[int, int] | None) -> None:
    walls, works = [], []
    for text in asked:
        wall, work = time.perf_counter(), time.process_time()
        ask(text)
        works.append((time.process_time() - work) * 1e6)
        walls.append((time.perf_counter() - wall) * 1e6)
    cuts, worked = statistics.quantiles(walls, n=100), statistics.quantiles(works, n=100)
    wanted = f"   (≤ {target[0]}, ≤ {target[1]})" if target else ""
    # On a busy machine the processor's time is nearer to the truth, though not true either: caches are shared.
    beside = f"processor {worked[49]:9.0f}, {worked[98]:9.0f}"
    print(f"{name:40} p50 {cuts[49]:9.0f}   p99 {cuts[98]:9.0f}   {beside}{wanted}", flush=True)


def _resident() -> int:
    """Return the resident memory of this process in bytes, or 0 where the system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0


if __name__ == "__main__":
    main()
