# `cmake --install`: headers, rooms as static libraries, and what find_package(hilo) needs. Targets: hilo::hilo (all of it)
# and hilo::<room>. Header-only use of the rooms' private libraries is resolved by hiloConfig.cmake.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(hilo_all INTERFACE)
set_target_properties(hilo_all PROPERTIES EXPORT_NAME hilo)
target_link_libraries(hilo_all INTERFACE hilo_models)
set_target_properties(hilo_flags PROPERTIES EXPORT_NAME flags)
set_target_properties(hilo_pjrt_headers PROPERTIES EXPORT_NAME pjrt_headers)

get_property(rooms GLOBAL PROPERTY HILO_ROOMS)
install(TARGETS ${rooms} hilo_all hilo_flags hilo_pjrt_headers EXPORT hiloTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT hiloTargets NAMESPACE hilo:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hilo)
install(DIRECTORY hilo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
# The PJRT and FFI headers, for hilo/custom_call.h, beside Hilo's own, with their licence.
install(DIRECTORY ${HILO_PJRT_HEADERS}/xla DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hilo_pjrt FILES_MATCHING PATTERN "*.h")
install(FILES ${HILO_PJRT_HEADERS}/../LICENSE DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hilo_pjrt OPTIONAL)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(cmake/hiloConfig.cmake.in ${CMAKE_BINARY_DIR}/hiloConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hilo)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/hiloConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/hiloConfig.cmake ${CMAKE_BINARY_DIR}/hiloConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hilo)
