#pragma once
/// \file
/// The instructions, one after the other. An instruction saves its registers before it does anything that may throw or
/// fail. \see machine::save

#include "machine.hpp"
#include "op.hpp"

// All that is not marked otherwise becomes a part of the loop: beyond a certain size compilers would stop to do so. Not
// where it is to be debugged; under sanitizers that would take them minutes.
#ifdef NDEBUG
#define OURO_LOX_FLATTEN [[gnu::flatten]]
#else
#define OURO_LOX_FLATTEN
#endif

namespace lox {

template <class Memory>
OURO_LOX_FLATTEN bool machine<Memory>::run() {
  registers r = load();
  for (;;) {
    switch (static_cast<op>(*r.next++)) {
      case op::constant:
        r.push(r.constant());
        continue;
      case op::nil:
        r.push(any{});
        continue;
      case op::true_:
        r.push(any{true});
        continue;
      case op::false_:
        r.push(any{false});
        continue;
      case op::pop:
        r.drop();
        continue;
      case op::get_local:
        r.push(r.slots[r.byte()]);
        continue;
      case op::set_local:
        r.slots[r.byte()] = r.top[-1];
        continue;
      case op::store_local:
        r.slots[r.byte()] = r.pop();
        continue;
      case op::get_global: {
        const auto& global = globals_[r.wide()];
        if (!global.is_defined) [[unlikely]]
          return fail_undefined_at(r, "variable", global.name);
        r.push(global.held);
        continue;
      }
      case op::set_global: {
        auto& global = globals_[r.wide()];
        if (!global.is_defined) [[unlikely]]
          return fail_undefined_at(r, "variable", global.name);
        global.held = r.top[-1];
        continue;
      }
      case op::store_global: {
        auto& global = globals_[r.wide()];
        if (!global.is_defined) [[unlikely]]
          return fail_undefined_at(r, "variable", global.name);
        global.held = r.pop();
        continue;
      }
      case op::define_global: {
        auto& global = globals_[r.wide()];
        global.held = r.pop();
        global.is_defined = true;
        continue;
      }
      case op::get_upvalue:
        r.push(*r.at->running->upvalues[r.byte()]->place);
        continue;
      case op::set_upvalue:
        *r.at->running->upvalues[r.byte()]->place = r.top[-1];
        continue;
      case op::store_upvalue:
        *r.at->running->upvalues[r.byte()]->place = r.pop();
        continue;
      case op::get_property: {
        auto& named = r.site();
        if (const any* const field = find_field(r.top[-1], named); field != nullptr) [[likely]] {
          r.top[-1] = any{*field};
          continue;
        }
        save(r);
        if (!bind_method(peek(), named)) return false;
        r.top[-1] = pop();
        continue;
      }
      case op::get_local_property: {
        const any& receiver = r.slots[r.byte()];
        if (!push_property(r, receiver)) [[unlikely]]
          return false;
        continue;
      }
      case op::get_global_property: {
        const auto& global = globals_[r.wide()];
        if (!global.is_defined) [[unlikely]]
          return fail_undefined_at(r, "variable", global.name);
        if (!push_property(r, global.held)) [[unlikely]]
          return false;
        continue;
      }
      case op::set_property: {
        any* const field = field_to_set(r, r.top[-2]);
        if (field == nullptr) [[unlikely]]
          return fail_at(r, "Only instances have fields.");
        *field = r.top[-1];
        r.top[-2].swap(r.top[-1]);
        r.drop();
        continue;
      }
      case op::store_property: {
        any* const field = field_to_set(r, r.top[-2]);
        if (field == nullptr) [[unlikely]]
          return fail_at(r, "Only instances have fields.");
        *field = r.pop();
        r.drop();
        continue;
      }
      case op::set_this_property:
        *field_to_set(r, r.slots[0]) = r.top[-1];
        continue;
      case op::store_this_property:
        *field_to_set(r, r.slots[0]) = r.pop();
        continue;
      case op::get_super: {
        auto& named = r.site();
        const any superclass = r.pop();
        save(r);
        if (!bind(peek(), *as<class_<Memory>>(superclass), named)) return false;
        r.top[-1] = pop();
        continue;
      }
      case op::equal: {
        const bool are_equal = r.take_equality();
        r.push(any{are_equal});
        continue;
      }
      case op::equal_constant:
        r.top[-1] = r.top[-1] == r.constant();
        continue;
      case op::equal_local:
        r.top[-1] = r.top[-1] == r.slots[r.byte()];
        continue;
      case op::equal_global: {
        const auto& global = globals_[r.wide()];
        if (!global.is_defined) [[unlikely]]
          return fail_undefined_at(r, "variable", global.name);
        r.top[-1] = r.top[-1] == global.held;
        continue;
      }
      case op::not_equal: {
        const bool are_equal = r.take_equality();
        r.push(any{!are_equal});
        continue;
      }
      case op::greater:
        if (r.compute([](double left, double right) { return left > right; })) continue;
        return fail_at(r, not_numbers);
      case op::not_greater:
        if (r.compute([](double left, double right) { return !(left > right); })) continue;
        return fail_at(r, not_numbers);
      case op::less:
        if (r.compute([](double left, double right) { return left < right; })) continue;
        return fail_at(r, not_numbers);
      case op::not_less:
        if (r.compute([](double left, double right) { return !(left < right); })) continue;
        return fail_at(r, not_numbers);
      case op::add:
        if (r.compute([](double left, double right) { return left + right; })) continue;
        save(r);
        if (!concatenate()) return false;
        --r.top;
        continue;
      case op::add_constant:
        if (r.compute_with_constant([](double left, double right) { return left + right; })) continue;
        r.push(r.at->constants[r.next[-1]]);
        save(r);
        if (!concatenate()) return false;
        --r.top;
        continue;
      case op::subtract:
        if (r.compute([](double left, double right) { return left - right; })) continue;
        return fail_at(r, not_numbers);
      case op::subtract_constant:
        if (r.compute_with_constant([](double left, double right) { return left - right; })) continue;
        return fail_at(r, not_numbers);
      case op::multiply:
        if (r.compute([](double left, double right) { return left * right; })) continue;
        return fail_at(r, not_numbers);
      case op::divide:
        if (r.compute([](double left, double right) { return left / right; })) continue;
        return fail_at(r, not_numbers);
      case op::not_:
        r.top[-1] = !r.top[-1].is_true();
        continue;
      case op::negate:
        if (!r.top[-1].is_number()) [[unlikely]]
          return fail_at(r, "Operand must be a number.");
        r.top[-1].become(-r.top[-1].as_number());
        continue;
      case op::print:
        save(r);  // making the text may run out of memory
        print(r.top[-1]);
        r.drop();
        continue;
      case op::jump:
        r.jump_if(true);
        continue;
      case op::jump_if_false:
        r.jump_if(!r.top[-1].is_true());
        continue;
      case op::pop_jump_if_false: {
        const any condition = r.pop();
        r.jump_if(!condition.is_true());
        continue;
      }
      case op::jump_if_equal: {
        const bool are_equal = r.take_equality();
        r.jump_if(are_equal);
        continue;
      }
      case op::jump_unless_equal: {
        const bool are_equal = r.take_equality();
        r.jump_if(!are_equal);
        continue;
      }
      case op::jump_if_greater:
        if (r.compare_and_jump([](double left, double right) { return left > right; })) continue;
        return fail_at(r, not_numbers);
      case op::jump_unless_greater:
        if (r.compare_and_jump([](double left, double right) { return !(left > right); })) continue;
        return fail_at(r, not_numbers);
      case op::jump_if_less:
        if (r.compare_and_jump([](double left, double right) { return left < right; })) continue;
        return fail_at(r, not_numbers);
      case op::jump_unless_less:
        if (r.compare_and_jump([](double left, double right) { return !(left < right); })) continue;
        return fail_at(r, not_numbers);
      case op::loop: {
        const std::size_t distance = r.wide();
        if (patience_-- == 0) [[unlikely]]
          return fail_at(r, "The program takes too long.");
        r.next -= distance;
        continue;
      }
      case op::call: {
        const std::size_t arguments = r.byte();
        const any& callee = *(r.top - 1 - arguments);
        save(r);
        const bool is_called =
            is(callee, object_kind::closure) ? call(*as<closure<Memory>>(callee), arguments) : call_value(arguments);
        if (!is_called) [[unlikely]]
          return false;
        r = load();
        continue;
      }
      case op::invoke: {
        auto& named = r.site();
        const std::size_t arguments = r.byte();
        const any& receiver = *(r.top - 1 - arguments);
        save(r);
        const bool is_known = is(receiver, object_kind::instance) && find_field(receiver, named) == nullptr &&
                              named.class_serial == as<instance<Memory>>(receiver)->of->serial;
        const bool is_called = is_known ? call(*named.method, arguments) : invoke(named, arguments);
        if (!is_called) [[unlikely]]
          return false;
        r = load();
        continue;
      }
      case op::super_invoke: {
        auto& named = r.site();
        const std::size_t arguments = r.byte();
        const any superclass = r.pop();
        save(r);
        const closure<Memory>* const method = find_method(*as<class_<Memory>>(superclass), named);
        if (method == nullptr || !call(*method, arguments)) return false;
        r = load();
        continue;
      }
      case op::closure:
        save(r);
        make_closure();
        r = load();
        continue;
      case op::close_upvalue:
        close_upvalues(r.top - 1);
        r.drop();
        continue;
      case op::return_:
        if (!open_.empty()) close_upvalues(r.slots);
        r.top[-1].swap(r.slots[0]);
        if (leave(r)) return true;
        continue;
      case op::return_nil:
        if (!open_.empty()) close_upvalues(r.slots);
        r.slots[0] = any{};
        if (leave(r)) return true;
        continue;
      case op::return_this:
        as<instance<Memory>>(r.slots[0])->note_usual_fields();
        if (!open_.empty()) {
          any receiver = r.slots[0];  // which an upvalue may take away
          close_upvalues(r.slots);
          r.slots[0] = std::move(receiver);
        }
        if (leave(r)) return true;
        continue;
      case op::class_: {
        const any& name = r.constant();
        save(r);
        push(make<class_<Memory>>(name.as_string(), ++classes_));
        ++r.top;
        continue;
      }
      case op::inherit:
        save(r);
        if (!inherit()) return false;
        --r.top;
        continue;
      case op::method: {
        const any& name = r.constant();
        save(r);
        define_method(name);
        --r.top;
        continue;
      }
    }
    __builtin_unreachable();  // there is no other instruction
  }
}

}  // namespace lox

#undef OURO_LOX_FLATTEN
