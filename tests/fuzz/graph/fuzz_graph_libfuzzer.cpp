// The programs of the graph fuzzer as libFuzzer finds them, by what of the library they execute. The first byte says
// under which bundle of policies the others run. What fails is shrunk by `-minimize_crash=1`, and printed as C++ by
// this program if OURO_FUZZ_PRINT is set.

#include <fuzz/graph/as_cpp.hpp>
#include <fuzz/graph/bundles.hpp>
#include <fuzz/graph/bytecode.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ouro::fuzz;
  if (size == 0) return 0;
  const std::size_t wanted = bytes[0] % (local_bundles().size() + shared_bundles().size());
  const bundle& under =
      wanted < local_bundles().size() ? local_bundles()[wanted] : shared_bundles()[wanted - local_bundles().size()];
  const program found = program_of_bytes(bytes + 1, size - 1);
  static const bool is_printed = std::getenv("OURO_FUZZ_PRINT") != nullptr;
  if (is_printed) std::printf("%s", as_cpp(under, found).c_str());
  under.run(found);
  return 0;
}
