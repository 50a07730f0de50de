// A pipeline of three threads that hand parsed documents on. Each document is an island: a graph with cycles, to which
// one pointer leads. Its counts are not atomic, and it is never copied.

#include <ouro/ouro.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// `(name child child …)`, with `#target` for a reference to the first element of that name.
struct element {
  ouro::interned_string name;
  std::vector<ouro::ptr<element>> children;
  std::vector<ouro::ptr<element>> references;  // resolved, and so cycles
  ouro::weak<element> parent;
};

using document = ouro::ptr<element>;
using message = ouro::island<element>;

/// A queue between two threads.
class channel {
 public:
  void send(message sent) {
    const std::lock_guard lock{mutex_};
    waiting_.push(std::move(sent));
    changed_.notify_one();
  }

  void close() {
    const std::lock_guard lock{mutex_};
    is_closed_ = true;
    changed_.notify_one();
  }

  /// Opens the next document: from now on it belongs to the calling thread. None at the end.
  std::optional<document> receive() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return is_closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    message next = std::move(waiting_.front());
    waiting_.pop();
    lock.unlock();
    return std::move(next).open();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<message> waiting_;
  bool is_closed_ = false;
};

/// The document leaves the thread. If anything else held a part of it, this would throw `ouro::not_an_island`, and say
/// what does.
void hand_on(document&& finished, channel& to) { to.send(ouro::heap::current().detach(std::move(finished))); }

/// Reads one element, and moves `text` behind it.
document parse(std::string_view& text) {
  const std::size_t first = text.find_first_not_of("( ");
  const std::size_t last = text.find_first_of(" ()", first);
  auto made = ouro::make<element>();
  made->name = ouro::interned_string{text.substr(first, last - first)};
  text.remove_prefix(last);
  while (text.find_first_not_of(' ') != text.find(')')) {
    made->children.push_back(parse(text));
    made->children.back()->parent = made;
  }
  text.remove_prefix(text.find(')') + 1);
  return made;
}

/// Finds the first element of this name.
document find(const document& in, const ouro::interned_string& name) {
  if (in->name == name) return in;  // one comparison of pointers
  for (const document& each : in->children) {
    if (document found = find(each, name)) return found;
  }
  return nullptr;
}

void resolve(const document& in, const document& root) {
  if (in->name.view().starts_with('#')) {
    if (document target = find(root, ouro::interned_string{in->name.view().substr(1)}))
      in->references.push_back(std::move(target));
  }
  for (const document& each : in->children) resolve(each, root);
}

struct summary {
  int documents = 0;
  int elements = 0;
  int references = 0;
  std::map<std::string, int, std::less<>> names;

  void count(const document& in) {
    ++elements;
    references += static_cast<int>(in->references.size());
    ++names[std::string{in->name.view()}];
    for (const document& each : in->children) count(each);
  }
};

constexpr int documents = 3000;
constexpr std::string_view text =
    "(book (title) (chapter (figure) (text (#figure) (#chapter))) (chapter (#book) (#title)))";

}  // namespace

int main() {
  channel parsed;
  channel resolved;
  summary total;

  std::thread parser{[&] {
    for (int i = 0; i != documents; ++i) {
      std::string_view rest = text;
      hand_on(parse(rest), parsed);
    }
    parsed.close();
  }};
  std::thread resolver{[&] {
    while (std::optional<document> next = parsed.receive()) {
      resolve(*next, *next);
      hand_on(std::move(*next), resolved);
    }
    resolved.close();
  }};
  std::thread counter{[&] {
    while (const std::optional<document> next = resolved.receive()) {
      ++total.documents;
      total.count(*next);
    }
    // The documents are cycles: the collector of this thread has ended most of them already.
    ouro::gc::collect();
  }};
  parser.join();
  resolver.join();
  counter.join();

  std::printf("%d documents, %d elements, %d references\n", total.documents, total.elements, total.references);
  for (const auto& [name, times] : total.names) std::printf("  %-8s %d\n", name.c_str(), times);

  // What a thread cannot hand on: a document of which it holds a part.
  std::string_view rest = text;
  document whole = parse(rest);
  const document chapter = whole->children[1];
  ouro::not_an_island why;
  const bool has_left = static_cast<bool>(ouro::heap::current().try_detach(std::move(whole), &why));
  std::printf("%s\n", why.what());
  const bool has_stayed = !has_left && whole != nullptr;  // NOLINT(bugprone-use-after-move): as it was
  return total.documents == documents && total.references == 4 * documents && has_stayed ? 0 : 1;
}
