"""The questions and the contenders of the benchmarks, in words."""

import re

# How the programs of bench/ call the contenders, and how readers know them.
NAMES = {
    "by_hand": "a count written by hand",
    "clox": "clox",
    "empty file": "an empty file",
    "empty_ring": "the queue without objects",
    "flat_hash_set": "`absl::flat_hash_set`",
    "flyweight_bare": "`boost::flyweight` without locks and tracking",
    "flyweight_default": "`boost::flyweight`",
    "free_list": "a free list written by hand",
    "intrusive": "a counted block",
    "intrusive_ptr": "`boost::intrusive_ptr`",
    "intrusive_safe": "atomic `boost::intrusive_ptr`",
    "intrusive_unsafe": "`boost::intrusive_ptr`",
    "local_shared": "`boost::local_shared_ptr`",
    "memory and vector": "`<memory>` and `<vector>`",
    "node_hash_set": "`absl::node_hash_set`",
    "ouro_atomic": "ouro, `atomic_refcount`",
    "ouro_batch": "ouro, 16 at a time",
    "ouro_biased": "ouro, `biased_refcount`",
    "ouro_default cyclic": "ouro, a type that can form cycles",
    "ouro_default": "ouro",
    "ouro_generational": "ouro, `generational`",
    "ouro_plain": "ouro, `no_collector`",
    "pmr_pool": "`std::pmr::unsynchronized_pool_resource`",
    "shared": "`std::shared_ptr`",
    "shared_ptr": "`std::shared_ptr`",
    "shared_threaded": "`std::shared_ptr` with threads",
    "unique": "`std::unique_ptr`",
    "unordered_set": "`std::unordered_set`",
}

# What the pictures call the questions. Numbers of the question take the places of the groups.
QUESTIONS = {
    r"one_object": "one object",
    r"hot_objects": "1,024 objects in the cache",
    r"million_objects": "a million objects in random order",
    r"pair/(\d+)": "one object of {} bytes",
    r"thousand/(\d+)": "a thousand objects of {} bytes",
    r"churn/(\d+)": "{} objects alive",
    r"across_threads/0": "16 to 512 bytes",
    r"across_threads/(\d+)": "{} bytes",
    r"cyc_collect": "collect cycles of two objects",
    r"cyc_whole": "make, drop and collect them",
    r"ring": "collect a ring of a million objects",
    r"grid": "collect a grid of a million objects",
    r"scan": "full collection of a million living objects",
    r"trees": "binary trees with parent pointers",
    r"gcbench": "GCBench",
    r"plain_trees": "binary trees without parent pointers",
    r"list": "a list, dropped from its head",
    r"found/(\d+)": "one of {} strings",
    r"found_zipf/(\d+)": "one of {} strings, Zipf distribution",
    r"bytes_of_list_element/(\d+)": "element of a list of {}",
    r"bytes_of_tuple_element/(\d+)": "element of a tuple of {}",
    r"bytes_of_dict_entry/(\d+)": "entry of a dict of {}",
    r"bytes_of_attribute/(\d+)": "attribute, of {}",
    r"bytes_of_slot/(\d+)": "slot, of {}",
    r"bytes_of_bare_object": "object without members",
    r"bytes_of_string/(\d+)": "string of {} characters",
    r"code_per_type": "machine code for one more type",
    r"compile_time": "compile 100 types",
    r"include_time": "compile a file that includes the header alone",
}


def name_of(contender: str) -> str:
    """`shared on mimalloc` is `std::shared_ptr` on mimalloc; collectors of languages are called as they are."""
    pointer, joint, allocator = contender.partition(" on ")
    return NAMES.get(pointer, pointer) + joint + allocator


def plain_name_of(contender: str) -> str:
    """The same without Markdown and namespaces."""
    return re.sub("`|std::|boost::|absl::", "", name_of(contender))


def title_of(question: str) -> str:
    for pattern, words in QUESTIONS.items():
        if match := re.fullmatch(pattern, question):
            return words.format(*(f"{int(number):,}" for number in match.groups()))
    return question
