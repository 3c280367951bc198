# A room is a folder under hilo/: one static library, hilo_<room>, of every .cpp in it and in its folders.

add_library(hilo_flags INTERFACE)
target_include_directories(hilo_flags INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>
                                                $<INSTALL_INTERFACE:include>)
target_compile_features(hilo_flags INTERFACE cxx_std_20)

# Warnings are for our own sources, not for those who link the library.
add_library(hilo_warnings INTERFACE)
target_compile_options(hilo_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  $<$<CXX_COMPILER_ID:GNU>:-Werror>   # clang, for `make fuzz`, has opinions of its own on g++'s library
  # g++ 12 sees overlaps in std::string that are not there (its bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()
# Source locations in errors and in StableHLO are relative to the project; ccache makes paths relative to the build folder.
cmake_path(RELATIVE_PATH CMAKE_SOURCE_DIR BASE_DIRECTORY ${CMAKE_BINARY_DIR} OUTPUT_VARIABLE hilo_source_from_build)
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/= -fmacro-prefix-map=${hilo_source_from_build}/=)

# hilo_room(name LINK PUBLIC targets.. PRIVATE targets..)
function(hilo_room name)
  cmake_parse_arguments(ROOM "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/hilo/${name}/*.cpp)
  set(target hilo_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    target_link_libraries(${target} PUBLIC hilo_flags PRIVATE $<BUILD_INTERFACE:hilo_warnings>)
    if(ROOM_LINK)
      target_link_libraries(${target} ${ROOM_LINK})
    endif()
    set_property(GLOBAL APPEND PROPERTY HILO_ROOMS ${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE hilo_flags)
  endif()
endfunction()

# hilo_text_source(room file name): the text of a file of the room, as `extern const char* const hilo::<room>::<name>`.
function(hilo_text_source TEXT_ROOM file TEXT_NAME)
  set(TEXT_FILE hilo/${TEXT_ROOM}/${file})
  file(READ ${CMAKE_SOURCE_DIR}/${TEXT_FILE} TEXT)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${TEXT_FILE})
  set(source ${CMAKE_BINARY_DIR}/generated/${TEXT_NAME}.cpp)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/text_source.cpp.in ${source} @ONLY)
  target_sources(hilo_${TEXT_ROOM} PRIVATE ${source})
endfunction()
