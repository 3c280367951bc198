# Everything comes from Debian packages, but for the PJRT and FFI C headers, which cmake/setup.sh fetches into the cache.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
add_library(hilo_zstd ALIAS PkgConfig::ZSTD)
add_library(hilo_webp ALIAS PkgConfig::WEBP)

if(DEFINED ENV{HILO_CACHE})
  set(hilo_default_cache $ENV{HILO_CACHE})
else()
  set(hilo_default_cache $ENV{HOME}/.cache/hilo)
endif()
set(HILO_CACHE_DIR ${hilo_default_cache} CACHE PATH "Where cmake/setup.sh keeps what it downloads")
if(NOT HILO_PJRT_HEADERS)   # the folder that holds xla/pjrt/c/pjrt_c_api.h
  set(HILO_PJRT_HEADERS ${HILO_CACHE_DIR}/pypjrt-0.1.1/vendor)
endif()
if(NOT EXISTS ${HILO_PJRT_HEADERS}/xla/pjrt/c/pjrt_c_api.h)
  message(FATAL_ERROR "PJRT headers not found in ${HILO_PJRT_HEADERS}: run cmake/setup.sh (or `make build`)")
endif()
add_library(hilo_pjrt_headers INTERFACE)
target_include_directories(hilo_pjrt_headers SYSTEM INTERFACE $<BUILD_INTERFACE:${HILO_PJRT_HEADERS}>
                                                              $<INSTALL_INTERFACE:include/hilo_pjrt>)
# Their tables name each member as the member's type, which g++ refuses under -Wpedantic. With -Werror our own sources
# are held to the rule all the same.
target_compile_options(hilo_pjrt_headers INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpermissive>)
