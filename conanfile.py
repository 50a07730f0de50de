import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rm, rmdir

required_conan_version = ">=2.0"


class OuroConan(ConanFile):
    name = "ouro"
    license = "MIT"
    description = "Reference-counted pointers with a cycle collector and pool allocation, as policies: a header-only C++20 library"
    topics = ("memory", "garbage-collection", "smart-pointer", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "packaging/debuggers/*", "LICENSE"
    no_copy_source = True

    def set_version(self):
        config = load(self, os.path.join(self.recipe_folder, "include", "ouro", "config.hpp"))
        self.version = ".".join(re.findall(r"#define OURO_VERSION_\w+ (\d+)", config))

    def layout(self):
        cmake_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for option in ("TESTS", "EXAMPLES", "BENCHMARKS"):
            toolchain.cache_variables[f"OURO_BUILD_{option}"] = False
        toolchain.cache_variables["OURO_INSTALL"] = True
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        # Conan writes its own package files; what debuggers read stays.
        share = os.path.join(self.package_folder, "share")
        rm(self, "*.cmake", os.path.join(share, "ouro"))
        rmdir(self, os.path.join(share, "pkgconfig"))
        rmdir(self, os.path.join(share, "doc"))

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "ouro")
        self.cpp_info.set_property("cmake_target_name", "ouro::ouro")
        self.cpp_info.set_property("pkg_config_name", "ouro")
