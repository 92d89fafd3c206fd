from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from openai import RateLimitError

from handlers.llm.failures import cause, retry_after, words


def refusal(value: str, body: object = None) -> RateLimitError:
    response = httpx2.Response(429, headers={"retry-after": value}, request=httpx2.Request("POST", "http://test"))
    return RateLimitError("secret", response=response, body=body)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("", None), ("soon", None), ("nan", None), ("inf", None)],
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(refusal(value)) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    seconds = retry_after(refusal(format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)))
    assert seconds == pytest.approx(100, abs=2)


def test_a_date_that_has_passed_means_now() -> None:
    assert retry_after(refusal("Wed, 21 Oct 2015 07:28:00 GMT")) == 0


def test_the_log_gets_codes_and_nothing_that_could_be_a_sentence() -> None:
    told = cause(refusal("1", {"code": "rate_limit", "type": "you said: hello", "param": None}))
    assert told == {"error": "RateLimitError", "status": 429, "code": "rate_limit"}


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"message": "use 1 < n and n > 0\n\n please"}, "use 1 < n and n > 0 please"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"code": 7}, '{"code": 7}'),
        ("<html><body>Bad <b>gateway</b></body></html>", "Bad gateway"),
        ("key hush%20hush!", "key [secret]!"),
        (None, ""),
    ],
)
def test_the_endpoints_own_words_are_one_line_without_tags_and_secrets(body: object, line: str) -> None:
    assert words(refusal("1", body), ["hush hush"]) == line
