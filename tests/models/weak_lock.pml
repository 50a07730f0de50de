/* The lock of a weak pointer against the end of its object: include/ouro/object/weak_target.hpp and weak_record.hpp,
 * `try_increment` of object/header.hpp, collector/engine/death.hpp and teardown.hpp, step by step, with `atomic_refcount`.
 *
 * An object has one pointer, and with EDGES == 1 one more inside itself. Threads lock a weak pointer to it, copy what they get
 * and drop it. When the last pointer goes, the thread that has dropped it ends the object. A collection, which has the other
 * threads stand, ends it if the pointer inside is the only one. With HAS_FINALIZER the object is finalized before, while the
 * threads run, and the finalizer may keep a pointer; then the collection has the threads stand once more, and decides again.
 * That may fail, and then it gives the object back.
 *
 * Checked: nobody looks at the object or its memory after its end, or has a pointer to it when its destructor runs; who has a
 * pointer to the object can lock the weak pointer, also after the object has survived its finalizer; the object ends once, and
 * is gone when all pointers and the garbage are.
 * The weak order of memory is not: all threads see all steps in one order. How threads come to stand is in handshake.pml.
 *
 * `python3 check_models.py` runs it, and with each of these macros, which plant a fault that must be found:
 *   LOCKS_IN_TWO_STEPS     a lock looks whether a pointer is left, and then counts one more, in two steps
 *   CLEARS_WITHOUT_TURN    who clears the weak pointer does not wait for a thread that looks at the object through it
 *   CONDEMNS_UNEXPIRED     a collection lets the threads run before the weak pointers to its garbage have expired
 *   DECIDES_ONCE           a collection does not look again after a finalizer
 */

#define THREADS 3 /* the last one collects, and has no pointers at first */
#define COLLECTOR 2
#define NOBODY 255

/* The address in the weak record: of the object, or 0; and whether a thread looks at the object. */
bool is_cleared = false;
bool is_busy = false;

byte count = 1 + EDGES;
bool is_finalized = !HAS_FINALIZER;
bool is_destroyed = false;
bool is_freed = false;

byte held[THREADS];      /* the pointers of each thread */
bool uses[THREADS];      /* the thread is not at a safe point */
byte stopped_by = NOBODY;
byte locks = LOCKS;      /* that threads may still try */
byte copies = COPIES;
byte finished = 0;

#define ALL_HELD (held[0] + held[1] + held[2])

/* `weak_target::clear`, for the one record */
inline expire() {
#ifdef CLEARS_WITHOUT_TURN
  is_cleared = true;
#else
  atomic { !is_busy -> is_busy = true };
  atomic { is_cleared = true; is_busy = false }
#endif
}

inline destroy_and_free() {
  atomic { assert(!is_destroyed && ALL_HELD == 0); is_destroyed = true };
  atomic { assert(!is_freed); is_freed = true }
}

/* The finalizer may keep a pointer, which its thread has afterwards. */
inline finalize() {
  assert(!is_freed && !is_destroyed);
  if
  :: atomic { count++; held[_pid]++ }
  :: skip
  fi
}

/* `death::on_zero`: no pointer is left, unless the finalizer keeps one */
inline on_zero() {
  do
  :: !is_finalized ->
     atomic { assert(!is_freed && !is_destroyed); is_finalized = true };
     atomic { assert(!is_freed); count = 1 };
     finalize();
     lower();
     if
     :: is_last -> skip
     :: else -> break
     fi
  :: else ->
     expire();
     destroy_and_free();
     break
  od
}

/* One pointer fewer. */
inline lower() {
  atomic { assert(!is_freed && count > 0); count--; is_last = (count == 0) }
}

inline drop() {
  held[_pid]--;
  lower();
  if
  :: is_last -> on_zero()
  :: else
  fi
}

/* `weak_table::lock` */
inline lock() {
  had_pointer = (held[_pid] > 0);
  has_found = false;
  atomic { !is_busy -> is_busy = true; is_null = is_cleared };
  if
  :: !is_null ->
     atomic { assert(!is_freed); seen = count };
     do
     :: seen == 0 -> break
     :: else ->
#ifdef LOCKS_IN_TWO_STEPS
        atomic { assert(!is_freed); count++; held[_pid]++; has_found = true };
        break
#else
        atomic {
          assert(!is_freed);
          if
          :: count == seen -> count++; held[_pid]++; has_found = true
          :: else -> seen = count
          fi
        };
        if
        :: has_found -> break
        :: else
        fi
#endif
     od
  :: else
  fi;
  atomic { is_cleared = is_null; is_busy = false };
  assert(!has_found || !is_destroyed);
  assert(!had_pointer || has_found);
  seen = 0
}

#define may_go_on (stopped_by == NOBODY)
#define all_stand (!uses[0] && !uses[1])
#define begin_use uses[_pid] = true
#define end_use atomic { is_last = false; is_null = false; has_found = false; had_pointer = false; uses[_pid] = false }

inline stand() { atomic { all_stand -> stopped_by = _pid } }
inline go_on() { stopped_by = NOBODY }

/* `mark_dead`, and the end of the object outside of the pause. What an object has inside was severed. */
inline condemn() {
  assert(!is_destroyed && !is_freed);
#ifndef CONDEMNS_UNEXPIRED
  expire();
#endif
  count = 1;
  go_on();
#ifdef CONDEMNS_UNEXPIRED
  expire();
#endif
  destroy_and_free()
}

/* `cycle_collector::finish` and `teardown::run` */
inline collect() {
  stand();
  if
  :: is_destroyed || count != EDGES -> go_on() /* another pointer leads to it */
  :: !is_destroyed && count == EDGES && is_finalized -> condemn()
  :: !is_destroyed && count == EDGES && !is_finalized ->
     count = count + 1; /* hold_all */
     go_on();
     is_finalized = true;
     finalize();
     if
     :: stand();
        count = count - 1;
        if
#ifdef DECIDES_ONCE
        :: true -> condemn()
#else
        :: count == EDGES -> condemn()
        :: else -> go_on()
#endif
        fi
     :: lower(); /* give_back */
        if
        :: is_last -> on_zero()
        :: else
        fi
     fi
  fi
}

active [THREADS] proctype thread() {
  byte seen, collections = (_pid == COLLECTOR -> 3 * EDGES : 0);
  bool is_last, is_null, has_found, had_pointer;
  if
  :: _pid == 0 -> held[0] = 1
  :: else
  fi;
  do
  :: atomic { may_go_on && locks > 0 && (_pid != COLLECTOR || held[_pid] > 0) -> locks--; begin_use }; lock(); end_use
  :: atomic { may_go_on && held[_pid] > 0 && copies > 0 -> copies--; begin_use };
     atomic { assert(!is_freed && !is_destroyed); count++; held[_pid]++ };
     end_use
  :: atomic { may_go_on && held[_pid] > 0 -> begin_use }; drop(); end_use
  :: collections > 0 && held[_pid] == 0 && (collections == 3 || finished == THREADS - 1) -> collections--; collect()
  :: held[_pid] == 0 && collections == 0 -> break
  od;
  atomic { finished++; assert(finished < THREADS || is_freed) }
}
