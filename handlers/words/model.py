"""What is learnt from a corpus, and the file it is kept in (needs the laboratory's packages)."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from handlers.language.statistics import ngrams, vectors
from handlers.language.statistics.ngrams import LanguageModel, Table
from handlers.language.statistics.vectors import Training, Vectors

NAME = "words.npz"
KIND, VERSION = "yingda words", 1


class WordsError(ValueError):
    """A model file is refused. `found` is the version it has, 0 where it is no model file at all."""

    def __init__(self, path: Path, found: int) -> None:
        said = f"was written in format {found}" if found else "is not a word model"
        super().__init__(
            f"{path}: the file {said}, and this version reads format {VERSION}; "
            "train it anew: python -m bot words train CORPUS"
        )
        self.found = found


@dataclass(frozen=True, slots=True)
class About:
    """What a model was learnt from, and how."""

    source: str
    sentences: int
    words: int
    training: Training


@dataclass(frozen=True, slots=True)
class WordModel:
    """Word vectors and a language model of the same corpus."""

    about: About
    vectors: Vectors
    language: LanguageModel


def small() -> Training:
    """Return the training that suits a few hundred sentences: small vectors, every word, many rounds."""
    return Training(sg=True, size=32, min_count=1, epochs=60, window=4)


def learn(source: str, sentences: Sequence[Sequence[str]], training: Training) -> WordModel:
    """Return the model of sentences in memory, the same each time. Raises ValueError where there is too little."""
    about = About(source, len(sentences), sum(map(len, sentences)), training)
    return WordModel(about, vectors.learn(sentences, training), ngrams.learn(sentences))


def learn_file(source: str, corpus: Path, training: Training, done: Callable[[int], None]) -> WordModel:
    """Return the model of a file with a sentence a line, words between spaces. `done` is told the epochs done."""
    with corpus.open(encoding="utf-8") as file:
        said = [line.split() for line in file]
    about = About(source, len(said), sum(map(len, said)), training)
    return WordModel(about, vectors.learn(corpus, training, done), ngrams.learn(said))


def save(model: WordModel, path: Path) -> None:
    """Write a model to a file, beside its place first, so that nobody ever reads half of one. Raises OSError."""
    header = {"kind": KIND, "version": VERSION, "about": asdict(model.about)}
    arrays = {"header": _text(header), "vocabulary": _text(model.vectors.words), "vectors": model.vectors.numbers}
    arrays["words"] = _text(model.language.words)
    for order, table in enumerate(model.language.tables, 1):
        arrays[f"grams{order}"], arrays[f"counts{order}"] = table.grams, table.counts.astype(np.uint32)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path) -> WordModel:
    """Return the model that a file has.

    Raises:
        WordsError: It is none, or one of another version.
        OSError: The file cannot be read.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            header = _told(arrays["header"])
            if header["kind"] != KIND or header["version"] != VERSION:
                raise WordsError(path, int(header["version"]))
            return _model(header["about"], arrays)
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, WordsError):
            raise
        raise WordsError(path, 0) from None


def _model(about: dict[str, Any], arrays: Any) -> WordModel:
    told = About(**{**about, "training": Training(**about["training"])})
    tables = [Table.of(arrays[f"grams{order}"], arrays[f"counts{order}"].astype(np.int64)) for order in ngrams.ORDERS]
    found = Vectors(_told(arrays["vocabulary"]), arrays["vectors"])
    return WordModel(told, found, LanguageModel(_told(arrays["words"]), tables))


def _text(value: object) -> Any:
    return np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)


def _told(array: Any) -> Any:
    return json.loads(array.tobytes())
