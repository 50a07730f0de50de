"""Runs scenarios under CPython: see scenarios.txt for the notation.

usage: drive_python.py FILE
"""

import copy
import gc
import sys
import tracemalloc
import weakref

SLOTS = ("x", "y", "z")
BYTES_OVERHEAD = sys.getsizeof(b"")


class Thing:
    __slots__ = ("label", "kind", *SLOTS, "__weakref__")

    def __init__(self, label, kind=None):
        self.label = label
        self.kind = kind
        self.x = self.y = self.z = None
        world.watch(self)

    def __copy__(self):
        made = type(self)(self.label + "'", self.kind)
        made.x, made.y, made.z = self.x, self.y, self.z
        return made

    def __deepcopy__(self, memo):
        made = type(self)(self.label + "'", self.kind)
        memo[id(self)] = made
        for slot in SLOTS:
            setattr(made, slot, copy.deepcopy(getattr(self, slot), memo))
        return made


class Finalized(Thing):
    __slots__ = ()

    def __del__(self):
        world.finalized.append(self.label)
        if self.kind == "save":
            world.names["saved"] = self
        elif self.kind == "cut":
            self.x = self.y = self.z = None
        elif self.kind == "clear":
            world.lists["l"].clear()
        elif self.kind == "grow":
            world.lists["l"].append(None)
        elif self.kind == "shrink":
            del world.lists["l"][:1]
        elif self.kind == "measure":
            world.finalized.append(f"{len(world.lists['l'])}")
        elif self.kind == "empty":
            world.dicts["d"].clear()
        elif self.kind == "vlen":
            world.finalized.append(f"{len(world.values)}")
        elif self.kind == "ask":
            found = world.weaks["w"]()
            world.finalized.append("dead" if found is None else found.label)
        elif self.kind == "heard":
            world.finalized.append(f"{len(world.called)}")
        elif self.kind == "peek":
            world.finalized.append("".join(getattr(self, slot).label if getattr(self, slot) else "-" for slot in SLOTS))


class World:
    def __init__(self):
        self.watchers = {}
        self.names = {}
        self.weaks = {}
        self.finalizers = {}
        self.values = weakref.WeakValueDictionary()
        self.keys = weakref.WeakKeyDictionary()
        self.set = weakref.WeakSet()
        self.lists = {}
        self.tuples = {}
        self.dicts = {}
        self.pairs = {}
        self.held = {}
        self.snapshots = {}
        self.deaths = []
        self.finalized = []
        self.called = []

    def watch(self, thing):
        """Notes the death of a thing that dies by its count, at that moment."""
        serial, label = id(thing), thing.label
        self.watchers[serial] = (label, weakref.ref(thing, lambda _: self.deaths.append(self.watchers.pop(serial)[0])))

    def watch_collection(self, collect):
        """Notes the deaths of a collection. It clears weak references before it knows whether a finalizer resurrects a
        thing: so this looks which things are left."""
        before = dict(self.watchers)
        found = collect()
        self.deaths.clear()
        left = {id(each): each for each in gc.get_objects() if isinstance(each, Thing)}
        # Frozen things are not among these, and the collection has not looked at them.
        left |= {serial: watcher() for serial, (_, watcher) in before.items() if watcher() is not None}
        self.deaths.extend(sorted(label for serial, (label, _) in before.items() if serial not in left))
        for serial, each in left.items():
            if serial not in self.watchers:
                self.watch(each)
        # The order in which garbage is destroyed is not defined.
        self.finalized.sort()
        self.called.sort()
        return found

    def thing(self, name):
        return None if name == "-" else self.names[name]

    def run(self, words):
        verb, *args = words
        return getattr(self, "do_" + verb)(*args)

    def do_make(self, *names):
        for name in names:
            self.names[name] = Thing(name)

    def do_makefin(self, kind, *names):
        for name in names:
            self.names[name] = Finalized(name, kind)

    def do_set(self, place, name):
        owner, slot = place.split(".")
        setattr(self.names[owner], slot, self.thing(name))

    def do_take(self, name, place):
        owner, slot = place.split(".")
        self.names[name] = getattr(self.names[owner], slot)

    def do_del(self, *names):
        for name in names:
            self.names.pop(name, None)

    def do_alias(self, name, of):
        self.names[name] = self.names[of]

    def do_lmake(self, name, *of):
        """A list of things."""
        self.lists[name] = [self.thing(each) for each in of]

    def do_lput(self, name, *of):
        for each in of:
            self.lists[name].append(self.thing(each))

    def do_linsert(self, name, at, of):
        self.lists[name].insert(int(at), self.thing(of))

    def do_lset(self, name, at, of):
        self.lists[name][int(at)] = self.thing(of)

    def do_ldel(self, name, first, last):
        del self.lists[name][int(first):int(last)]

    def do_lpop(self, name):
        found = self.lists[name].pop()
        return "none" if found is None else found.label

    def do_lkeep(self, name, length):
        del self.lists[name][int(length):]

    def do_lclear(self, name):
        self.lists[name].clear()

    def do_lend(self, *names):
        for name in names:
            del self.lists[name]

    def do_lcopy(self, name, of):
        self.lists[name] = self.lists[of].copy()

    def do_lextend(self, name, of):
        self.lists[name].extend(self.lists[of])

    def do_lassign(self, name, of):
        """Replaces all elements of one list by those of another."""
        self.lists[name][:] = self.lists[of]

    def do_lall(self, name):
        return " ".join("-" if each is None else each.label for each in self.lists[name])

    def do_tmake(self, name, *of):
        """A tuple of things."""
        self.tuples[name] = tuple([self.thing(each) for each in of])

    def do_talias(self, name, of):
        self.tuples[name] = self.tuples[of]

    def do_tend(self, *names):
        for name in names:
            del self.tuples[name]

    def do_pmake(self, name, *of):
        """A tuple of three things. In C++ each number of elements is a type of its own."""
        self.do_tmake(name, *of)

    def do_pend(self, name):
        self.do_tend(name)

    def do_dput(self, name, key, of):
        self.dicts.setdefault(name, {})[key] = self.thing(of)

    def do_ddel(self, name, key):
        del self.dicts[name][key]

    def do_dpop(self, name):
        key, found = self.dicts[name].popitem()
        return f"{key}:{'none' if found is None else found.label}"

    def do_dclear(self, name):
        self.dicts[name].clear()

    def do_dend(self, name):
        del self.dicts[name]

    def do_dall(self, name):
        return " ".join(f"{key}:{'-' if each is None else each.label}" for key, each in self.dicts[name].items())

    def do_qput(self, name, key, of):
        """Inserts into a dict whose keys are things too."""
        self.pairs.setdefault(name, {})[self.names[key]] = self.thing(of)

    def do_qclear(self, name):
        self.pairs[name].clear()

    def do_qend(self, name):
        del self.pairs[name]

    def do_room(self, *lengths):
        """The room of a list that is made from so many elements."""
        empty = sys.getsizeof([])
        return " ".join(str((sys.getsizeof(list(tuple(range(int(each))))) - empty) // 8) for each in lengths)

    def do_copyroom(self, *lengths):
        empty = sys.getsizeof([])
        return " ".join(str((sys.getsizeof(list(range(int(each))).copy()) - empty) // 8) for each in lengths)

    def do_weak(self, name, of):
        self.weaks[name] = weakref.ref(self.names[of])

    def do_weakcb(self, name, of):
        self.weaks[name] = weakref.ref(self.names[of], lambda _: self.called.append(name))

    def do_delweak(self, name):
        del self.weaks[name]

    def do_get(self, name, weak):
        found = self.weaks[weak]()
        if found is None:
            return "dead"
        self.names[name] = found
        return found.label

    def do_vput(self, key, name):
        self.values[key] = self.names[name]

    def do_vdefault(self, key, name):
        return self.values.setdefault(key, self.names[name]).label

    def do_vget(self, key):
        found = self.values.get(key)
        return "none" if found is None else found.label

    def do_vpop(self, key):
        found = self.values.pop(key, None)
        return "none" if found is None else found.label

    def do_vall(self):
        return " ".join(sorted(f"{key}:{each.label}" for key, each in self.values.items()))

    def do_vwalk(self, *dropped):
        """Iterates over the map, and drops the names, and entries with them, at the first entry."""
        met = 0
        for each in self.values.values():
            if met == 0:
                self.do_del(*dropped)
            met += 1
        each = None
        self.deaths.sort()  # the order of iteration is not defined
        return f"{'some' if met else 'none'}, then {len(self.values)}"

    def do_kput(self, name, value):
        self.keys[self.names[name]] = value

    def do_kkeep(self, name, of):
        """A value that keeps a thing alive."""
        self.keys[self.names[name]] = self.names[of]

    def do_kget(self, name):
        return self.keys.get(self.names[name], "none")

    def do_kdel(self, name):
        return "yes" if self.keys.pop(self.names[name], None) is not None else "no"

    def do_klen(self):
        return str(len(self.keys))

    def do_sadd(self, *names):
        for name in names:
            self.set.add(self.names[name])

    def do_sdiscard(self, name):
        self.set.discard(self.names[name])

    def do_shas(self, name):
        return "yes" if self.names[name] in self.set else "no"

    def do_sall(self):
        return " ".join(sorted(each.label for each in self.set))

    def do_trace(self, on):
        tracemalloc.start() if on == "on" else tracemalloc.stop()

    def do_tracing(self):
        return "yes" if tracemalloc.is_tracing() else "no"

    def do_clear(self):
        tracemalloc.clear_traces()

    def do_alloc(self, site, blocks, size):
        """Allocates so many blocks of so many bytes, at a line of a file with the name of the site."""
        blocks, size = int(blocks), int(size)
        held = self.held.setdefault(site, [])
        more = [None] * blocks
        # Nothing else may be allocated at that line, and calls leave tuples in the interpreter's free lists.
        exec(compile("for i in places: more[i] = one * size", f"site_{site}", "exec"),
             {"more": more, "places": list(range(blocks)), "one": b"-", "size": size})
        held.append(more)

    def do_free(self, site):
        del self.held[site]

    def do_snap(self, name):
        wanted = tracemalloc.Filter(True, "site_*")
        self.snapshots[name] = tracemalloc.take_snapshot().filter_traces([wanted])

    def do_top(self, name, *only):
        found = self.snapshots[name]
        if only:
            found = found.filter_traces([tracemalloc.Filter(True, f"site_{site}") for site in only])
        return " ".join(f"{each.traceback[0].filename[5:]}:{each.count}x{each.size - each.count * BYTES_OVERHEAD}"
                        for each in found.statistics("filename"))

    def do_diff(self, before, after):
        found = self.snapshots[after].compare_to(self.snapshots[before], "filename")
        return " ".join(f"{each.traceback[0].filename[5:]}:{each.count_diff:+}x{each.size_diff - each.count_diff * BYTES_OVERHEAD:+}"
                        for each in found if each.count_diff != 0)

    def do_finalize(self, name, of):
        self.finalizers[name] = weakref.finalize(self.names[of], lambda: self.called.append(name))

    def do_detach(self, name):
        return "yes" if self.finalizers[name].detach() is not None else "no"

    def do_call(self, name):
        was_alive = self.finalizers[name].alive
        self.finalizers[name]()
        return "yes" if was_alive else "no"

    def do_alive(self, name):
        return "yes" if self.finalizers[name].alive else "no"

    def do_collect(self, generation=None):
        return str(self.watch_collection(lambda: gc.collect(2 if generation is None else int(generation))))

    def do_count(self, name):
        return str(sys.getrefcount(self.names[name]) - 1)

    def do_is(self, left, right):
        return "yes" if self.thing(left) is self.thing(right) else "no"

    def do_finalized(self, name):
        return "yes" if gc.is_finalized(self.names[name]) else "no"

    def do_tracked(self, name):
        return "yes" if gc.is_tracked(self.names[name]) else "no"

    def do_referents(self, name):
        return " ".join(sorted(each.label for each in gc.get_referents(self.names[name]) if isinstance(each, Thing)))

    def do_referrers(self, name):
        return " ".join(sorted(each.label for each in gc.get_referrers(self.names[name]) if isinstance(each, Thing)))

    def do_freeze(self):
        gc.freeze()

    def do_unfreeze(self):
        gc.unfreeze()

    def do_saveall(self, on):
        gc.set_debug(gc.DEBUG_SAVEALL if on == "on" else 0)

    def do_garbage(self):
        return " ".join(sorted(each.label for each in gc.garbage if isinstance(each, Thing)))

    def do_cleargarbage(self):
        gc.garbage.clear()

    def do_copy(self, name, of):
        self.names[name] = copy.copy(self.thing(of))

    def do_deepcopy(self, name, of):
        self.names[name] = copy.deepcopy(self.thing(of))

    def do_shape(self, name):
        """The things that are reached, each once, in the order of a walk over x, y, z."""
        met, order = {}, [self.names[name]]
        lines = []
        met[id(order[0])] = 0
        for thing in order:
            edges = []
            for slot in SLOTS:
                target = getattr(thing, slot)
                if target is None:
                    edges.append("-")
                    continue
                if id(target) not in met:
                    met[id(target)] = len(order)
                    order.append(target)
                edges.append(str(met[id(target)]))
            lines.append(thing.label + "(" + ",".join(edges) + ")")
        return " ".join(lines)

    def do_growth(self, length):
        items, rooms = [], [0]
        empty = sys.getsizeof([])
        for i in range(int(length)):
            items.append(i)
            room = (sys.getsizeof(items) - empty) // 8
            if room != rooms[-1]:
                rooms.append(room)
        while items:
            items.pop()
            room = (sys.getsizeof(items) - empty) // 8
            if room != rooms[-1]:
                rooms.append(room)
        return " ".join(map(str, rooms))

    def do_order(self, *words):
        """The order of a dict after insertions, and removals of the words with a minus."""
        numbers = {}
        for i, word in enumerate(words):
            if word.startswith("-"):
                numbers.pop(word[1:], None)
            else:
                numbers[word] = i
        return " ".join(f"{key}{value}" for key, value in numbers.items())

    def do_intern(self, left, right):
        # Made at run time: constants of one module would be one object in any case.
        return "yes" if sys.intern("".join(left)) is sys.intern("".join(right)) else "no"

    def do_small(self, left, right):
        return "yes" if int(left) is int(right) else "no"

    def report(self, words, answer):
        parts = [" ".join(words)]
        if answer is not None:
            parts.append("= " + answer)
        for name, events in (("finalized", self.finalized), ("died", self.deaths), ("called", self.called)):
            if events:
                parts.append(name + ": " + " ".join(events))
                events.clear()
        print(" | ".join(parts))


def main():
    global world
    gc.disable()
    for line in open(sys.argv[1], encoding="utf-8"):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        title, steps = line.split(": ", 1)
        world = World()
        gc.collect()
        gc.freeze()  # the interpreter's own objects: collections need not look at them
        print("== " + title)
        for step in steps.split("; "):
            words = step.split()
            world.report(words, world.run(words))
        tracemalloc.stop()
        gc.set_debug(0)
        gc.garbage.clear()
        gc.unfreeze()
        world.weaks.clear()
        # Their finalizers may ask for a list or a dict.
        for held in (world.lists, world.tuples, world.dicts):
            for name in list(held):
                if name not in ("l", "d"):
                    del held[name]
        # A finalizer may save itself once more.
        for _ in range(2):
            for name in list(world.names):
                del world.names[name]
            gc.collect()


main()
