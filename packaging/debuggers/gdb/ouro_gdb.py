"""GDB shows ouro's pointers, containers and heaps as what they are, and does what their inlined accessors would.

(gdb) source ouro_gdb.py
"""
import os
import sys

# Inside a program (cmake/gdb_script.cmake) the parts come with it.
if "__file__" in globals():
    sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import gdb
import gdb.printing
import gdb.xmethod
from ouro_gdb_parts.atomics import AtomicPrinter, AtomicSharedPrinter, AtomicWeakSharedPrinter
from ouro_gdb_parts.containers import (AttributesPrinter, DictPrinter, FrozenListPrinter, ListPrinter, SlotPrinter,
                                       TuplePrinter, WeakKeyMapPrinter, WeakSetPrinter, WeakValueMapPrinter)
from ouro_gdb_parts.methods import Matcher
from ouro_gdb_parts.pointers import AliasPrinter, PointerPrinter, WeakPrinter
from ouro_gdb_parts.standard import SharedPrinter, WeakSharedPrinter
from ouro_gdb_parts.values import (HeapPrinter, InternedPrinter, InternedStringPrinter, PrivateHeapPrinter,
                                   SmallIntPrinter)


TEMPLATES = (
    ("managed_ptr", PointerPrinter),
    ("managed_weak", WeakPrinter),
    ("managed_alias", AliasPrinter),
    ("managed_atomic", AtomicPrinter),
    ("basic_shared_ptr", SharedPrinter),
    ("basic_weak_ptr", WeakSharedPrinter),
    ("basic_atomic_shared_ptr", AtomicSharedPrinter),
    ("basic_atomic_weak_ptr", AtomicWeakSharedPrinter),
    ("list", ListPrinter),
    ("frozen_list", FrozenListPrinter),
    ("basic_tuple", TuplePrinter),
    ("dict", DictPrinter),
    ("attributes", AttributesPrinter),
    ("slot", SlotPrinter),
    ("weak_value_map", WeakValueMapPrinter),
    ("weak_key_map", WeakKeyMapPrinter),
    ("weak_set", WeakSetPrinter),
    ("interned", InternedPrinter),
    ("basic_interned_string", InternedStringPrinter),
    ("basic_small_int", SmallIntPrinter),
    ("basic_heap", PrivateHeapPrinter),
)


def printers():
    made = gdb.printing.RegexpCollectionPrettyPrinter("ouro")
    for template, printer in TEMPLATES:
        made.add_printer(template, "^ouro::%s<.*>$" % template, printer)
    made.add_printer("heap", "^ouro::basic_heap<.*>::reference$|^ouro::detail::(pool|private)_heap$", HeapPrinter)
    return made


gdb.printing.register_pretty_printer(gdb.current_objfile(), printers(), replace=True)
gdb.xmethod.register_xmethod_matcher(gdb.current_objfile(), Matcher(), replace=True)
