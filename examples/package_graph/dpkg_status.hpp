#pragma once
/// \file
/// Reads a Debian package database (deb-control(5), dpkg's `status`, apt's `Packages`) into plain records.

#include "relation.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace package_graph {

struct package_record {
  std::string name;
  std::string version;
  std::string architecture;
  std::string section;                ///< may be empty
  std::vector<alternatives> depends;  ///< of Pre-Depends and Depends: each wants one of its alternatives
  std::vector<relation> provides;     ///< the virtual packages that it stands for
};

struct package_database {
  std::string file;
  std::size_t described = 0;             ///< stanzas in the file
  std::vector<package_record> packages;  ///< those whose files are on the machine, in the order of the file
};

/// Packages that are removed, half removed or never were installed are left out. A stanza without Status, as apt's
/// lists have them, counts as installed, so that these files can be read too.
/// \throws input_error with file and line, if the file cannot be read or is not what it should be
package_database read_dpkg_status(const std::string& file);

/// The same for text that is already read; the file's name is for messages.
package_database parse_dpkg_status(std::string_view text, const std::string& file);

}  // namespace package_graph
