#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

/// A program whose functions have names of the library's, and are called unqualified.
namespace users {

struct node {
  ouro::ptr<node> next;
};

template <class T>
std::string id(const T&) {
  return "users::id";
}
template <class T, class U>
std::string is(const T&, const U&) {
  return "users::is";
}
template <class T>
std::string type_name(const T&) {
  return "users::type_name";
}
template <class T>
std::string type_name() {
  return "users::type_name<T>";
}
template <class T>
std::string size_of(const T&) {
  return "users::size_of";
}
template <class T>
std::string deep_size_of(const T&) {
  return "users::deep_size_of";
}
template <class T>
std::string ref_count(const T&) {
  return "users::ref_count";
}
template <class T>
std::string copy(const T&) {
  return "users::copy";
}
template <class T>
std::string deepcopy(const T&) {
  return "users::deepcopy";
}
template <class T>
std::string intern(const T&) {
  return "users::intern";
}
template <class T>
std::string immortalize(const T&) {
  return "users::immortalize";
}
template <class T>
std::string is_immortal(const T&) {
  return "users::is_immortal";
}
template <class T, class Function>
std::string finalize(const T&, Function) {
  return "users::finalize";
}
template <class T, class... Args>
std::string make(Args&&...) {
  return "users::make";
}
template <class T, class... Args>
std::string make_managed(Args&&...) {
  return "users::make_managed";
}
template <class... Args>
std::string make_tuple(Args&&...) {
  return "users::make_tuple";
}
template <class T>
std::string managed_from_this(T*) {
  return "users::managed_from_this";
}

template <class Object>
void check_all_are_users(const Object& object) {
  CHECK(id(object) == "users::id");
  CHECK(is(object, object) == "users::is");
  CHECK(type_name(object) == "users::type_name");
  CHECK(type_name<Object>() == "users::type_name<T>");
  CHECK(size_of(object) == "users::size_of");
  CHECK(deep_size_of(object) == "users::deep_size_of");
  CHECK(ref_count(object) == "users::ref_count");
  CHECK(copy(object) == "users::copy");
  CHECK(deepcopy(object) == "users::deepcopy");
  CHECK(intern(object) == "users::intern");
  CHECK(immortalize(object) == "users::immortalize");
  CHECK(is_immortal(object) == "users::is_immortal");
  CHECK(finalize(object, [] {}) == "users::finalize");
  CHECK(make<Object>(object) == "users::make");
  CHECK(make_managed<Object>(object) == "users::make_managed");
  CHECK(managed_from_this(&object) == "users::managed_from_this");
}

}  // namespace users

TEST_CASE("functions of a program are called for managed objects although the library has some of these names") {
  const auto node = ouro::make<users::node>();
  users::check_all_are_users(node);
  CHECK(make_tuple(node, 1) == "users::make_tuple");
  users::check_all_are_users(ouro::small_int{7});
  users::check_all_are_users(ouro::interned_string{"text"});
  users::check_all_are_users(ouro::interned<std::string>{"text"});
}

TEST_CASE("functions of the library are called by their whole names, or by a using-declaration") {
  const auto object = ouro::make<users::node>();
  const auto same = object;
  {
    using ouro::is;
    using ouro::type_name;
    CHECK(is(object, same));
    CHECK(type_name(object) == type_name<users::node>());
  }
  CHECK(ouro::id(object) == ouro::id(same));
  CHECK(ouro::ref_count(object) == 2);
  CHECK(ouro::size_of(object) == sizeof(users::node) + 8);
  CHECK(ouro::deep_size_of(object) == ouro::size_of(object));
  CHECK(ouro::copy(object) != object);
  CHECK(ouro::deepcopy(object) != object);
  CHECK(ouro::intern(std::string{"text"}) == ouro::intern(std::string{"text"}));
  CHECK_FALSE(ouro::is_immortal(object));
  CHECK(ouro::managed_from_this(object.get()) == object);
  CHECK(ouro::make<users::node>(object)->next == object);
  CHECK(ouro::make_managed<users::node, ouro::atomic_refcount, ouro::no_collector>() != nullptr);
  const ouro::small_int number{7};
  using namespace ouro;
  CHECK(id(number) == ouro::id(number));
  CHECK(is(number, small_int{7}));
  CHECK(type_name<users::node>() == "users::node");
}

TEST_CASE("a small_int is printed by its value, whether it is in the table or not") {
  std::ostringstream out;
  out << ouro::small_int{-5} << ' ' << ouro::small_int{1LL << 40};
  CHECK(out.str() == "-5 1099511627776");
}
