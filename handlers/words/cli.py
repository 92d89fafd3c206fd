"""`words train` and `words evaluate`: word vectors and a language model from an owner's corpus."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.config.private_files import make_private
from bot.config.settings import read_settings
from handlers.words.corpus import CorpusError, write_sentences
from handlers.words.owned import NAME

if TYPE_CHECKING:
    from handlers.language.statistics.vectors import Training
    from handlers.words.model import WordModel

FORMATS = "text (UTF-8 or GB18030), the same gzipped, JSON lines, Telegram Desktop or DiscordChatExporter exports"
ORDERS = (1, 2, 3)


def add(subparsers: Any) -> None:
    """Add `words` and what can be done with it. Each parser's `run(arguments)` returns the exit code."""
    parser = subparsers.add_parser("words", help="train and evaluate word vectors and a language model")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    trained = verbs.add_parser("train", help="train both on a corpus", description=f"A corpus is {FORMATS}.")
    trained.add_argument("corpus", type=Path, nargs="+", metavar="CORPUS", help="what to learn from")
    trained.add_argument("--sg", action="store_true", help="skip-gram (default: CBOW)")
    trained.add_argument("--hs", action="store_true", help="hierarchical softmax (default: negative sampling)")
    for name, default, told in (
        ("negative", 5, "words drawn against each one, without --hs"),
        ("window", 5, "words to each side"),
        ("size", 100, "numbers a vector"),
        ("min-count", 5, "rarer words get no vector"),
        ("epochs", 5, "rounds through the corpus"),
    ):
        trained.add_argument(f"--{name}", type=_positive, default=default, metavar="N", help=f"{told} ({default})")
    trained.add_argument("--to", type=Path, metavar="FILE", help="the model file (default: the bot's own)")
    trained.set_defaults(run=run_train)
    _add_evaluate(verbs)


def _add_evaluate(verbs: Any) -> None:
    judged = verbs.add_parser("evaluate", help="show what a model knows, and measure it")
    judged.add_argument("corpus", type=Path, nargs="*", metavar="CORPUS", help="texts it has not seen: perplexity")
    judged.add_argument("--pairs", type=Path, metavar="FILE", help="lines WORD TAB WORD TAB NUMBER: rank correlation")
    judged.add_argument("--analogies", type=Path, metavar="FILE", help="lines A B C D below `: section`: accuracy")
    judged.add_argument("--model", type=Path, metavar="FILE", help="the model file (default: the bot's own)")
    judged.set_defaults(run=run_evaluate)


def run_train(arguments: argparse.Namespace) -> int:
    """Train and report. Return 0, or 1 where the corpus or the place for the model is refused."""
    to = arguments.to or read_settings().data_dir / NAME
    return _told(lambda: _train(arguments, to))


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Measure and report. Return 0, or 1 where a file is refused."""
    model = arguments.model or read_settings().data_dir / NAME
    return _told(lambda: _evaluate(arguments, model))


def _told(work: Callable[[], None]) -> int:
    """Return 0 when the work is done, or 1 with a sentence on standard error."""
    try:
        work()
    except ModuleNotFoundError as error:
        sys.stderr.write(f"The package {error.name} is not installed: pip install 'yingda[laboratory]'\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}.\n" if error.filename else f"{error}\n")
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
    else:
        return 0
    return 1


def _train(arguments: argparse.Namespace, to: Path) -> None:
    from handlers.language.statistics.vectors import Training  # noqa: PLC0415 — an extra
    from handlers.words.model import learn_file, save  # noqa: PLC0415 — an extra

    names = ("sg", "hs", "negative", "window", "size", "min_count", "epochs")
    training = Training(**{name: getattr(arguments, name) for name in names})
    corpora = ", ".join(path.name for path in arguments.corpus)
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory, _progress() as progress:
        sentences = Path(directory) / "sentences"
        reading = progress.add_task("reading", total=1)
        write_sentences(arguments.corpus, sentences, lambda share: progress.update(reading, completed=share))
        learning = progress.add_task("learning", total=training.epochs)
        done = Steps(progress, learning)
        try:
            model = learn_file(corpora, sentences, training, done)
        except ValueError as error:
            raise CorpusError(f"{corpora}: {error}; train on more text, or with a smaller --min-count.") from None
        if arguments.to is None:
            make_private(to.parent)
        save(model, to)
    console = Console(soft_wrap=True)
    console.print(_facts(model))
    console.print(f"Written to {to}.", highlight=False, markup=False)


@dataclass(frozen=True, slots=True)
class Steps:
    """Draws how many epochs are done."""

    progress: Progress
    task: Any

    def __call__(self, epochs: int) -> None:
        """Take note of the epochs done so far."""
        self.progress.update(self.task, completed=epochs)


def _progress() -> Progress:
    terminal = Console(stderr=True)
    return Progress(console=terminal, transient=True, disable=not terminal.is_terminal)


def _facts(model: WordModel) -> Table:
    table = Table(show_header=False, box=None)
    about = model.about
    facts = {
        "corpus": about.source,
        "sentences": f"{about.sentences:,}",
        "words": f"{about.words:,}",
        "distinct words": f"{len(model.language.vocabulary):,}",
        "with vectors": f"{len(model.vectors.words):,}",
        "n-grams": ", ".join(f"{len(each.grams):,}" for each in model.language.tables),
        "training": _training(about.training),
    }
    for name, value in facts.items():
        table.add_row(name, value)
    return table


def _training(training: Training) -> str:
    kind = "skip-gram" if training.sg else "CBOW"
    output = "hierarchical softmax" if training.hs else f"negative sampling ({training.negative})"
    rest = f"window {training.window}, size {training.size}, min count {training.min_count}, epochs {training.epochs}"
    return f"{kind}, {output}, {rest}"


def _evaluate(arguments: argparse.Namespace, path: Path) -> None:
    from handlers.words.model import load  # noqa: PLC0415 — an extra

    if not path.exists():
        raise ValueError(f"{path}: there is no word model; train one: python -m bot words train CORPUS")
    model = load(path)
    console = Console(soft_wrap=True)
    console.print(_facts(model))
    if arguments.corpus:
        console.print(_perplexity(model, arguments.corpus))
    if arguments.pairs:
        correlation, missing = model.vectors.evaluate_pairs(arguments.pairs)
        console.print(f"pairs: Spearman's ρ {correlation:.3f}; {missing:.0%} left out", highlight=False)
    if arguments.analogies:
        console.print(_analogies(model, arguments.analogies))
    if not (arguments.corpus or arguments.pairs or arguments.analogies):
        console.print(_neighbours(model))


def _perplexity(model: WordModel, corpora: list[Path]) -> Table:
    """Measure on texts: the perplexity of all their sentences together, and how many words are unknown."""
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        file = Path(directory) / "sentences"
        write_sentences(corpora, file, lambda _: None)
        said = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    words = [word for sentence in said for word in sentence]
    unknown = sum(not model.language.knows(word) for word in words) / len(words)
    table = Table("n", "perplexity", "unknown words")
    for order in ORDERS:
        logs = sum(model.language.judge(sentence, order).log10 for sentence in said)
        table.add_row(str(order), f"{10 ** (-logs / (len(words) + len(said))):,.1f}", f"{unknown:.1%}")
    return table


def _analogies(model: WordModel, path: Path) -> Table:
    table = Table("section", "right", "of", "accuracy")
    for section, right, number in model.vectors.evaluate_analogies(path):
        table.add_row(section, str(right), str(number), f"{right / number:.1%}" if number else "–")
    return table


def _neighbours(model: WordModel) -> Table:
    """Show the nearest words of the most frequent ones, for a first look."""
    table = Table("word", "nearest")
    for word in [each for each in model.vectors.words if len(each) > 1][:10]:
        table.add_row(word, ", ".join(f"{near} {cosine:.2f}" for near, cosine in model.vectors.similar(word, 5)))
    return table


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
