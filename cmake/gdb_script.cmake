# The printers for GDB inside a program: `target_link_libraries(app PRIVATE ouro::gdb)` adds a source that lays them, as text, in
# the section from which GDB loads scripts. Empty where programs are not ELF.
#
# GDB runs such a text as one file, among the names of all others: so each part becomes a module of its own.
set(gdb_folder ${PROJECT_SOURCE_DIR}/packaging/debuggers/gdb)
file(GLOB gdb_parts CONFIGURE_DEPENDS ${gdb_folder}/ouro_gdb_parts/*.py)

function(ouro_python_module result name file)
  file(READ ${file} text)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(FIND "${text}" "'''" quoted)
  if(NOT quoted EQUAL -1)
    message(FATAL_ERROR "${file}: cannot be quoted, since it has ''' in it")
  endif()
  set(${result} "ouro_gdb_texts['${name}'] = r'''${text}'''\n" PARENT_SCOPE)
endfunction()

set(gdb_script [=[
import importlib.abc, importlib.util, sys
ouro_gdb_texts = {}
class ouro_gdb_finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, texts):
        self.texts = texts
    def find_spec(self, name, path=None, target=None):
        if name not in self.texts:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name == 'ouro_gdb_parts')
    def exec_module(self, module):
        exec(compile(self.texts[module.__name__], '<' + module.__name__ + '>', 'exec'), module.__dict__)
]=])
ouro_python_module(text ouro_gdb ${gdb_folder}/ouro_gdb.py)
string(APPEND gdb_script "${text}" "ouro_gdb_texts['ouro_gdb_parts'] = ''\n")
foreach(part ${gdb_parts})
  get_filename_component(name ${part} NAME_WE)
  ouro_python_module(text ouro_gdb_parts.${name} ${part})
  string(APPEND gdb_script "${text}")
endforeach()
# Another program of the session may have brought other versions.
string(APPEND gdb_script [=[
for ouro_gdb_name in ouro_gdb_texts:
    sys.modules.pop(ouro_gdb_name, None)
sys.meta_path.insert(0, ouro_gdb_finder(ouro_gdb_texts))
import ouro_gdb
del sys.meta_path[0]
]=])

# As the assembler quotes it.
string(REPLACE "\\" "\\\\" gdb_script "${gdb_script}")
string(REPLACE "\"" "\\\"" gdb_script "${gdb_script}")
string(REPLACE "\n" "\\n\"\n.ascii \"" gdb_script "${gdb_script}")
# The byte at the end stays whatever --gc-sections takes away, and the linker keeps the script with it.
set(gdb_script_source ${PROJECT_BINARY_DIR}/gdb/ouro_gdb_script.cpp)
file(CONFIGURE OUTPUT ${gdb_script_source} @ONLY CONTENT [=[
// Generated from ouro_gdb.py. GDB loads it from programs below an `add-auto-load-safe-path`.
#if defined(__ELF__)
__asm__(R"ouro(
.pushsection .debug_gdb_scripts, "MS", %progbits, 1
.byte 4
.ascii "ouro_gdb\n"
.ascii "@gdb_script@"
.byte 0
.popsection
.pushsection .rodata.ouro_gdb_script, "aR", %progbits
.byte 0
.popsection
)ouro");
#endif
]=])

add_library(ouro_gdb INTERFACE)
add_library(ouro::gdb ALIAS ouro_gdb)
set_target_properties(ouro_gdb PROPERTIES EXPORT_NAME gdb)
target_sources(ouro_gdb INTERFACE $<BUILD_INTERFACE:${gdb_script_source}>)
