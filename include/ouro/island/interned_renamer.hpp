#pragma once
/// \file
/// Has the handles in objects that lead to some interned values lead to others that are equal.

#include <ouro/base/address_map.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/config.hpp>
#include <ouro/intern/interned_verbs.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/trace/survey.hpp>

#include <cstdint>
#include <cstring>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// An interned value that handles in a structure lead to.
struct island_value {
  void* value;
  const interned_verbs* verbs;
  std::uint32_t handles;  ///< in the structure
  void* other;            ///< the value to be put in its place, with one handle that the owner of this has; or null

  /// Whether there are other handles to it, so that it cannot leave.
  [[nodiscard]] bool needs_copy() const noexcept {
    const std::uint32_t all = verbs->handles(value);
    return all != 0 && all != handles;
  }
};

/// Two surveys over the objects that have such handles: the first makes room, and may fail; the second cannot.
template <class RefcountPolicy>
class interned_renamer final : survey_guide {
 public:
  using header_type = header<RefcountPolicy>;

  /// \pre the objects are in no root buffer when the renamer runs
  interned_renamer(const raw_array<island_value>& values, const raw_array<void*>& objects) noexcept
      : values_{values}, objects_{objects} {}

  /// Makes room for those of `values` that have an `other`. `record_of` gives the record of an object.
  /// \throws std::bad_alloc, and what traces throw
  template <class RecordOf>
  void prepare(RecordOf find_record) {
    for (std::size_t i = 0; i != values_.size; ++i) {
      const island_value& each = values_.items[i];
      if (each.other != nullptr && each.other != each.value) others_[each.value] = &each;
    }
    if (others_.size() != 0) survey_all(survey_purpose::prepare, find_record);
  }

  /// \pre `prepare` has returned, and the objects are as they were. Does not throw
  void run() noexcept {
    if (others_.size() == 0) return;
    others_.each([](const island_value* each) { each->verbs->raise(each->value, 1); });
    is_running_ = true;
    survey_all(survey_purpose::rename,
               [](header_type& object) -> const type_record& { return detail::record_of(object.load_info()); });
    others_.each([](const island_value* each) {
      each->verbs->lower(each->other, 1);
      if (each->verbs->handles(each->value) != 0) each->verbs->end(each->value);
    });
  }

 private:
  template <class FindRecord>
  void survey_all(survey_purpose purpose, FindRecord find_record) {
    survey_sink sink{*this, purpose, &spares_};
    for (std::size_t i = 0; i != objects_.size; ++i) {
      auto& object = *static_cast<header_type*>(objects_.items[i]);
      find_record(object).survey(object.object(), sink);  // calls user code: a trace, which only reports
    }
    sink.flush();
  }

  void see_interned(void* slot, const interned_verbs& verbs) override {
    if (!is_running_) return;
    void* value = nullptr;
    std::memcpy(&value, slot, sizeof value);
    const island_value** const found = others_.find(value);
    if (found == nullptr) return;
    verbs.raise((*found)->other, 1);
    verbs.lower(value, 1);
    std::memcpy(slot, &(*found)->other, sizeof value);
  }

  const raw_array<island_value>& values_;
  const raw_array<void*>& objects_;
  local_address_map<const island_value*> others_;  ///< by value
  spare_containers spares_;
  bool is_running_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
