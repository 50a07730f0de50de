/* Blocks that threads free in a heap of another thread: include/ouro/allocator/pool/remote_free_list.hpp,
 * remote_free_cache.hpp, pool_heap.hpp and thread_heap.hpp, step by step.
 *
 * A heap has an arena with two pools of two blocks each. Two threads free the blocks that they have got from its owner. They
 * chain them in a cache, and add the chains to the remote free lists. The owner makes and frees a block meanwhile, and ends: it
 * trims the heap and abandons it. Another thread takes the heap, makes and frees a block, and trims the heap at last.
 *
 * Checked: no block is handed out that is in use; each free block is found again, so that the pools become empty, and the
 * arena goes back to the system at the end; nobody touches it afterwards.
 * The weak order of memory is not: all threads see all steps in one order.
 *
 * `python3 check_models.py` runs it, and with each of these macros, which plant a fault that must be found:
 *   DRAINS_WITHOUT_EXCHANGE  the owner reads a list, and then empties it, in two steps
 *   CLEARS_PENDING_FIRST     the owner clears the bit of a pending pool before it reads the link to the next one
 *   SETS_PENDING_LATE        a thread adds its chain first, and then pushes the pool on the stack of pending pools
 *   UNMAPS_PENDING           the trim of a heap gives back an arena although a pool in it may be on that stack
 */

#define THREADS 4
#define BLOCKS 4
#define POOLS 2

#define pool_of(block) ((block + 1) / 2)

/* The word of a remote free list. Blocks and pools have numbers from 1. */
#define PENDING 1
#define first_of(word) (word / 16)
#define blocks_of(word) (word % 16 / 2)
#define packed(first, blocks) ((first) * 16 + (blocks) * 2)

bool is_used[BLOCKS + 1];   /* the program has the block */

byte link[BLOCKS + 1];      /* what a free block holds: the next one, or 0 */
short word[POOLS + 1];      /* the remote free list of each pool */
byte next_pending[POOLS + 1];
byte pending_pools;         /* the top of the heap's stack, or 0 */

/* Guarded by being the owner of the heap. */
byte freed[POOLS + 1];      /* the pool's free list */
byte used[POOLS + 1];
bool is_linked[POOLS + 1];  /* may have a block to give; the others are full or empty */
bool is_mapped = true;

#define NOBODY 255
bool is_abandoned = false;  /* the heap is on the list */
byte mutex = NOBODY;        /* of that list */
byte finished = 0;

inline lock() { atomic { mutex == NOBODY -> mutex = _pid } }
inline unlock() { mutex = NOBODY }

/* `remote_free_list::put`, of what the thread has chained in its cache */
inline send(pool) {
  if
  :: count[pool] != 0 ->
     atomic { assert(is_mapped); seen = word[pool] };
     do
#ifdef SETS_PENDING_LATE
     :: true ->
#else
     :: (seen & PENDING) == 0 ->
        atomic {
          assert(is_mapped);
          is_done = (word[pool] == seen);
          if
          :: is_done -> word[pool] = seen | PENDING
          :: else
          fi
        };
        if
        :: is_done -> add_pending(pool)
        :: else
        fi;
        atomic { assert(is_mapped); seen = word[pool] }
     :: else ->
#endif
        link[last[pool]] = first_of(seen);
        atomic {
          assert(is_mapped);
          is_done = (word[pool] == seen);
          if
          :: is_done -> word[pool] = packed(first[pool], blocks_of(seen) + count[pool]) | (seen & PENDING)
          :: else -> seen = word[pool]
          fi
        };
        if
        :: is_done -> break
        :: else
        fi
     od;
#ifdef SETS_PENDING_LATE
     if
     :: (seen & PENDING) == 0 ->
        atomic { assert(is_mapped); is_done = ((word[pool] & PENDING) == 0); word[pool] = word[pool] | PENDING };
        if
        :: is_done -> add_pending(pool)
        :: else
        fi
     :: else
     fi;
#endif
     atomic { first[pool] = 0; last[pool] = 0; count[pool] = 0; seen = 0; is_done = false }
  :: else
  fi
}

/* `pool_heap::add_pending` */
inline add_pending(pool) {
  atomic { assert(is_mapped); next_pending[pool] = pending_pools };
  do
  :: atomic {
       assert(is_mapped);
       is_done = (pending_pools == next_pending[pool]);
       if
       :: is_done -> pending_pools = pool
       :: else -> next_pending[pool] = pending_pools
       fi
     };
     if
     :: is_done -> break
     :: else
     fi
  od
}

/* `remote_free_cache::put`: the thread frees a block of another heap. When a chain is sent is a matter of its length. */
inline free_remote(block) {
  atomic {
    assert(is_mapped && is_used[block]);
    is_used[block] = false;
    link[block] = first[pool_of(block)];
    first[pool_of(block)] = block;
    if
    :: last[pool_of(block)] == 0 -> last[pool_of(block)] = block
    :: else
    fi;
    count[pool_of(block)]++
  }
}

inline send_all() { send(1); send(2) }

/* From here on, what the owner of the heap does. */

/* `remote_free_list::take` */
inline take(pool) {
#ifdef DRAINS_WITHOUT_EXCHANGE
  atomic { assert(is_mapped); taken = word[pool] };
  atomic { assert(is_mapped); word[pool] = taken & PENDING }
#else
  atomic { assert(is_mapped); taken = word[pool]; word[pool] = taken & PENDING }
#endif
}

inline unmap() { atomic { assert(pending_pools == 0 && used[1] == 0 && used[2] == 0); is_mapped = false } }

inline retire(pool) {
  atomic {
    is_linked[pool] = false;
    if
    :: used[1] == 0 && used[2] == 0 && pending_pools == 0 && !is_taking -> unmap() /* others are empty already */
    :: true
    fi
  }
}

/* \pre the pool's free list is empty */
inline take_in(pool) {
  take(pool);
  if
  :: blocks_of(taken) != 0 ->
     atomic {
       assert(used[pool] >= blocks_of(taken));
       is_linked[pool] = true;
       freed[pool] = first_of(taken);
       used[pool] = used[pool] - blocks_of(taken)
     }
  :: else
  fi
}

inline take_remote() {
  is_found = false;
  is_taking = true;
  atomic { at = pending_pools; pending_pools = 0 };
  do
  :: at != 0 ->
#ifdef CLEARS_PENDING_FIRST
     atomic { assert(is_mapped); word[at] = word[at] & ~PENDING };
     atomic { assert(is_mapped); next = next_pending[at] };
#else
     atomic { assert(is_mapped); next = next_pending[at] };
     atomic { assert(is_mapped); word[at] = word[at] & ~PENDING };
#endif
     if
     :: freed[at] == 0 ->
        take_in(at);
        if
        :: blocks_of(taken) != 0 ->
           is_found = true;
           if
           :: used[at] == 0 -> retire(at)
           :: else
           fi
        :: else
        fi
     :: else
     fi;
     at = next
  :: at == 0 -> break
  od;
  is_taking = false
}

/* `pool_heap::deallocate` */
inline put_back(pool, block) {
  atomic { link[block] = freed[pool]; freed[pool] = block; used[pool]--; is_linked[pool] = true };
  if
  :: used[pool] == 0 -> retire(pool)
  :: else
  fi
}

/* One block more, in `block`; 0 where a pool would have to come from another arena. */
inline allocate() {
  block = 0;
  do
  :: is_mapped && (is_linked[1] || is_linked[2]) ->
     at = (is_linked[1] -> 1 : 2);
     if
     :: freed[at] == 0 -> take_in(at)
     :: else
     fi;
     if
     :: freed[at] != 0 ->
        atomic {
          block = freed[at];
          freed[at] = link[block];
          used[at]++;
          assert(!is_used[block] && pool_of(block) == at);
          is_used[block] = true
        };
        break
     :: else -> is_linked[at] = false /* full */
     fi
  :: is_mapped && !is_linked[1] && !is_linked[2] ->
     take_remote();
     if
     :: is_found
     :: else ->
        /* `open`: a pool without used blocks has all of them in its list. */
        if
        :: is_mapped && used[1] == 0 -> is_linked[1] = true
        :: is_mapped && used[1] != 0 && used[2] == 0 -> is_linked[2] = true
        :: else -> break
        fi
     fi
  :: !is_mapped -> break
  od;
  at = 0; next = 0; taken = 0
}

inline free_all_remote(pool) {
  if
  :: is_mapped && is_linked[pool] ->
     take(pool);
     at = first_of(taken);
     do
     :: blocks_of(taken) != 0 -> next = link[at]; put_back(pool, at); at = next; taken = taken - 2
     :: else -> break
     od
  :: else
  fi
}

inline trim() {
  if
  :: is_mapped ->
     take_remote();
     free_all_remote(1);
     free_all_remote(2);
     if
     :: is_mapped && used[1] == 0 && used[2] == 0 ->
#ifndef UNMAPS_PENDING
        take_remote();
#endif
        unmap()
     :: else
     fi
  :: else
  fi;
  at = 0; next = 0; taken = 0
}

/* The thread uses the heap: makes a block, and frees it there. */
inline use() {
  allocate();
  if
  :: block != 0 ->
     is_used[block] = false;
     put_back(pool_of(block), block);
     block = 0
  :: else
  fi
}

/* `~thread_heap` and `abandoned_heaps::put` */
inline abandon() {
  trim();
  lock();
  is_abandoned = true;
  unlock()
}

/* `heap_of_this_thread`, which is called again if the list was empty, and `abandoned_heaps::take` */
inline adopt() {
  do
  :: is_abandoned ->
     lock();
     if
     :: is_abandoned -> is_abandoned = false; unlock(); break
     :: else -> unlock()
     fi
  od
}

#define cache byte first[POOLS + 1], last[POOLS + 1], count[POOLS + 1]

/* Pool 1 is full, pool 2 has a free block. */
init {
  atomic {
    is_used[1] = true;
    is_used[2] = true;
    is_used[3] = true;
    used[1] = 2;
    used[2] = 1;
    freed[2] = 4;
    is_linked[2] = true;
    run first_owner();
    run next_owner();
    run freer();
    run other_freer()
  }
}

proctype first_owner() {
  byte at, next, block, uses = USES;
  short taken;
  bool is_found, is_taking;
  do
  :: uses > 0 -> uses--; use()
  :: abandon(); break
  od;
  finished++
}

proctype next_owner() {
  byte at, next, block, uses = USES;
  short taken;
  bool is_found, is_taking;
  adopt();
  do
  :: uses > 0 -> uses--; use()
  :: finished == THREADS - 1 -> break
  od;
  trim();
  assert(!is_mapped)
}

proctype freer() {
  cache;
  short seen;
  bool is_done;
  free_remote(1);
  if
  :: send(1)
  :: skip
  fi;
  free_remote(3);
  send_all();
  finished++
}

proctype other_freer() {
  cache;
  short seen;
  bool is_done;
  free_remote(2);
  send_all();
  finished++
}
