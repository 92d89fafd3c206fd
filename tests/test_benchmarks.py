"""The benchmarks can be run by name, and what a machine cannot run is left out with the reason."""

from __future__ import annotations

import pytest

from tests.benchmarks import replay
from tests.benchmarks.__main__ import main
from tests.benchmarks.skip import SkipBenchmark


def test_a_name_that_no_benchmark_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    assert "there are" in capsys.readouterr().err


def test_a_benchmark_without_its_data_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EVALUATION_DATA", raising=False)
    with pytest.raises(SkipBenchmark):
        replay.main()
    assert main(["replay"]) == 0
    assert "skipped: EVALUATION_DATA" in capsys.readouterr().out
