"""What a browser says of itself, and the name by which its owner knows it again."""

from __future__ import annotations

import pytest

from signals.web.signin.browsers import browser_name

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome (Windows)"),
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge (Windows)"),
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0", "Opera (Windows)"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox (Windows)"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox (Linux)"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome (ChromeOS)"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36", "Chrome (Android)"),
        (
            f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
            "Samsung Internet (Android)",
        ),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari (iPhone)"),
        (f"{IPHONE} CriOS/130.0.0.0 Mobile/15E148 Safari/604.1", "Chrome (iPhone)"),
        (f"{MAC} Version/17.6 Safari/605.1.15", "Safari (Mac)"),
        ("python-httpx/0.27.2", None),
        ("Firefox/132.0", None),
        ("", None),
    ],
)
def test_a_browser_is_known_by_its_maker_and_its_system(header: str, name: str | None) -> None:
    assert browser_name(header) == name
