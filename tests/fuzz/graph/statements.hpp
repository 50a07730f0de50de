#pragma once
/// \file
/// The operations of the graph fuzzer as C++ statements.

#include <fuzz/graph/bytecode.hpp>

#include <string_view>

namespace ouro::fuzz {

/// The C++ statement of an operation, where a letter and the name of an operand stand for a handle or a number:
/// r, l, y, p, t, f, w, x for root, loose, array, part, tuples, frozen, watch and text; h and c for finalizer and
/// callback; e for an edge, k for an element, n for a name, s for 1 << operand, u for what a constructor or finalizer
/// does, v for what a destructor or callback does, g for how a thread waits, and i for the operand itself.
[[nodiscard]] constexpr std::string_view statement_of(opcode what) noexcept {
  switch (what) {
    case opcode::make_plain:
      return "$ra = memory::make<node>(in, $vb, $ic);";
    case opcode::make_rich:
      return "$ra = memory::make<rich>(in, $vb, $ic);";
    case opcode::make_rising:
      return "$ra = memory::make<rising<node>>(in, $uc, $vb, $ic);";
    case opcode::make_rising_rich:
      return "$ra = memory::make<rising<rich>>(in, $uc, $vb, $ic);";
    case opcode::make_wide:
      return "$ra = memory::make<wide>(in, $vb, $ic);";
    case opcode::make_rising_wide:
      return "$ra = memory::make<rising<wide>>(in, $uc, $vb, $ic);";
    case opcode::make_eager:
      return "try { $ra = memory::make<eager<node>>(in, $ub, $ic); } catch (int) {}";
    case opcode::make_copier:
      return "$ra = memory::make<copier<kit>>(in, $vb, $ic);";
    case opcode::copy_root:
      return "$ra = $rb;";
    case opcode::move_root:
      return "if (&$ra != &$rb) $ra = std::move($rb);";
    case opcode::drop_root:
      return "$ra.reset();";
    case opcode::link:
      return "if ($ra) $ra->$ec = $rb;";
    case opcode::cut:
      return "if ($ra) $ra->$ec.reset();";
    case opcode::walk:
      return "if ($rb) $ra = $rb->$ec;";
    case opcode::step_over:
      return "if ($ra) $ra = $ra->$ec;";
    case opcode::swap_edges:
      return "if ($ra && $rb) swap($ra->left, $rb->right);";
    case opcode::from_this:
      return "if ($rb) $ra = memory::from_this($rb.get());";
    case opcode::adopt:
      return "$ra = pointer::adopt($rb.release());";
    case opcode::make_array:
      return "try { $ya = memory::make<element[]>(4, plan{in, $ib % 16}); } catch (int) {}";
    case opcode::link_cell:
      return "if ($ya) $ya[$kc].edge = $rb;";
    case opcode::walk_cell:
      return "if ($yb) $ra = $yb[$kc].edge;";
    case opcode::make_part:
      return "if ($yb) $pa = part_of{$yb, &$yb[$kc]};";
    case opcode::link_part:
      return "if (rich* at = rich_of($ra)) at->part = $pb;";
    case opcode::walk_part:
      return "if (rich* at = rich_of($rb)) $pa = at->part;";
    case opcode::write_part:
      return "if ($pa) $pa->edge = $rb;";
    case opcode::loosen:
      return "$la = $ob;";
    case opcode::link_any:
      return "if (rich* at = rich_of($ra)) at->any = $lb;";
    case opcode::walk_any:
      return "if (rich* at = rich_of($rb)) $la = at->any;";
    case opcode::drop_few:
      return "$da = {};";
    case opcode::make_tuple:
      return "$ta = tuple(in, $rb, $rc, $lc);";
    case opcode::link_tuple:
      return "if (wide* at = in.wide_from($ia)) at->tuple = $tb;";
    case opcode::walk_tuple:
      return "if (wide* at = in.wide_from($ib)) $ta = at->tuple;";
    case opcode::make_frozen:
      return "{ plan of{in, $ic / 8}; for (int i = 0; i < 4 && i < $ic % 8; ++i) of.edges[i] = in.root[($ib + i) % 8]; "
             "try { $fa = of.freeze(); } catch (int) {} }";
    case opcode::link_frozen:
      return "if (wide* at = in.wide_from($ia)) at->frozen = $fb;";
    case opcode::walk_frozen:
      return "if (wide* at = in.wide_from($ib)) $fa = at->frozen;";
    case opcode::walk_bead:
      return "if (!$fb.empty()) $ra = $fb[$kc].edge;";
    case opcode::push_item:
      return "if (rich* at = rich_of($rb)) at->items.push_back($ra);";
    case opcode::insert_item:
      return "if (rich* at = rich_of($rb)) at->items.insert(at->items.begin() + $ic % (at->items.size() + 1), $ra);";
    case opcode::pop_item:
      return "if (rich* at = rich_of($ra); at && !at->items.empty()) at->items.pop_back();";
    case opcode::erase_item:
      return "if (rich* at = rich_of($ra); at && !at->items.empty()) "
             "at->items.erase(at->items.begin() + $ic % at->items.size());";
    case opcode::clear_items:
      return "if (rich* at = rich_of($ra)) at->items.clear();";
    case opcode::swap_items:
      return "if (rich *at = rich_of($ra), *with = rich_of($rb); at && with) at->items.swap(with->items);";
    case opcode::walk_item:
      return "if (rich* at = rich_of($rb); at && !at->items.empty()) $ra = at->items[$ic % at->items.size()];";
    case opcode::put_name:
      return "if (rich* at = rich_of($rb)) at->named.insert_or_assign($nc, $ra);";
    case opcode::erase_name:
      return "if (rich* at = rich_of($ra)) at->named.erase($nc);";
    case opcode::clear_names:
      return "if (rich* at = rich_of($ra)) at->named.clear();";
    case opcode::pop_name:
      return "if (rich* at = rich_of($rb); at && !at->named.empty()) $ra = at->named.popitem().second;";
    case opcode::walk_name:
      return "if (rich* at = rich_of($rb)) $ra = at->named.get($nc);";
    case opcode::weak_insert:
      return "if ($rb) in.with_weak_from($ia, [&](auto& weak) { weak.insert($rb); });";
    case opcode::weak_put:
      return "if ($rb) in.with_weak_from($ia, [&](auto& weak) { "
             "$ic / 4 % 4 == 0 ? weak.put_by_default($ic % 4, $rb) : weak.put($ic % 4, $rb); });";
    case opcode::weak_get:
      return "in.with_weak_from($ib, [&](auto& weak) { "
             "$ra = $ic / 4 % 4 == 0 ? weak.named.pop($ic % 4) : weak.named.get($ic % 4); });";
    case opcode::know:
      return "if ($rb) in.with_weak_from($ia, [&](auto& weak) { weak.know($rb, nobody, pointer{$rc}); });";
    case opcode::walk_known:
      return "if ($rc) in.with_weak_from($ib, [&](auto& weak) { if (auto at = weak.known.find($rc)) $ra = at->to; });";
    case opcode::weak_erase:
      return "if ($rb) in.with_weak_from($ia, [&](auto& weak) { weak.erase($ic / 4 % 3, $ic % 4, pointer{$rb}); });";
    case opcode::weak_clear:
      return "in.with_weak_from($ia, [&](auto& weak) { weak.clear(); });";
    case opcode::weak_go_over:
      return "in.with_weak_from($ia, [&](auto& weak) { weak.each($ib % 3, "
             "[&](int key, pointer each) { in.act($uc, $ic, each.get(), moment::birth); "
             "if ($ic % 4 >= 2) weak.erase($ib % 3, key, each); if ($ic % 4 == 3 && $ib % 3 == 0) weak.insert(each); "
             "if ($ic % 4 == 3 && $ib % 3 == 1) weak.put(key, each); }); });";
    case opcode::put_attribute:
      return "in.with_attributes_from($ib, [&](auto& own) { own.insert_or_assign(in.attribute_name($ic), $ra); });";
    case opcode::get_attribute:
      return "in.with_attributes_from($ib, [&](auto& own) { "
             "own.get_or_add(in.attribute_name($ic), in.attribute_cache[$ic % 4]) = $ra; });";
    case opcode::erase_attribute:
      return "in.with_attributes_from($ia, [&](auto& own) { own.erase(in.attribute_name($ic)); });";
    case opcode::swap_attributes:
      return "in.with_attributes_from($ia, [&](auto& own) { "
             "in.with_attributes_from($ib, [&](auto& with) { own.swap(with); }); });";
    case opcode::walk_attribute:
      return "in.with_attributes_from($ib, [&](auto& own) { "
             "if (auto* at = own.find(in.attribute_name($ic))) $ra = *at; });";
    case opcode::insert_in_row:
      return "in.with_wide_from($ib, [&](wide& of) { auto& row = of.row; "
             "if (row.size() != 3) row.insert(row.begin() + $ic % (row.size() + 1), $ra); });";
    case opcode::erase_in_row:
      return "in.with_wide_from($ib, [&](wide& of) { auto& row = of.row; "
             "if (!row.empty()) row.erase(row.begin() + $ic % row.size()); });";
    case opcode::walk_row:
      return "in.with_wide_from($ib, [&](wide& of) { if (!of.row.empty()) $ra = of.row[$ic % of.row.size()]; });";
    case opcode::put_in_tree:
      return "in.with_wide_from($ib, [&](wide& of) { of.tree.insert_or_assign($ic % 3, pointer{$ra}); });";
    case opcode::erase_in_tree:
      return "in.with_wide_from($ib, [&](wide& of) { of.tree.erase($ic % 3); });";
    case opcode::walk_tree:
      return "in.with_wide_from($ib, [&](wide& of) { "
             "if (auto at = of.tree.find($ic % 3); at != of.tree.end()) $ra = at->second; });";
    case opcode::store_atomic:
      return "in.with_atomic_from($ia, [&](place, auto& at) { at.store($rb); });";
    case opcode::load_atomic:
      return "in.with_atomic_from($ib, [&](place, auto& at) { $ra = at.load(); });";
    case opcode::exchange_atomic:
      return "in.with_atomic_from($ib, [&](place, auto& at) { $ra = at.exchange(std::move($ra)); });";
    case opcode::compare_atomic:
      return "in.with_atomic_from($ia, [&](place, auto& at) { pointer is = $rb; at.compare_exchange(is, $rc); });";
    case opcode::collect:
      return "while (gc::collect() != 0) {}";
    case opcode::collect_young:
      return "gc::collect(0);";
    case opcode::step:
      return "gc::step($sa);";
    case opcode::watch:
      return "$wa = {$rb, [&] { in.act($vc, $ic / 2, nullptr, moment::callback); }};";
    case opcode::lock:
      return "$ra = $wb.lock();";
    case opcode::unwatch:
      return "$wa.reset();";
    case opcode::at_end:
      return "if ($rb) $ha = ouro::finalize($rb, [&] { in.act($vc, $ic / 2, nullptr, moment::callback); });";
    case opcode::end_now:
      return "$ha();";
    case opcode::detach:
      return "$ha.detach();";
    case opcode::add_callback:
      return "gc::callbacks().remove($ca); $ca = gc::callbacks().add([&](const ouro::gc_info& info) { "
             "if (info.phase == ouro::gc_phase($ib % 2)) in.act($uc, $ic, nullptr, moment::callback); "
             "if ($ic % 8 == 7) gc::callbacks().remove($ca); });";
    case opcode::remove_callback:
      return "gc::callbacks().remove($ca);";
    case opcode::keep_garbage:
      return "gc::set_debug($ia % 2 != 0 ? ouro::gc_debug::saveall : ouro::gc_debug::none);";
    case opcode::clear_garbage:
      return "gc::clear_garbage();";
    case opcode::walk_garbage:
      return "if (const auto all = gc::garbage(); !all.empty()) $ra = as_node(all[$ib % all.size()]);";
    case opcode::intern:
      return "$xa = in.word($ib);";
    case opcode::copy:
      return "$ra = ouro::copy($rb);";
    case opcode::deepcopy:
      return "$ra = ouro::deepcopy($rb);";
    case opcode::freeze:
      return "gc::freeze();";
    case opcode::unfreeze:
      return "gc::unfreeze();";
    case opcode::immortalize:
      return "if ($ra) ouro::immortalize($ra);";
    case opcode::defer:
      return "if (!deferred) deferred.emplace();";
    case opcode::undefer:
      return "deferred.reset();";
    case opcode::drain:
      return "gc::drain($ia % 8);";
    case opcode::set_nesting:
      return "gc::set_destruction_stack(1024 * $ia);";
    case opcode::set_threshold:
      return "gc::set_threshold($ia % 32);";
    case opcode::pause:
      return "if (pause) pause.reset(); else pause.emplace();";
    case opcode::set_trigger:
      return "gc::set_trigger($ia % 2 != 0 ? ouro::gc_trigger::safepoint : ouro::gc_trigger::allocation);";
    case opcode::safepoint:
      return "gc::safepoint();";
    case opcode::enable:
      return "$ia % 2 != 0 ? gc::enable() : gc::disable();";
    case opcode::inspect:
      return "{ const auto all = {gc::referents($ra), gc::referrers($ra), gc::objects()}; }";
    case opcode::fail_trace:
      return "in.traces_left = $ia;";
    case opcode::fail:
      return "ouro::fuzz::faulty_allocator::left = $ia % 32;";
    case opcode::enter:
      return "// From here on in the private heap $ia % 3, of which each has its own `in`; 0 is none.";
    case opcode::limit:
      return "// The private heap is limited to $ia % 16 pools of 32 KiB.";
    case opcode::end_heap:
      return "// The private heap $ia % 3 ends, with all that lives in it.";
    case opcode::move_thread:
      return "// From here on on thread $ia % 4; 0 is the first one.";
    case opcode::end_thread:
      return "// Thread $ia % 4 ends.";
    case opcode::stand:
      return "// From here on, this thread waits $ga.";
    case opcode::share:
      return "$ra.reset();  // while other threads copy, watch and drop handles of all roots";
    case opcode::restart:
      return "end();";
    case opcode::count:
      return "";
  }
  return "";
}

}  // namespace ouro::fuzz
