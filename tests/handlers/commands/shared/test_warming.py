"""What commands need is loaded before anybody asks, and is in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.services import Services
from handlers.commands.shared.warming import warm
from handlers.language.statistics import idf
from handlers.language.tagging import hidden_markov
from tests import house


async def test_soon_after_the_start_everything_is_loaded(services: Services) -> None:
    warm(services).join(60)
    assert hidden_markov.loading().step() is hidden_markov.model()
    assert idf.jieba_idf().step() is not None


async def test_it_ends_with_the_bot(tmp_path: Path) -> None:
    async with house.services(tmp_path) as services:
        loading = warm(services)
    loading.join(10)
    assert not loading.is_alive()


def test_first_uses_need_neither_jieba_nor_pypinyin_nor_matplotlib_in_memory() -> None:
    code = """if True:
        import sys
        from handlers.language.script import pinyin
        from handlers.language.segmentation import matching, own
        from handlers.language.statistics import keywords
        from handlers.language.tagging import tag
        from handlers.pictures.bars import bars
        text = "他来到了网易杭研大厦"
        tag.tag(text), keywords.by_tf_idf(text), pinyin.pinyin(text), matching.graph(text, own.Segmenter().lexicon)
        bars(text, [(text, 1)], "frequency")
        print([each for each in ("jieba", "pypinyin", "matplotlib", "numpy") if each in sys.modules])
    """
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
