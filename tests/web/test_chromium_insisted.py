"""Without a Chromium the tests in a browser are skipped, and fail where one is insisted on."""

from __future__ import annotations

import pytest

from tests.web import chromium


@pytest.mark.parametrize(("insist", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_what_happens_without_one(
    monkeypatch: pytest.MonkeyPatch,
    insist: bool,
    outcome: type[BaseException],
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(outcome, match="there is no chromium here"):
        chromium.place_of_chromium(insist=insist)
