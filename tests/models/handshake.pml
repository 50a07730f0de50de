/* The handshake of a collection with the threads: include/ouro/collector/handshake/world.hpp, step by step.
 *
 * Three threads use shared objects, wait, come to safe points, leave and come again. Each may also collect, and give up at
 * any moment of its waiting. Each atomic step of the code is one here.
 *
 * Checked: while a thread looks at the objects, no other uses them (`looking`); no thread waits for ever (spin reports an
 * invalid end); a stop that has given up leaves no thread held.
 *
 * `python3 check_models.py` runs it, and with each of these macros, which plant a fault that must be found:
 *   STORE_INSTEAD_OF_CAS   the end of `blocking` looks whether the thread is held, and then writes, in two steps
 *   UNLOCKED_BEGINNING     a new thread does not wait for the end of a stop
 *   NO_RELEASE_AT_ABORT    a stop that gives up leaves threads held
 *   SKIPS_WHO_IS_OUTSIDE   a stop does not hold the threads that are outside
 */

#define THREADS 3

mtype = { outside, running, held, asked };

mtype word[THREADS] = outside;
bool is_registered[THREADS];
bool was_asked[THREADS];
bool uses[THREADS];
byte mutex = THREADS; /* the thread that has it; THREADS: nobody */
byte looking = THREADS; /* the thread that looks at the objects while the others stand */

inline lock() { atomic { mutex == THREADS -> mutex = _pid } }
inline unlock() { mutex = THREADS }

/* step_outside */
inline go_outside() {
  atomic {
    if
    :: word[_pid] == asked -> was_asked[_pid] = true
    :: else
    fi;
    word[_pid] = outside
  }
}

/* await_end_of_stop */
inline await_end_of_stop() {
  lock();
  atomic { was_asked[_pid] = false; word[_pid] = running };
  unlock()
}

/* add */
inline begin() {
#ifdef UNLOCKED_BEGINNING
  atomic { is_registered[_pid] = true; word[_pid] = running }
#else
  lock();
  atomic { is_registered[_pid] = true; word[_pid] = running };
  unlock()
#endif
}

/* remove_this_thread */
inline end() {
  go_outside();
  lock();
  is_registered[_pid] = false;
  unlock()
}

/* end_blocking */
inline come_inside() {
#ifdef STORE_INSTEAD_OF_CAS
  if
  :: !was_asked[_pid] && word[_pid] == outside -> word[_pid] = running
  :: else -> await_end_of_stop()
  fi
#else
  if
  :: atomic { !was_asked[_pid] && word[_pid] == outside -> word[_pid] = running }
  :: atomic { was_asked[_pid] || word[_pid] != outside -> skip }; await_end_of_stop()
  fi
#endif
}

/* is_held: one step each */
inline hold(other) {
  atomic {
    if
    :: !is_registered[other] || other == _pid
    :: else ->
       if
       :: word[other] == running -> word[other] = asked; not_held = true
       :: word[other] == asked -> not_held = true
#ifdef SKIPS_WHO_IS_OUTSIDE
       :: word[other] == outside
#else
       :: word[other] == outside -> word[other] = held
#endif
       :: word[other] == held
       fi
    fi
  }
}

inline hold_all() {
  not_held = false;
  hold(0);
  hold(1);
  hold(2)
}

inline let_go(other) {
  atomic {
    if
    :: word[other] == held -> word[other] = outside
    :: else
    fi
  }
}

inline go_on() {
  let_go(0);
  let_go(1);
  let_go(2)
}

/* stop, and what a collection does */
inline collect() {
  go_outside();
  lock();
  atomic { was_asked[_pid] = false; word[_pid] = running };
  hold_all();
  do
  :: not_held -> hold_all()
  :: !not_held ->
     looking = _pid;
     assert(!uses[0] && !uses[1] && !uses[2]);
     looking = THREADS;
     go_on();
     break
  :: not_held ->
#ifndef NO_RELEASE_AT_ABORT
     go_on();
#endif
     assert(word[0] != held && word[1] != held && word[2] != held);
     break
  od;
  unlock()
}

/* A thread may use objects for ever, and not come to a safe point. */
active [THREADS] proctype thread() {
  bool not_held;
  byte rounds = 0;
  begin();
  do
  :: uses[_pid] = true;
     assert(looking == THREADS);
     uses[_pid] = false
  :: rounds < ROUNDS ->
     rounds++;
     if
     :: word[_pid] == asked -> go_outside(); await_end_of_stop()
     :: true -> go_outside(); come_inside()
     :: true -> collect()
     :: true -> end(); begin()
     fi
  :: rounds == ROUNDS -> break
  od;
  end()
}
