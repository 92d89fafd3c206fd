"""What an hour has left behind, and whether anything of it must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.sampling import MIB, Sample, slope

# MiB an hour: where this is reached, 500 bytes of each message are remembered.
STEEPEST = 8.0
# Seconds. The first quarter of an hour fills caches and pools, so that a shorter run says nothing about an hour.
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
    def faults(self) -> list[str]:
        """Everything that must not be, as sentences."""
        found = [*(f"unanswered: {each}" for each in self.unanswered), *self.wrong]
        if not (self.before and self.after):
            return [*found, "it was not looked at, at rest before and after"]
        left = {name: getattr(self.after, name) - getattr(self.before, name) for name in ("tasks", "descriptors")}
        found += [f"{more} {name} are left over" for name, more in left.items() if more > 0]
        if self.seconds >= TELLING and self.slope > STEEPEST:
            found.append(f"memory grows by {self.slope:.1f} MiB an hour, more than {STEEPEST:.0f}")
        return found

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
            f"   at rest after:  {self.after}\n"
            f"   memory {_range(later)} MiB after the first quarter, {len(self.samples)} samples; slope "
            f"{self.slope:+.2f} MiB an hour over the second half, must be ≤ {STEEPEST:.0f} of half an hour and more "
            f"({slope(later):+.2f} over all but the first quarter)"
        )


def _range(samples: Sequence[Sample]) -> str:
    memory = [each.memory / MIB for each in samples] or [0.0]
    return f"{min(memory):.1f} to {max(memory):.1f}"
