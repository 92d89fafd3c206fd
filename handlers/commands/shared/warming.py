"""What commands need and takes long to load is loaded soon after the start, before anybody asks for it."""

from __future__ import annotations

import threading

from bot.services import Services
from handlers.language.script import readings
from handlers.language.segmentation import lexicon
from handlers.language.segmentation.segment import cut
from handlers.language.statistics import idf
from handlers.language.tagging import hidden_markov
from handlers.language.tagging.tag import tag

# First come the first answers; and between two steps, of some tenths of a millisecond, the interpreter is theirs, too.
AFTER_SECONDS, PAUSE_SECONDS = 1.0, 0.001
SAMPLE = "魡魡，apt-get 2.0。"


def warm(services: Services) -> threading.Thread:
    """Begin to load, and return the thread that does; it ends with the bot."""
    ending = threading.Event()
    services.closing.callback(ending.set)
    loading = threading.Thread(target=load, args=(ending,), name="warming", daemon=True)
    loading.start()
    return loading


def load(ending: threading.Event) -> None:
    """Load all of it little by little, unless told to end."""
    if ending.wait(AFTER_SECONDS):
        return
    lexicon.jieba_words()
    readings.readings()
    for each in (hidden_markov.loading(), idf.jieba_idf()):
        while each.step() is None:
            if ending.wait(PAUSE_SECONDS):
                return
    # The fast engine, too, prepares some things when they are first needed: what it knows of signs, and its HMM.
    tag(SAMPLE)
    cut(SAMPLE)
