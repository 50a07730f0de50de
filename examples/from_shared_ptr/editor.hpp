#pragma once
/// \file
/// A small editor for documents: elements with parents, views, observers, undo. It was written for `std::shared_ptr`;
/// the file that includes it says whose pointers these are, and nothing else differs.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

namespace editor {

/// Counts the living objects of each class, to tell what leaks.
class census {
 public:
  explicit census(std::string_view name) : name_{name} { ++living()[name_]; }
  census(const census& from) : census{from.name_} {}
  census& operator=(const census&) { return *this; }
  ~census() { --living()[name_]; }

  void trace(auto&&) {}  // holds no pointers

  static std::map<std::string_view, long>& living() {
    static std::map<std::string_view, long> numbers;
    return numbers;
  }

 private:
  std::string_view name_;
};

class document;

/// Shared by many elements.
struct style {
  std::string font;
  int size = 12;
  census counted{"style"};
};

/// An image that a library of C gives out and takes back.
struct image {
  int width = 0;
  int height = 0;
  census counted{"image"};
};
inline int images_taken_back = 0;
inline void take_back(image* back) {
  ++images_taken_back;
  delete back;
}

/// What a document is made of. An element knows the one that it lies in, and so the two own each other.
class element : public enable_shared_from_this<element> {
 public:
  explicit element(std::string_view kind) : counted_{kind} {}
  element(const element&) = delete;
  element& operator=(const element&) = delete;
  virtual ~element() = default;

  /// The one line of a class with private members. `std::shared_ptr` never calls it.
  void trace(auto&& visit) { visit(parent_, children_, style_); }

  void add(shared_ptr<element> child) {
    child->parent_ = shared_from_this();
    children_.push_back(std::move(child));
  }

  [[nodiscard]] virtual std::size_t width() const {
    std::size_t sum = 0;
    for (const auto& child : children_) sum += child->width();
    return sum;
  }

  [[nodiscard]] const shared_ptr<element>& parent() const { return parent_; }
  [[nodiscard]] const std::vector<shared_ptr<element>>& children() const { return children_; }
  [[nodiscard]] std::size_t depth() const { return parent_ == nullptr ? 0 : 1 + parent_->depth(); }

  void set_style(shared_ptr<style> to) { style_ = std::move(to); }
  [[nodiscard]] const shared_ptr<style>& own_style() const { return style_; }

 private:
  shared_ptr<element> parent_;
  std::vector<shared_ptr<element>> children_;
  shared_ptr<style> style_;
  census counted_;
};

class paragraph final : public element {
 public:
  explicit paragraph(std::string text) : element{"paragraph"}, text_{std::move(text)} {}
  void trace(auto&& visit) { element::trace(visit); }

  [[nodiscard]] std::size_t width() const override { return text_.size() + element::width(); }

  std::string replace(std::string by) { return std::exchange(text_, std::move(by)); }
  /// A pointer to a part: it owns the paragraph.
  [[nodiscard]] shared_ptr<const std::string> text() { return {shared_from_this(), &text_}; }

 private:
  std::string text_;
};

class picture final : public element {
 public:
  explicit picture(int width, int height)
      : element{"picture"}, pixels_{new image{width, height}, [](image* back) { take_back(back); }} {}
  void trace(auto&& visit) { element::trace(visit); }

  [[nodiscard]] std::size_t width() const override { return static_cast<std::size_t>(pixels_->width); }
  [[nodiscard]] const shared_ptr<image>& pixels() const { return pixels_; }

 private:
  shared_ptr<image> pixels_;
};

/// A change that can be undone. It holds the element that it has changed.
struct insertion {
  shared_ptr<element> into;
};
struct replacement {
  shared_ptr<paragraph> of;
  std::string before;
};
using change = std::variant<insertion, replacement>;

/// Shows a document, and is owned by it.
struct view {
  shared_ptr<document> shown;
  weak_ptr<element> cursor;
  std::optional<shared_ptr<element>> selection;
  std::size_t drawn = 0;
  census counted{"view"};
};

class document : public enable_shared_from_this<document> {
 public:
  explicit document(std::string title) : title_{std::move(title)} {
    // The style of all that has none: made by a function that returns a unique_ptr.
    default_style_ = std::make_unique<style>(style{"serif"});
    root_ = make_shared<paragraph>("");
  }
  void trace(auto&& visit) { visit(root_, views_, default_style_, history_, named_); }

  [[nodiscard]] const shared_ptr<element>& root() const { return root_; }

  shared_ptr<view> open_view() {
    auto made = make_shared<view>();
    made->shown = shared_from_this();
    made->cursor = root_;
    views_.push_back(made);
    return made;
  }

  void insert(const shared_ptr<element>& into, shared_ptr<element> child, const std::string& name = {}) {
    if (child->own_style() == nullptr) child->set_style(default_style_);
    if (!name.empty()) named_[name] = child;
    into->add(std::move(child));
    history_.push_back(insertion{into});
    changed();
  }

  void replace(const shared_ptr<paragraph>& of, std::string by) {
    history_.push_back(replacement{of, of->replace(std::move(by))});
    changed();
  }

  /// Takes back the last replacement. Insertions stay.
  bool undo() {
    while (!history_.empty()) {
      const change last = std::move(history_.back());
      history_.pop_back();
      if (const auto* const replaced = std::get_if<replacement>(&last)) {
        replaced->of->replace(replaced->before);
        changed();
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] shared_ptr<element> find(const std::string& name) const {
    const auto found = named_.find(name);
    return found == named_.end() ? nullptr : found->second;
  }

  void observe(std::function<void(const document&)> observer) { observers_.push_back(std::move(observer)); }

  [[nodiscard]] std::size_t width() const { return root_->width(); }
  [[nodiscard]] const std::string& title() const { return title_; }

 private:
  void changed() {
    for (const auto& shown : views_) ++shown->drawn;
    for (const auto& tell : observers_) tell(*this);
  }

  std::string title_;
  shared_ptr<element> root_;
  std::vector<shared_ptr<view>> views_;
  shared_ptr<style> default_style_;
  std::vector<change> history_;
  std::map<std::string, shared_ptr<element>> named_;
  /// What a closure captures nobody sees: a cycle through it leaks with either pointer. `ouro::function` is traced.
  std::vector<std::function<void(const document&)>> observers_;
  census counted_{"document"};
};

/// Writes a document, looks at it, and closes it. Returns what was seen.
inline std::size_t edit(int number) {
  const auto edited = make_shared<document>("document " + std::to_string(number));
  const auto shown = edited->open_view();
  shared_ptr<element> section = edited->root();
  for (int depth = 0; depth != 8; ++depth) {
    auto inner = make_shared<paragraph>("section " + std::to_string(depth));
    edited->insert(section, inner, "section " + std::to_string(depth));
    for (int i = 0; i != 24; ++i) edited->insert(inner, make_shared<paragraph>("a line of text that nobody reads"));
    section = inner;
  }
  edited->insert(section, shared_ptr<element>{new picture{640, 480}}, "picture");
  shown->selection = edited->find("picture");
  shown->cursor = edited->find("section 3");

  const auto first = dynamic_pointer_cast<paragraph>(edited->find("section 0"));
  const shared_ptr<const std::string> text = first->text();
  edited->replace(first, "changed");
  if (*text != "changed" || !edited->undo() || *text == "changed") return 0;

  // One in a hundred is watched by a closure that holds a view of the document.
  if (number % 100 == 0) edited->observe([shown](const document& of) { shown->drawn += of.title().size(); });
  edited->insert(edited->root(), make_shared<paragraph>("the last line"));

  const auto picture_again = static_pointer_cast<picture>(*shown->selection);
  return edited->width() + shown->drawn + picture_again->depth() + shown->cursor.lock()->children().size();
}

/// Edits many documents and reports what is left of them. `collect` is what a program can do about cycles.
template <class Collect>
int run(const char* whose, Collect collect) {
  const auto begin = std::chrono::steady_clock::now();
  std::size_t seen = 0;
  for (int number = 1; number <= 2000; ++number) seen += edit(number);
  collect();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;

  std::printf("%s\n  seen %zu, images taken back %d of 2000\n", whose, seen, images_taken_back);
  for (const auto& [name, living] : census::living()) {
    if (living != 0) std::printf("  leaked: %ld %.*s\n", living, static_cast<int>(name.size()), name.data());
  }
  std::printf("  %.0f ms", took.count());
#if __has_include(<sys/resource.h>)
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) std::printf(", %ld MiB at most", used.ru_maxrss / 1024);
#endif
  std::printf("\n");
  return seen == 14'214'251 ? 0 : 1;
}

}  // namespace editor
