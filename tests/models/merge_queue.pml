/* The queue of a biased count's owner: include/ouro/refcount/biased/bias_owner.hpp and bias_thread.hpp, step by step.
 * biased_verbs.inc has the verbs of the count.
 *
 * Three threads have pointers to one object, which they copy, hand to each other and drop. The first of them owns it, and ends
 * as an owner at any moment; it may drop pointers later, as the destructors of thread-local variables do. The last of them
 * makes an object of its own at any moment: if the tag is free then, it takes the tag, and with it the object. The other one
 * collects: it merges what is queued while no thread uses the object, and afterwards ends what has no pointer.
 *
 * Checked: the local part is written by its owner, or under the mutex of an owner that has ended, or while the threads stand;
 * what is taken out of the queue was not merged before; the object ends once, when no pointer is left, and nobody looks at it
 * or writes to it afterwards; when all threads have ended it is gone.
 * The weak order of memory is not: all threads see all steps in one order. How threads come to stand is in handshake.pml.
 *
 * `python3 check_models.py` runs it, and with each of these macros, which plant a fault that must be found:
 *   MERGES_FOR_THE_LIVING   a thread that queues the object merges the parts at once, whether the owner is alive or not
 *   DIES_IN_QUEUE           a thread that finds the queued object without pointers ends it, and leaves it in the queue
 *   COLLECTS_WHILE_THREADS_RUN  a collection merges what is queued although threads use the object
 *   KEEPS_ITS_TAG           an owner that has ended counts in the local part as before
 */

#define THREADS 3
#define POINTERS_AT_FIRST THREADS
#define ALL_HELD (held[0] + held[1] + held[2])
#define CHECK_WRITER assert(_pid == owner && is_alive || _pid == mutex && !is_alive || _pid == stopped_by)

bool uses[THREADS];      /* the thread is not at a safe point */
byte stopped_by = 255;   /* the thread that has the others stand, or NOBODY */

#include "biased_verbs.inc"

byte copies = COPIES;     /* that threads may still make */
byte handovers = HANDOVERS;
byte collections = COLLECTIONS;
byte finished = 0;

/* `bias_owners::leave` and `end_owner` */
inline end_owner() {
  do
  :: drain();
     lock();
     if
     :: is_in_queue -> unlock()
     :: else ->
        /* The thread's tag and bias are its own, and it does not count before they are 0. */
#ifdef KEEPS_ITS_TAG
        atomic { is_alive = false; is_bias_known = false };
#else
        atomic { is_alive = false; is_bias_known = false; owner = NOBODY; has_bias = false };
#endif
        unlock();
        break
     fi
  od
}

/* `bias_owners::enter` and `bias_thread::begin` */
inline begin_as_owner() {
  lock();
  if
  :: !is_alive ->
     is_alive = true;
     unlock();
     owner = _pid;
     lock();
     is_bias_known = true;
     has_bias = true;
     queue_has_changed();
     unlock()
  :: else -> unlock() /* it gets another tag */
  fi
}

/* `standstill::stand`, `merge_collected_queues`, `standstill::go_on`, `end_merged_objects` */
inline collect() {
  is_dead = false;
  lock();
  if
  :: is_in_queue -> is_in_queue = false; merge(); queue_has_changed()
  :: else
  fi;
  unlock();
  stopped_by = NOBODY;
  uses[_pid] = true;
  if
  :: is_dead -> die()
  :: else
  fi
}

#ifdef COLLECTS_WHILE_THREADS_RUN
#define all_stand true
#define stop skip
#else
#define all_stand (!uses[0] && !uses[1] && !uses[2])
#define stop stopped_by = _pid
#endif

#define may_go_on (stopped_by == NOBODY)
#define may_hand_over_to(other) (may_go_on && _pid != other && held[_pid] > 0 && handovers > 0)
#define hand_over_to(other) handovers--; held[_pid]--; held[other]++
#define begin_use uses[_pid] = true
#define end_use forget(); uses[_pid] = false

active [THREADS] proctype thread() {
  short seen;
  byte mine, look;
  short sum;
  bool is_done, is_dead, is_plain;
  bool has_changed = false; /* it has ended as an owner, or begun as one */
  mtype result;
  do
  :: atomic { may_go_on && held[_pid] > 0 && copies > 0 -> copies--; begin_use }; increment(); held[_pid]++; end_use
  :: atomic { may_hand_over_to(0) -> hand_over_to(0) }
  :: atomic { may_hand_over_to(1) -> hand_over_to(1) }
  :: atomic { may_hand_over_to(2) -> hand_over_to(2) }
  :: atomic { may_go_on && held[_pid] > 0 -> begin_use }; drop(); end_use
  :: atomic { may_go_on && _pid == owner && !has_bias -> begin_use }; drain(); end_use
  :: atomic { may_go_on && _pid == 0 && !has_changed -> has_changed = true; begin_use }; end_owner(); end_use
  :: atomic { may_go_on && _pid == 2 && !has_changed -> has_changed = true; begin_use }; begin_as_owner(); end_use
  :: atomic { may_go_on && _pid == 1 && collections > 0 && all_stand -> collections--; stop }; collect(); end_use
  :: held[_pid] == 0 && (handovers == 0 || ALL_HELD == 0) -> break
  od;
  if
  :: _pid == owner -> atomic { may_go_on -> begin_use }; end_owner(); end_use
  :: else
  fi;
  atomic { finished++; assert(finished < THREADS || is_gone) }
}
