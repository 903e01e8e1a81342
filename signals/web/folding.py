"""What of a template is known before anybody asks for the page? It is worked out once, when the template is compiled.

Under `templating`. Every language has an environment of its own, so that a sentence without values, the address of a
page without values and the address of a file are texts that stand fast. Half of a page's time went into asking for
them again each time. A quarter of what was left went into escaping what needs none: what is HTML already, or a text
without any of the five characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jinja2.compiler import Frame

SENTENCE: Final = "_"  # the function that says a sentence in the language of the environment
_FILLED: Final = "filled"
_SHOWN: Final = "shown"
_means_something: Final = re.compile(r"""[&<>"']""").search  # to HTML


class _Plain(Context):
    """Calls what a template calls; none of ours asks for the context itself."""

    def call(self, called: Callable[..., object], /, *words: object, **named: object) -> object:
        """The answer, without looking first for what only functions of Jinja itself need."""
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*words, **named)


def shown(value: Any) -> str:  # noqa: ANN401 - whatever a template shows
    """What stands in the page for `value`: as `markupsafe.escape`, which makes a new object of each text."""
    kind = type(value)
    if kind is Markup or (kind is str and _means_something(value) is None):
        as_it_is: str = value
        return as_it_is
    return escape(value)


class _Showing(CodeGenerator):
    """Writes `shown` where a value is put into a page, and that it is known."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - the name of the node
        """The code of a whole template."""
        self.writeline(f"{_SHOWN} = environment.{_SHOWN}")
        super().visit_Template(node, frame)

    def _output_child_pre(self, _: nodes.Expr, __: Frame, finalize: Any) -> None:  # noqa: ANN401 - of Jinja's own
        self.write(f"{_SHOWN}({finalize.src or ''}")


class FoldingEnvironment(Environment):
    """Compiles templates with all that is known replaced by what it is."""

    context_class = _Plain
    code_generator_class = _Showing
    shown = staticmethod(shown)

    def know(self, known: Mapping[str, Callable[..., object]]) -> None:
        """Take these functions, by name, as those of which the same words always give the same answer. Done first."""
        self.known = known
        self.globals |= known
        self.filters[_FILLED] = str.format

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - as Jinja has it
    ) -> str:
        return super()._generate(_Folding(self.known).visit(source), name, filename, defer_init)


class _Folding(NodeTransformer):
    def __init__(self, known: Mapping[str, Callable[..., object]]) -> None:
        self._known = known

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - the name of the node
        """The answer of a known function to words that stand in the template."""
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name not in self._known or node.dyn_args or node.dyn_kwargs or not _stand_fast(node.args):
            return node
        if not _stand_fast([one.value for one in node.kwargs]):
            return self._filled(node) if name == SENTENCE else node
        return self._answered(node, self._known[name])

    def _answered(self, node: nodes.Call, known: Callable[..., object]) -> nodes.Expr:
        named = {one.key: one.value.as_const() for one in node.kwargs}
        try:
            return nodes.Const(known(*(one.as_const() for one in node.args), **named), lineno=node.lineno)
        except KeyError:  # a page that this installation has not: the template looks for that first
            return node

    def _filled(self, node: nodes.Call) -> nodes.Expr:
        """A sentence whose values come with the page: only they are put into it then."""
        (dutch,) = node.args
        sentence = nodes.Const(self._known[SENTENCE](dutch.as_const()), lineno=node.lineno)
        return nodes.Filter(sentence, _FILLED, [], node.kwargs, None, None, lineno=node.lineno)

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802 - the name of the node
        """A text that is there or not becomes a branch: both ends of it are then known."""
        self.generic_visit(node)
        parts: list[nodes.Node] = []
        for one in node.nodes:
            if isinstance(one, nodes.CondExpr):
                parts.append(_branch(one))
            elif parts and isinstance(parts[-1], nodes.Output):
                parts[-1].nodes.append(one)
            else:
                parts.append(nodes.Output([one], lineno=node.lineno))
        return parts


def _stand_fast(words: Sequence[nodes.Expr]) -> bool:
    return all(isinstance(one, nodes.Const) for one in words)


def _branch(choice: nodes.CondExpr) -> nodes.If:
    said: list[nodes.Node] = [nodes.Output([choice.expr1], lineno=choice.lineno)]
    other: list[nodes.Node] = [nodes.Output([choice.expr2], lineno=choice.lineno)] if choice.expr2 else []
    return nodes.If(choice.test, said, [], other, lineno=choice.lineno)
