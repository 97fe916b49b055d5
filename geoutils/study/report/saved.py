"""Which files a cell of a notebook saves, told from the names in its code."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAME = re.compile(r"[\w-]+")
_QUOTED = re.compile(r"""["']([\w-]+)["']""")


def files_of(folder: Path, notebook: str, suffixes: Iterable[str]) -> list[Path]:
    """The files that a notebook saved in a folder, in the order in which it did."""
    paths = [path for suffix in suffixes for path in folder.glob(f"{notebook[:2]}_*{suffix}")]
    return sorted(paths, key=lambda path: (path.stat().st_mtime, path.name))


def saved_by_cells(sources: list[str], files: list[Path]) -> list[list[Path]]:
    """Those of a notebook's `files` that each cell saves, in the order of its code.

    A file's name stands in the code of a cell, at best as an argument of `save_…`; as any other
    string where no cell has it so; as a part of an f-string where no cell has it as a string.
    """
    by_name: dict[str, list[Path]] = {}
    for path in files:
        by_name.setdefault(path.stem[3:], []).append(path)
    read = [_names(source) for source in sources]
    arguments = {name for names in read for name in names.arguments}
    strings = {name for names in read for name in names.strings}
    found = []
    for names in read:
        own = [n for n in names.strings if n in names.arguments or n not in arguments]
        own += [
            name
            for form in names.forms
            for name in by_name
            if name not in strings and re.fullmatch(form, name)
        ]
        found.append([path for name in dict.fromkeys(own) for path in by_name.get(name, ())])
    return found


@dataclass(frozen=True)
class _Names:
    """What may be names in a cell: its strings, those given to `save_…`, f-strings as patterns."""

    strings: list[str]
    arguments: set[str]
    forms: list[str]


@cache
def _names(source: str) -> _Names:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line for the shell
        return _Names(_QUOTED.findall(source), set(), [])
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    words = [node.value for node in nodes if isinstance(node, ast.Constant)]
    pieces = [node.values for node in nodes if isinstance(node, ast.JoinedStr)]
    return _Names(
        strings=[word for word in words if isinstance(word, str) and _NAME.fullmatch(word)],
        arguments={
            argument.value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "").startswith("save_")
            for argument in call.args
            if isinstance(argument, ast.Constant)
        },
        forms=["".join(map(_form, values)) for values in pieces if _may_be_a_name(values)],
    )


def _may_be_a_name(values: list[ast.expr]) -> bool:
    texts = [part.value for part in values if isinstance(part, ast.Constant)]
    return bool(texts) and all(map(_NAME.fullmatch, texts))


def _form(part: ast.expr) -> str:
    return re.escape(part.value) if isinstance(part, ast.Constant) else ".+"
