"""How much damage the readers are put to, in all: it must not become less unnoticed."""

import ast
from pathlib import Path

AT_LEAST = 20_000


def numbers_of_inputs(source):
    """How many injured inputs each call of `survivors` makes.

    A number that is a parameter of the test is added up over its values; repetitions by loops and
    by other parameters are not counted.
    """
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "survivors":
                n = call.args[2]
                if isinstance(n, ast.Name):
                    yield sum(values_of(n.id, function))
                else:
                    yield ast.literal_eval(n)


def values_of(parameter, function):
    """The values that a test's parameter takes."""
    for mark in function.decorator_list:
        if ast.unparse(mark.func) == "pytest.mark.parametrize":
            names, rows = ast.literal_eval(mark.args[0]), mark.args[1].elts
            if parameter in names:
                yield from (ast.literal_eval(row.elts[names.index(parameter)]) for row in rows)


def test_the_readers_are_fed_many_damaged_inputs():
    sources = [path.read_text() for path in Path(__file__).parent.glob("test_fuzz_*.py")]
    numbers = [number for source in sources for number in numbers_of_inputs(source)]
    assert len(sources) == 3 and sum(numbers) >= AT_LEAST, numbers


def test_inputs_are_counted():
    source = """
@pytest.mark.parametrize(("read", "n"), [(a, 3), (b, 4)])
def test(read, n):
    survivors([], read, n)
    for other in (a, b):
        survivors([], other, 5, seed=1)
"""
    assert [*numbers_of_inputs(source)] == [7, 5]
