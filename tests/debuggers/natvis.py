"""Compiles what the natvis file says against the headers, since there is no Visual Studio to try it in: each
expression, in a member function of a class that the file names. Numbers have to be those of the headers.

usage: natvis.py NATVIS COMPILER...
"""
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

SPACE = "{http://schemas.microsoft.com/vstudio/debugger/natvis/2010}"

# For each name of a type in the file, one type that it stands for, and what its asterisks are then.
LOCAL = "ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator"
MEMORY = "ouro::default_memory"
COLLECTED = ["ouro::trial_deletion", "ouro::pool_allocator"]
SAMPLES = {
    "ouro::managed_ptr<*,*,*,*>": ["node", *LOCAL.split(", ")],
    "ouro::managed_ptr<*,ouro::biased_refcount,*,*>": ["point", "ouro::no_collector", "ouro::pool_allocator"],
    "ouro::managed_ptr<*,ouro::self_refcount,*,*>": ["point", "ouro::no_collector", "ouro::pool_allocator"],
    "ouro::managed_weak<*,*,*,*>": ["node", *LOCAL.split(", ")],
    "ouro::managed_alias<*,*,*,*>": ["int", *LOCAL.split(", ")],
    "ouro::managed_atomic<*,*,*,*>": ["point", "ouro::biased_refcount", "ouro::trial_deletion", "ouro::pool_allocator"],
    "ouro::basic_shared_ptr<*,*>": ["point", "ouro::shared_memory"],
    "ouro::basic_weak_ptr<*,*>": ["point", "ouro::shared_memory"],
    "ouro::basic_atomic_shared_ptr<*,*>": ["point", "ouro::shared_memory"],
    "ouro::basic_atomic_weak_ptr<*,*>": ["point", "ouro::shared_memory"],
    "ouro::list<*,*>": ["int", MEMORY],
    "ouro::frozen_list<*,ouro::memory<*,*,*>>": ["int", *LOCAL.split(", ")],
    "ouro::basic_tuple<*>": [MEMORY + ", int, char"],
    "ouro::dict<*,*,*,*,*>": ["int", "int", MEMORY, "std::hash<int>", "std::equal_to<int>"],
    "ouro::attributes<*,*>": ["int", MEMORY],
    "ouro::slot<*,*>": ["point", "int"],
    "ouro::weak_value_map<*,*,*,*,*>": ["int", "node", MEMORY, "std::hash<int>", "std::equal_to<int>"],
    "ouro::weak_key_map<*,*,*>": ["node", "int", MEMORY],
    "ouro::weak_set<*,*>": ["node", MEMORY],
    "ouro::weak_value_map<*,*,ouro::memory<ouro::atomic_refcount,*,*>,*,*>": [
        "int", "shared_node", *COLLECTED, "std::hash<int>", "std::equal_to<int>"],
    "ouro::weak_key_map<*,*,ouro::memory<ouro::atomic_refcount,*,*>>": ["shared_node", "int", *COLLECTED],
    "ouro::weak_set<*,ouro::memory<ouro::atomic_refcount,*,*>>": ["shared_node", *COLLECTED],
    "ouro::weak_value_map<*,*,ouro::memory<ouro::biased_refcount,*,*>,*,*>": [
        "int", "shared_node", *COLLECTED, "std::hash<int>", "std::equal_to<int>"],
    "ouro::weak_key_map<*,*,ouro::memory<ouro::biased_refcount,*,*>>": ["shared_node", "int", *COLLECTED],
    "ouro::weak_set<*,ouro::memory<ouro::biased_refcount,*,*>>": ["shared_node", *COLLECTED],
    "ouro::interned<*,*>": ["int", "ouro::interner<int>"],
    "ouro::basic_interned_string<*>": ["ouro::no_locking"],
    "ouro::basic_small_int<*,*,*>": ["long long", "-5", "256"],
    "ouro::basic_heap<*,*,*>": LOCAL.split(", "),
}
# Members of Microsoft's standard library, and what gives the same elsewhere.
MICROSOFT = (("._Mypair._Myval2._Myfirst", ".data()"), ("._Mypair._Myval2._Mylast", ".END"),
             ("._Mypair._Myval2", ".get()"), ("._Ptr", ".get()"))

HEAD = """
#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>
#include <cstddef>
#include <functional>
using std::size_t;
struct node { int value; ouro::ptr<node> next; };
struct point { int x; int y; };
struct shared_node { int value; };
void intrusive_ptr_add_ref(point*);
void intrusive_ptr_release(point*);
"""


def sample_of(name):
    arguments = iter(SAMPLES[name])
    return re.sub(r"\*", lambda _: next(arguments), name)


def in_braces(text):
    """The expressions of a string to display. A doubled brace is a brace."""
    return re.findall(r"\{([^{}]+)\}", text.replace("{{", "").replace("}}", ""))


def without_format(expression):
    """Also what a length in a format says. Of commas only those outside brackets count."""
    depth = 0
    for i, character in enumerate(expression):
        depth += character in "([<" and expression[i - 1:i + 1] not in ("<<",)
        depth -= character in ")]" or (character == ">" and expression[i - 1:i + 1] not in ("->", ">>"))
        if character == "," and depth <= 0:
            length = re.search(r"\[(.*)\]", expression[i + 1:])
            return [expression[:i]] + ([length.group(1)] if length else [])
    return [expression]


def translated(expression, arguments):
    expression = re.sub(r"\$T(\d+)", lambda match: arguments[int(match.group(1)) - 1], expression)
    for theirs, ours in MICROSOFT:
        expression = expression.replace(theirs, ours)
    return re.sub(r"([\w.]+)\.END", r"(\1.data() + \1.size())", expression)


def statements_of(element, arguments):
    """What an element below <Type> has to say, as statements of a function."""
    kind = element.tag.replace(SPACE, "")
    text = (element.text or "").strip()
    expressions = [element.get("Condition")] if element.get("Condition") else []
    if kind == "Variable":
        yield "auto %s = %s;" % (element.get("Name"), translated(element.get("InitialValue"), arguments))
    elif kind == "DisplayString":
        expressions += in_braces(text)
    elif text:
        expressions.append(text)
    if kind == "Item":
        expressions += in_braces(element.get("Name"))
    for expression in expressions:
        for each in without_format(expression):
            yield "static_cast<void>(%s);" % translated(each, arguments)
    for below in element:
        yield from statements_of(below, arguments)


def class_of(number, name, type):
    """A class derived from what the name stands for, whose functions are what the file says of it."""
    arguments = SAMPLES[name]
    lines, checks, statements = [], [], []
    for element in type:
        if element.tag == SPACE + "Intrinsic":
            value = translated(element.get("Expression"), arguments)
            lines.append("  auto %s() { return %s; }" % (element.get("Name"), value))
            constant = re.match(r"(count|info|slot)_word_(\w+)$", element.get("Name"))
            if constant:
                scope = {"count": "ouro::count_word", "info": "ouro::detail::info_word",
                         "slot": "ouro::detail::slot_word"}[constant.group(1)]
                checks.append("static_assert(%s::%s == %s);" % (scope, constant.group(2), value))
        elif element.tag != SPACE + "AlternativeType":
            # In a block of its own, for the names of its variables.
            statements += ["{"] + list(statements_of(element, arguments)) + ["}"]
    return "struct shown_%d : %s {\n%s\n  void show() {\n    %s\n  }\n};\n%s\n" % (
        number, sample_of(name), "\n".join(lines), "\n    ".join(statements), "\n".join(checks))


def main():
    natvis, compile = sys.argv[1], sys.argv[2:]
    program, names = HEAD, []
    for type in ElementTree.parse(natvis).getroot().findall(SPACE + "Type"):
        for name in [type.get("Name")] + [each.get("Name") for each in type.findall(SPACE + "AlternativeType")]:
            if name not in SAMPLES:
                sys.exit("%s: no sample of %s" % (natvis, name))
            program += class_of(len(names), name, type)
            names.append(name)
    if sorted(names) != sorted(SAMPLES):
        sys.exit("%s: nothing about %s" % (natvis, ", ".join(set(SAMPLES) - set(names))))
    flags = ["-fsyntax-only", "-fno-access-control", "-w", "-x", "c++", "-"]
    return subprocess.run(compile + flags, input=program, text=True).returncode


if __name__ == "__main__":
    sys.exit(main())
