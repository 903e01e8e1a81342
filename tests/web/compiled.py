"""Templates that are compiled once for all offices of the tests: half of the time of such a test went into that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signals.web.folding import FoldingEnvironment
from signals.web.static_files import FOLDER

if TYPE_CHECKING:
    from collections.abc import Hashable

_COMPILED: Final[dict[Hashable, Any]] = {}
_FILES: Final = tuple(path.name for path in sorted(FOLDER.iterdir()))


class RememberingEnvironment(FoldingEnvironment):
    """Compiles nothing again for another office in which the same is known."""

    def compile(self, source: Any, name: Any = None, filename: Any = None, *words: Any, **named: Any) -> Any:  # noqa: ANN401 - as Jinja has it
        """The code of a template, from memory if it was the same."""
        known = (*self._known_here(), source, name, filename, words, *named.items())
        if known not in _COMPILED:
            _COMPILED[known] = super().compile(source, name, filename, *words, **named)
        return _COMPILED[known]

    def _known_here(self) -> tuple[Hashable, ...]:
        """All on which it depends what `folding` makes of a template: language and sentences, addresses, files."""
        sentences: Any = self.known["_"]
        addresses: Any = self.known["url_for"]
        static = tuple(self.known["static"](name) for name in _FILES)
        return (sentences.func, *sentences.args, *sorted(addresses.__self__._paths.items()), *static)
