"""How many bytes do Python's containers and objects take, by `sys.getsizeof`? Beside print_containers.cpp.

Prints lines of question, contender, value and unit.
"""

import platform
import sys

CONTENDER = f"{platform.python_implementation()} {'.'.join(platform.python_version_tuple()[:2])}"
ATTRIBUTES = 8
OBJECTS = 1000


class Open:
    pass


class Fixed:
    __slots__ = tuple(f"attribute_{i}" for i in range(ATTRIBUTES))


class Bare:
    __slots__ = ()


def report(question: str, value: float) -> None:
    print(f"{question}\t{CONTENDER}\t{value:.2f}\tbytes")


def fill(made: object) -> object:
    for i in range(ATTRIBUTES):
        setattr(made, f"attribute_{i}", 1.0)
    return made


def grown_list(length: int) -> list:
    grown = []
    for _ in range(length):
        grown.append(None)
    return grown


def grown_dict(length: int) -> dict:
    return {key: None for key in range(length)}


def main() -> None:
    for length in (3, 1000, 1_000_000):
        report(f"bytes_of_list_element/{length}", sys.getsizeof(grown_list(length)) / length)
    report("bytes_of_tuple_element/3", sys.getsizeof((1, 2, 3)) / 3)
    for length in (5, 1000, 1_000_000):
        report(f"bytes_of_dict_entry/{length}", sys.getsizeof(grown_dict(length)) / length)
    opened = [fill(Open()) for _ in range(OBJECTS)]
    report(f"bytes_of_attribute/{ATTRIBUTES}",
           sum(sys.getsizeof(each) + sys.getsizeof(each.__dict__) for each in opened) / OBJECTS / ATTRIBUTES)
    report(f"bytes_of_slot/{ATTRIBUTES}", sys.getsizeof(fill(Fixed())) / ATTRIBUTES)
    report("bytes_of_bare_object", sys.getsizeof(Bare()))
    report("bytes_of_string/8", sys.getsizeof("eight ch"))


if __name__ == "__main__":
    main()
