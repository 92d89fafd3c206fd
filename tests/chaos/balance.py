"""What an hour has left behind, and whether anything of it must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.sampling import MIB, Sample, slope

# MiB an hour: where this is reached, 500 bytes of each message are remembered.
STEEPEST = 8.0
# Seconds. The first quarter of an hour fills caches and pools, so that a shorter run says nothing about an hour:
# neither about memory nor about the connections that a pool keeps.
TELLING = 1800.0


@dataclass(slots=True)
class Balance:
    """What became of so many seconds.

    Attributes:
        done: How often which act came to its end.
        unheard: Commands that the platform itself refused, since the bot stood still at that moment.
        samples: What the process held, from the first guest to the last.
        before, after: What it held when nobody was there.
        wrong: What else must not be, as sentences.
    """

    seconds: float
    done: Counter[str] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)
    unheard: int = 0
    people: int = 0
    troubles: int = 0
    samples: list[Sample] = field(default_factory=list)
    before: Sample | None = None
    after: Sample | None = None
    wrong: list[str] = field(default_factory=list)

    @property
    def slope(self) -> float:
        """MiB an hour, over the second half."""
        return slope(self.samples[len(self.samples) // 2 :])

    @property
    def most_local(self) -> int:
        """The most sockets to Redis that it had at rest or in the first quarter: a pool keeps what was once needed."""
        first = self.samples[: len(self.samples) // 4]
        return max((each.local for each in (self.before, *first) if each), default=0)

    @property
    def faults(self) -> list[str]:
        """Everything that must not be, as sentences."""
        found = [*(f"unanswered: {each}" for each in self.unanswered), *self.wrong]
        if not (self.before and self.after):
            return [*found, "it was not looked at, at rest before and after"]
        found += [f"{more} {name} are left over" for name, more in self.left(self.after).items()]
        if self.seconds >= TELLING and self.slope > STEEPEST:
            found.append(f"memory grows by {self.slope:.1f} MiB an hour, more than {STEEPEST:.0f}")
        return found

    def left(self, held: Sample) -> dict[str, int]:
        """Return what is held that was not before, by its name."""
        more = {name: getattr(held, name) - getattr(self.before, name) for name in ("tasks", "descriptors")}
        if self.seconds >= TELLING:
            more["sockets to Redis"] = held.local - self.most_local
        return {name: count for name, count in more.items() if count > 0}

    @property
    def faultless(self) -> bool:
        """Whether nothing happened that must not."""
        return not self.faults

    def __str__(self) -> str:
        acts, later = sum(self.done.values()), self.samples[len(self.samples) // 4 :]
        return (
            f"{acts} acts ({acts / self.seconds:.1f}/s) of {self.people} people, {self.troubles} troubles; "
            f"{len(self.unanswered)} unanswered, {self.unheard} refused by the platform\n"
            f"   {', '.join(f'{count} {name}' for name, count in self.done.most_common())}\n"
            f"   at rest before: {self.before}\n"
            f"   at rest after:  {self.after} (up to {self.most_local} of Redis until the end of the first quarter)\n"
            f"   memory {_range(later)} MiB after the first quarter, {len(self.samples)} samples; slope "
            f"{self.slope:+.2f} MiB an hour over the second half, must be ≤ {STEEPEST:.0f} of half an hour and more "
            f"({slope(later):+.2f} over all but the first quarter)"
        )


def _range(samples: Sequence[Sample]) -> str:
    memory = [each.memory / MIB for each in samples] or [0.0]
    return f"{min(memory):.1f} to {max(memory):.1f}"
