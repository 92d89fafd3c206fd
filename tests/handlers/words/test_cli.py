"""`words train` and `words evaluate`, in this process as the command line calls them."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.__main__ import main
from handlers.words.model import VERSION, WordsError, load

PLACES = ("公园", "学校", "商店", "医院")
FOOD = ("苹果", "香蕉", "米饭", "面条")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Sentences in which places stand like places, and food like food."""
    chance = random.Random(1)
    lines = [f"我们今天去{chance.choice(PLACES)}玩。" for _ in range(150)]
    lines += [f"他中午吃了{chance.choice(FOOD)}，很饱。" for _ in range(150)]
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def train(corpus: Path, to: Path, *options: str) -> int:
    return main(["words", "train", str(corpus), "--to", str(to), "--size", "16", "--min-count", "2", *options])


@pytest.mark.parametrize("options", [(), ("--sg",), ("--hs",), ("--sg", "--hs", "--negative", "3", "--window", "2")])
def test_every_way_of_training_gives_a_model(corpus: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    to = tmp_path / "deep" / "words.npz"
    assert train(corpus, to, *options) == 0
    model = load(to)
    assert set(PLACES + FOOD) <= set(model.vectors.words)
    assert (model.about.sentences, model.about.training.sg) == (300, "--sg" in options)
    assert model.language.judge(["他", "中午", "吃", "了"]).perplexity < 20
    assert list(to.parent.iterdir()) == [to]


def test_words_that_stand_alike_become_neighbours(corpus: Path, tmp_path: Path) -> None:
    train(corpus, tmp_path / "m", "--sg", "--epochs", "80")
    nearest = [word for word, _ in load(tmp_path / "m").vectors.similar("苹果", 3)]
    assert set(nearest) == set(FOOD) - {"苹果"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_corpus_in_big5_is_read_as_it_is(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    corpus = tmp_path / "corpus"
    corpus.write_bytes(pack(("我們今天去公園散步，機器學習很有趣。\n" * 50).encode("big5")))
    train(corpus, tmp_path / "m")
    assert load(tmp_path / "m").language.knows("公園")


def test_text_gzip_and_chat_exports_are_read_alike(corpus: Path, tmp_path: Path) -> None:
    lines = corpus.read_text(encoding="utf-8").splitlines()
    packed, export = tmp_path / "corpus.gz", tmp_path / "result.json"
    packed.write_bytes(gzip.compress(corpus.read_bytes()))
    said = [{"type": "message", "from": "a", "text": line} for line in lines]
    export.write_text(json.dumps({"name": "chat", "messages": said}), encoding="utf-8")
    tables = []
    for number, path in enumerate((corpus, packed, export)):
        train(path, tmp_path / str(number))
        tables.append(load(tmp_path / str(number)).language.tables[2].grams.tolist())
    assert tables[0] == tables[1] == tables[2]


def test_evaluate_shows_what_is_known_and_measures(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "m"
    train(corpus, to, "--sg", "--epochs", "80")
    pairs, analogies = tmp_path / "pairs.tsv", tmp_path / "analogies.txt"
    pairs.write_text("苹果\t香蕉\t9\n公园\t学校\t8\n苹果\t公园\t1\n香蕉\t学校\t2\n苹果\t斑马\t1\n", encoding="utf-8")
    analogies.write_text(": food\n苹果 公园 香蕉 学校\n", encoding="utf-8")
    capsys.readouterr()
    files = ["--pairs", str(pairs), "--analogies", str(analogies), str(corpus)]
    assert main(["words", "evaluate", "--model", str(to)]) == 0
    assert "nearest" in capsys.readouterr().out
    assert main(["words", "evaluate", "--model", str(to), *files]) == 0
    printed = capsys.readouterr().out
    assert "Spearman's ρ" in printed
    assert "20% left out" in printed
    assert "accuracy" in printed
    assert "perplexity" in printed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400, "not text"),
        (gzip.compress(bytes(range(256)) * 400), "not text"),
        (gzip.compress("公园".encode() * 100_000)[:300], "cannot be read"),
        (b"", "no words"),
        ("。！？\n".encode() * 9, "no words"),
        ("公园".encode(), "--min-count"),
        (b'{"messages": [{"type": "message", "text": "a"}', "not readable as JSON"),
    ],
)
def test_a_corpus_that_cannot_be_learnt_from_gets_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    corpus = tmp_path / "corpus"
    corpus.write_bytes(content)
    assert train(corpus, tmp_path / "m") == 1
    printed = capsys.readouterr().err
    assert said in printed
    assert "corpus" in printed
    assert printed.count("\n") == 1
    assert not (tmp_path / "m").exists()


def test_a_corpus_that_is_not_there_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(tmp_path / "gone.txt", tmp_path / "m") == 1
    assert "gone.txt" in capsys.readouterr().err


def test_a_megabyte_of_one_character_is_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("一" * 350_000, encoding="utf-8")
    assert train(tmp_path / "one", tmp_path / "m") == 0


def test_another_versions_file_is_refused_with_a_sentence(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "words.npz"
    train(corpus, to)
    with np.load(to) as arrays:
        kept = dict(arrays)
    header = json.loads(kept["header"].tobytes()) | {"version": VERSION + 1}
    kept["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(to, allow_pickle=False, **kept)
    with pytest.raises(WordsError, match=f"format {VERSION + 1}"):
        load(to)
    assert main(["words", "evaluate", "--model", str(to)]) == 1
    assert "train it anew" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.npz"
    path.write_bytes(content)
    with pytest.raises(WordsError, match="not a word model"):
        load(path)


def test_a_pickle_in_a_model_file_is_never_opened(tmp_path: Path) -> None:
    path, buffer = tmp_path / "words.npz", io.BytesIO()
    np.save(buffer, np.array([object()], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("header.npy", buffer.getvalue())
    with pytest.raises(WordsError):
        load(path)


def test_without_a_model_evaluate_says_how_to_get_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "evaluate", "--model", str(tmp_path / "none")]) == 1
    assert "words train CORPUS" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--epochs", "0"], ["--size", "many"], []])
def test_wrong_usage_shows_the_help(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["words", "train", *wrong] + (["x"] if wrong else []))
