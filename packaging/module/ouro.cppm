// The library as a C++20 module: `import ouro;`. For compilers whose modules see through templates: clang 19 does; g++ 12 and
// clang 14 do not. Macros stay outside: a program that wants another OURO_CHECK_LEVEL compiles the module with it.
module;

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

export module ouro;

// Those that a program's own functions of these names must not meet (config.hpp).
export namespace ouro::functions {

using functions::base;
using functions::copy;
using functions::deep_size_of;
using functions::deepcopy;
using functions::finalize;
using functions::id;
using functions::immortalize;
using functions::intern;
using functions::is;
using functions::is_immortal;
using functions::make;
using functions::make_any;
using functions::make_for_overwrite;
using functions::make_managed;
using functions::make_managed_for_overwrite;
using functions::make_tuple;
using functions::managed_from_this;
using functions::opaque_types;
using functions::ref_count;
using functions::size_of;
using functions::type_name;

}  // namespace ouro::functions

export namespace ouro {

using namespace functions;

// The choice of policies, and pointers.
using ouro::atomic_ptr;
using ouro::default_memory;
using ouro::managed_alias;
using ouro::managed_atomic;
using ouro::managed_ptr;
using ouro::managed_weak;
using ouro::memory;
using ouro::ptr;
using ouro::shared_memory;
using ouro::weak;

using ouro::adopt_ref;
using ouro::adopt_ref_t;
using ouro::const_pointer_cast;
using ouro::dynamic_pointer_cast;
using ouro::reinterpret_pointer_cast;
using ouro::static_pointer_cast;

using ouro::finalizer;
using ouro::static_object;

// What a class says of itself.
using ouro::clonable;
using ouro::edge_visitor;
using ouro::extensible;
using ouro::interior_base;
using ouro::leaf;
using ouro::untraced;

// The interface of the standard's shared pointers.
using ouro::allocate_shared;
using ouro::allocate_shared_for_overwrite;
using ouro::atomic_compare_exchange_strong;
using ouro::atomic_compare_exchange_strong_explicit;
using ouro::atomic_compare_exchange_weak;
using ouro::atomic_compare_exchange_weak_explicit;
using ouro::atomic_exchange;
using ouro::atomic_exchange_explicit;
using ouro::atomic_is_lock_free;
using ouro::atomic_load;
using ouro::atomic_load_explicit;
using ouro::atomic_shared_ptr;
using ouro::atomic_store;
using ouro::atomic_store_explicit;
using ouro::atomic_weak_ptr;
using ouro::bad_weak_ptr;
using ouro::basic_allocate_shared;
using ouro::basic_allocate_shared_for_overwrite;
using ouro::basic_atomic_shared_ptr;
using ouro::basic_atomic_weak_ptr;
using ouro::basic_enable_shared_from_this;
using ouro::basic_make_shared;
using ouro::basic_make_shared_for_overwrite;
using ouro::basic_shared_ptr;
using ouro::basic_weak_ptr;
using ouro::destroys_pointee;
using ouro::enable_shared_from_this;
using ouro::get_deleter;
using ouro::inout_ptr;
using ouro::make_shared;
using ouro::make_shared_for_overwrite;
using ouro::opaque_type;
using ouro::out_ptr;
using ouro::owner_equal;
using ouro::owner_hash;
using ouro::owner_less;
using ouro::shared_ptr;
using ouro::weak_ptr;

// Policies, and the concepts that they fulfil.
using ouro::allocator_policy;
using ouro::allocator_resource;
using ouro::atomic_refcount;
using ouro::biased_refcount;
using ouro::checked_allocator;
using ouro::collector_policy;
using ouro::compatible_policies;
using ouro::finds_cycles;
using ouro::generational;
using ouro::limited_allocator;
using ouro::local_refcount;
using ouro::no_collector;
using ouro::pool_allocator;
using ouro::refcount_policy;
using ouro::resource_allocator;
using ouro::self_refcount;
using ouro::standard_allocator;
using ouro::system_allocator;
using ouro::traced_allocator;
using ouro::trial_deletion;

// The collector, and heaps.
using ouro::basic_gc;
using ouro::basic_heap;
using ouro::basic_island;
using ouro::gc;
using ouro::gc_debug;
using ouro::gc_info;
using ouro::gc_phase;
using ouro::gc_stats;
using ouro::generation_stats;
using ouro::heap;
using ouro::island;
using ouro::island_holder;
using ouro::not_an_island;
using ouro::pool_resource;
using ouro::pool_statistics;

// Immutable values.
using ouro::basic_interned_string;
using ouro::basic_small_int;
using ouro::intern_statistics;
using ouro::interned;
using ouro::interned_string;
using ouro::interner;
using ouro::mutex_locking;
using ouro::no_locking;
using ouro::small_int;

// Containers.
using ouro::any;
using ouro::any_cast;
using ouro::attributes;
using ouro::basic_tuple;
using ouro::capture;
using ouro::dict;
using ouro::frozen_list;
using ouro::function;
using ouro::get;
using ouro::list;
using ouro::slot;
using ouro::slots;
using ouro::tuple;
using ouro::weak_key_map;
using ouro::weak_set;
using ouro::weak_value_map;

// Copies, and a look at objects.
using ouro::allocation_difference;
using ouro::allocation_scope;
using ouro::allocation_site;
using ouro::allocation_snapshot;
using ouro::allocation_statistic;
using ouro::debug_malloc_stats;
using ouro::deepcopy_memo;
using ouro::group_by;
using ouro::heaps_in_process;
using ouro::misuse_handler;
using ouro::set_misuse_handler;
using ouro::set_unraisable_handler;
using ouro::unraisable_handler;

}  // namespace ouro

export namespace ouro::local {

using local::allocate_shared;
using local::allocate_shared_for_overwrite;
using local::atomic_compare_exchange_strong;
using local::atomic_compare_exchange_strong_explicit;
using local::atomic_compare_exchange_weak;
using local::atomic_compare_exchange_weak_explicit;
using local::atomic_exchange;
using local::atomic_exchange_explicit;
using local::atomic_is_lock_free;
using local::atomic_load;
using local::atomic_load_explicit;
using local::atomic_shared_ptr;
using local::atomic_store;
using local::atomic_store_explicit;
using local::atomic_weak_ptr;
using local::bad_weak_ptr;
using local::const_pointer_cast;
using local::dynamic_pointer_cast;
using local::enable_shared_from_this;
using local::get_deleter;
using local::inout_ptr;
using local::make_shared;
using local::make_shared_for_overwrite;
using local::out_ptr;
using local::owner_equal;
using local::owner_hash;
using local::owner_less;
using local::reinterpret_pointer_cast;
using local::shared_ptr;
using local::static_pointer_cast;
using local::weak_ptr;

}  // namespace ouro::local
