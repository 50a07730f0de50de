/* Weak pointers to an object with a biased count and a finalizer: `try_increment_by_weak` of
 * include/ouro/refcount/biased/biased_count.hpp, weak_table::lock of object/weak_record.hpp, `try_increment` of
 * object/header.hpp and `finalize_and_destroy` of collector/engine/death.hpp, step by step. biased_verbs.inc has the verbs of the
 * count.
 *
 * Two threads have pointers to one object, which the first of them owns. They lock a weak pointer to it, copy their pointers,
 * hand them to each other and drop them. The thread that finds no pointer left has the object finalized, which may keep one.
 *
 * Checked: nobody gets a pointer to an object that has ended; the object ends once, when no pointer is left, and nobody looks at
 * it or writes to it afterwards; who has a pointer can lock the weak pointer; the object is gone when all pointers are, or waits
 * in the queue for the next drop of its owner.
 * The weak order of memory is not: all threads see all steps in one order.
 *
 * `python3 check_models.py` runs it, and with each of these macros, which plant a fault that must be found:
 *   RAISES_IN_TWO_STEPS    a lock of the owner reads the local part, and then writes it, in two steps
 *   KEEPS_WHAT_IT_RAISED   a lock of the owner does not look at the shared part after it has counted in the local one
 */

#define THREADS 2
#define POINTERS_AT_FIRST THREADS
#define ALL_HELD (held[0] + held[1])
#define CHECK_WRITER skip
#define HAS_WEAK_POINTERS
#define FLAGS_AT_FIRST 0

bool is_cleared = false; /* the address in the weak record is null */
bool is_busy = false;    /* a thread looks at the object through it */
bool is_finalized = false;
byte locks = LOCKS;      /* that threads may still try */
byte copies = COPIES;
byte handovers = HANDOVERS;
bool has_ended[THREADS];
byte finished = 0;

#include "biased_verbs.inc"

/* `death::finalize_and_destroy`, and the free of the memory */
inline die() {
  atomic { assert(!is_gone && ALL_HELD == 0 && shared_part == NONE); survives = false };
  if
  :: !is_finalized ->
     is_finalized = true;
     store_local(0);
     atomic { assert(!is_gone); shared_part = 1 }; /* an artificial pointer */
     if
     :: atomic { assert(!is_gone); shared_part++; held[_pid]++ } /* the finalizer keeps a pointer */
     :: skip
     fi;
     atomic { assert(!is_gone); shared_part--; survives = (shared_part != NONE) }
  :: else
  fi;
  if
  :: !survives ->
     atomic { !is_busy -> is_busy = true };
     atomic { is_cleared = true; is_busy = false };
     atomic { assert(!is_gone && ALL_HELD == 0); is_gone = true }
  :: else
  fi;
  survives = false
}

/* `biased_count::load`, with what it has read */
#define composed(own, all) (!is_owned(all) -> all : (own + others(all) < 1 -> 1 : own + others(all)))

inline load_count() {
  load_local(look);
  load_shared(seen);
  expected = composed(look, seen)
}

/* Writes the local part, if it is still what `mine` says. */
inline change_local(wanted) {
#ifdef RAISES_IN_TWO_STEPS
  is_done = true;
  store_local(wanted)
#else
  atomic {
    assert(!is_gone);
    is_done = (local_part == mine);
    if
    :: is_done -> local_part = wanted; mine = wanted
    :: else
    fi
  }
#endif
}

inline try_increment_by_weak() {
  load_local(mine);
  if
  :: _pid == owner && mine > 0 && has_bias ->
     change_local(mine + 1);
     if
     :: is_done ->
        load_shared(seen); /* by a read-modify-write */
        if
#ifdef KEEPS_WHAT_IT_RAISED
        :: true -> has_found = true
#else
        :: is_owned(seen) && (seen & (CLAIMED | QUEUED)) == 0 -> has_found = true
        :: else ->
#ifdef RAISES_IN_TWO_STEPS
           load_local(mine);
#endif
           change_local(mine - 1)
#endif
        fi
     :: else
     fi
  :: else
  fi
}

/* `weak_table::lock` and `header::try_increment` */
inline lock_weakly() {
  had_pointer = (held[_pid] > 0);
  has_found = false;
  atomic { !is_busy -> is_busy = true; is_null = is_cleared };
  if
  :: !is_null ->
     load_count();
     try_increment_by_weak();
     do
     :: has_found || expected == NONE -> break
     :: else ->
        load_shared(seen);
        load_local(look);
        if
        :: composed(look, seen) == expected ->
           compare_exchange(seen, seen + 1);
           has_found = is_done
        :: else
        fi;
        if
        :: !has_found -> load_count()
        :: else
        fi
     od
  :: else
  fi;
  if
  :: has_found -> held[_pid]++
  :: else
  fi;
  is_busy = false;
  assert(!has_found || !is_gone);
  assert(!had_pointer || has_found);
  has_found = false;
  had_pointer = false;
  is_null = false;
  expected = 0
}

active [THREADS] proctype thread() {
  short seen, expected;
  byte mine, look;
  short sum;
  bool is_done, is_dead, is_plain, is_null, has_found, had_pointer, survives;
  mtype result;
  do
  :: atomic { locks > 0 -> locks-- }; lock_weakly(); forget()
  :: atomic { held[_pid] > 0 && copies > 0 -> copies-- }; increment(); held[_pid]++; forget()
  :: atomic { held[_pid] > 0 && handovers > 0 && !has_ended[1 - _pid] -> handovers--; held[_pid]--; held[1 - _pid]++ }
  :: held[_pid] > 0 -> drop(); forget()
  :: _pid == owner && !has_bias -> drain(); forget()
  :: atomic { held[_pid] == 0 -> has_ended[_pid] = true; finished++ }; break
  od;
  assert(finished < THREADS || is_gone || is_in_queue && !has_bias) /* what is queued, the owner merges in its next drop */
}
