"""All stories of borders.md section 4: for the reference (test_model.py), and for the system to be run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import stories_cases, stories_endings, stories_flags, stories_repeat, stories_status

if TYPE_CHECKING:
    from .notation import Story

STORIES: tuple[Story, ...] = (
    *stories_status.STORIES,
    *stories_repeat.STORIES,
    *stories_cases.STORIES,
    *stories_flags.STORIES,
    *stories_endings.STORIES,
)
