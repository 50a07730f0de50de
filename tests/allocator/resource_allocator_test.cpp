#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory_resource>
#include <new>

namespace {

/// Counts what it passes on.
class counting_resource final : public std::pmr::memory_resource {
 public:
  std::size_t used = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    used += bytes;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    used -= bytes;
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

TEST_CASE("resource_allocator: a block goes back to the resource that it came from, whichever is chosen by then") {
  using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::resource_allocator>;
  counting_resource outer;
  counting_resource inner;
  memory::ptr<long> from_inner;
  {
    const ouro::resource_allocator::scope a{&outer};
    const auto from_outer = memory::make<long>(1);
    CHECK(outer.used == 24);
    {
      const ouro::resource_allocator::scope b{&inner};
      from_inner = memory::make<long>(2);
      CHECK(inner.used == 24);
    }
    const auto second = memory::make<long>(3);
    CHECK(outer.used == 48);
  }
  CHECK(outer.used == 0);
  CHECK(*from_inner == 2);
  from_inner.reset();
  CHECK(inner.used == 0);
  std::pmr::monotonic_buffer_resource none{std::pmr::null_memory_resource()};
  const ouro::resource_allocator::scope exhausted{std::pmr::null_memory_resource()};
  CHECK_THROWS_AS(memory::make<long>(4), std::bad_alloc);
}
