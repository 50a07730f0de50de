/* A biased count: include/ouro/refcount/biased/biased_count.hpp, step by step. biased_verbs.inc has its verbs.
 *
 * Three threads have pointers to one object, which the first of them owns. They copy them, hand them to each other and drop
 * them, until no pointer is left. The owner looks into its queue now and then. In one scene the object has `suspect_on_drop`,
 * and there may be no memory to make it a candidate.
 *
 * Checked: the object ends once, in the drop of the last pointer; nobody looks at it or writes to it afterwards.
 * The weak order of memory is not: all threads see all steps in one order.
 *
 * `python3 check_models.py` runs it, and with each of these macros, which plant a fault that must be found:
 *   LOCAL_PART_AFTER_MERGE  the owner's last drop merges the parts first, and then writes the local one
 *   WAITS_AFTER_LOCAL_PART  that drop writes the local part first, and then waits for a thread that has a claim
 *   DROPS_WITHOUT_CLAIM     a drop that makes the shared part negative does not claim the count
 *   INSERTS_WITHOUT_A_LOOK  a thread that has queued the object does not look whether its owner has dropped it meanwhile
 */

#define THREADS 3
#define POINTERS_AT_FIRST THREADS
#define ALL_HELD (held[0] + held[1] + held[2])
#define CHECK_WRITER assert(_pid == owner)
#include "biased_verbs.inc"

byte copies = COPIES;     /* that threads may still make */
byte handovers = HANDOVERS;
byte finished = 0;

#define may_hand_over_to(other) (_pid != other && held[_pid] > 0 && handovers > 0)
#define hand_over_to(other) handovers--; held[_pid]--; held[other]++

active [THREADS] proctype thread() {
  short seen;
  byte mine, look;
  short sum;
  bool is_done, is_dead, is_plain;
  mtype result;
  do
  :: atomic { held[_pid] > 0 && copies > 0 -> copies-- }; increment(); held[_pid]++; forget()
  :: atomic { may_hand_over_to(0) -> hand_over_to(0) }
  :: atomic { may_hand_over_to(1) -> hand_over_to(1) }
  :: atomic { may_hand_over_to(2) -> hand_over_to(2) }
  :: held[_pid] > 0 -> drop(); forget()
  :: _pid == owner && !has_bias -> drain(); forget()
  :: held[_pid] == 0 && (handovers == 0 || ALL_HELD == 0) -> break
  od;
  atomic { finished++; assert(finished < THREADS || is_gone) }
}
