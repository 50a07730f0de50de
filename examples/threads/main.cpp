// Several threads index documents in one shared graph. Documents know their words, words know the documents that they
// occur in, and both know the volume that holds them: cycles everywhere. Volumes are closed and dropped while the
// threads go on, and collections take them away.

#include <ouro/ouro.hpp>
#include <ouro/threads.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

using mem = ouro::shared_memory;

struct document;
struct volume;

struct word {
  std::string text;
  mem::ptr<volume> in;
  std::vector<mem::ptr<document>> occurs_in;
};

/// How many documents there are, garbage included.
struct census {
  static inline std::atomic<int> documents = 0;
  census() { ++documents; }
  census(const census&) = delete;
  census& operator=(const census&) = delete;
  ~census() { --documents; }
};

struct document {
  int number = 0;
  mem::ptr<volume> in;
  std::vector<mem::ptr<word>> words;
  census counted{};
};

struct volume {
  std::unordered_map<std::string, mem::ptr<word>> words;
  std::vector<mem::ptr<document>> documents;
};

constexpr int indexers = 3;
constexpr int documents = 60'000;
constexpr std::size_t documents_of_volume = 2'000;
constexpr int words_of_document = 24;

/// The volume that is written, and the last one that was closed; those before are garbage.
class library {
 public:
  /// Indexes a document. Any thread may call it.
  void add(int number, const std::vector<std::string>& texts) {
    auto made = mem::make<document>(number);  // a collection may begin here, or another thread's may pass
    const std::lock_guard lock{mutex_};
    if (current_ == nullptr || current_->documents.size() == documents_of_volume) {
      closed_ = current_;
      current_ = mem::make<volume>();
    }
    made->in = current_;
    for (const std::string& text : texts) {
      mem::ptr<word>& known = current_->words[text];
      if (known == nullptr) known = mem::make<word>(text, current_);
      known->occurs_in.push_back(made);
      made->words.push_back(known);
    }
    current_->documents.push_back(made);
    ++added_;
  }

  [[nodiscard]] int added() const { return added_; }

  void close() {
    current_.reset();
    closed_.reset();
  }

 private:
  ouro::mutex mutex_;  // a thread that waits for it lets collections pass
  mem::ptr<volume> current_;
  mem::ptr<volume> closed_;
  std::atomic<int> added_ = 0;
};

/// Stands for reading a file: some common words and some rare ones.
std::vector<std::string> words_of(int number) {
  std::mt19937 random{static_cast<std::uint32_t>(number)};
  std::vector<std::string> words;
  for (int i = 0; i != words_of_document; ++i) {
    const bool is_common = random() % 4 != 0;
    words.push_back("word " + std::to_string(random() % (is_common ? 200u : 5'000u)));
  }
  return words;
}

void index_documents(library& into, std::atomic<int>& next) {
  const ouro::thread_scope me{"indexer"};
  for (int number = next++; number < documents; number = next++) into.add(number, words_of(number));
}

void print_row(const library& of) {
  const ouro::gc_stats stats = mem::gc::stats();
  std::printf("%9d %16d %12zu %18zu %9zu\n", of.added(), census::documents.load(), stats.automatic_collections,
              stats.collected, stats.given_up);
}

}  // namespace

int main() {
  library shared;
  std::atomic<int> next = 0;
  std::puts("documents   of these left  collections  objects collected  given up");
  std::vector<std::thread> threads;
  for (int i = 0; i != indexers; ++i) threads.emplace_back([&] { index_documents(shared, next); });
  while (shared.added() != documents) {
    {
      const ouro::blocking asleep;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    print_row(shared);
  }
  {
    const ouro::blocking until_they_end;
    for (std::thread& each : threads) each.join();
  }
  shared.close();
  mem::gc::collect();
  print_row(shared);
}
