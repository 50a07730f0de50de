// A plugin is given back while what it has made lives on: its code stays as long as it is needed. The program knows no
// more of the library than it needs for itself, so that there are types and state of which the plugin has the only
// code.
#include "shared_objects/load.hpp"
#include "shared_objects/side.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace {

using namespace ouro::test;
using ouro::gc;

/// A plugin that no other test has loaded.
class fresh_plugin {
 public:
  fresh_plugin() {
    static int made = 0;
    path_ = std::string{OURO_TEST_LEFT} + '.' + std::to_string(++made);
    std::filesystem::copy_file(OURO_TEST_LEFT, path_, std::filesystem::copy_options::overwrite_existing);
    plugin_ = load(path_.c_str());
  }
  fresh_plugin(const fresh_plugin&) = delete;
  fresh_plugin& operator=(const fresh_plugin&) = delete;
  ~fresh_plugin() { std::filesystem::remove(path_); }

  [[nodiscard]] const side& table() const { return *plugin_.entry("left_side")(); }
  void unload() const { plugin_.unload(); }
  [[nodiscard]] bool is_loaded() const { return ouro::test::is_loaded(path_.c_str()); }

 private:
  std::string path_;
  plugin plugin_{};
};

}  // namespace

TEST_CASE("unloading: a plugin that has made no object goes") {
  const fresh_plugin plugin;
  plugin.table().see();
  plugin.unload();
  CHECK_FALSE(plugin.is_loaded());
}

TEST_CASE("unloading: so does one that has made objects of types that the program has made before") {
  std::string log;
  ouro::make<node>(&log, 'a');
  const fresh_plugin plugin;
  auto made = plugin.table().make(log, 'b');
  plugin.unload();
  CHECK_FALSE(plugin.is_loaded());
  made->edges = {made};
  made = nullptr;
  CHECK(gc::collect() == 1);
  CHECK(log == "ab");
}

TEST_CASE("unloading: objects outlive the handle of the plugin that knows their types") {
  std::string log;
  const fresh_plugin plugin;
  auto known = plugin.table().make_own(log);
  auto hidden = plugin.table().make_hidden(log, 'h');
  plugin.unload();
  CHECK(plugin.is_loaded());
  CHECK(known->maker() == "left");
  known = nullptr;
  hidden = nullptr;
  CHECK(log == "lefth");
}

TEST_CASE("unloading: candidates of its types are traced and destroyed") {
  gc::collect();
  std::string log;
  const fresh_plugin plugin;
  {
    const auto a = plugin.table().make_own(log);
    const auto b = plugin.table().make_own(log);
    a->edges = {b};
    b->edges = {a};
  }
  plugin.unload();
  CHECK(gc::collect() == 2);
  CHECK(log == "leftleft");
}

TEST_CASE("unloading: collectors and counters that it alone knows are part of each heap") {
  ouro::heap guest;
  {
    const ouro::heap::scope in{guest};
    const fresh_plugin plugin;
    auto young = plugin.table().make_young();
    auto limited = plugin.table().make_limited(1);
    plugin.unload();
    CHECK(plugin.is_loaded());
    limited = nullptr;
  }
  {
    ouro::heap other;
    const ouro::heap::scope in{other};
    const ouro::heap::scope again{guest};
  }
  guest = ouro::heap{};
}

TEST_CASE("unloading: what it has interned, and the names it has given to attributes") {
  const fresh_plugin plugin;
  const auto value = plugin.table().intern_value("a value of some length");
  const auto text = plugin.table().intern("a word of some length");
  const auto named = plugin.table().name_attributes();
  plugin.unload();
  CHECK(*value == "a value of some length");
  CHECK(ouro::interned_string{"a word of some length"} == text);
  ouro::attributes<int> here;
  here[ouro::interned_string{"width"}] = 3;
  here[ouro::interned_string{"height"}] = 4;
  CHECK(here.has_shape_of(named));
}

TEST_CASE("unloading: a thread ends that had its heap from the plugin") {
  std::mutex mutex;
  std::condition_variable changed;
  int stage = 0;
  const auto reach = [&](int next) {
    const std::lock_guard lock{mutex};
    stage = next;
    changed.notify_all();
  };
  const auto wait_for = [&](int wanted) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return stage == wanted; });
  };
  std::string log;
  const fresh_plugin plugin;
  std::thread thread{[&] {
    {
      const auto a = plugin.table().make_own(log);
      a->edges = {a};
      plugin.table().make_biased();
      plugin.table().make_young();
    }
    reach(1);
    wait_for(2);
  }};
  wait_for(1);
  plugin.unload();
  reach(2);
  thread.join();
  CHECK(log == "left");
}
