#pragma once
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "xla/pjrt/c/pjrt_c_api.h"

namespace bench {

/// The PJRT C API with nothing around it: what any framework on the same plugin pays at least.
class BarePlugin {
 public:
  explicit BarePlugin(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) fail(dlerror());
    api_ = reinterpret_cast<const PJRT_Api* (*)()>(dlsym(library, "GetPjrtApi"))();
    auto initialize = args<PJRT_Plugin_Initialize_Args>();
    check(api_->PJRT_Plugin_Initialize(&initialize));
    auto create = args<PJRT_Client_Create_Args>();
    check(api_->PJRT_Client_Create(&create));
    client_ = create.client;
    auto devices = args<PJRT_Client_AddressableDevices_Args>();
    devices.client = client_;
    check(api_->PJRT_Client_AddressableDevices(&devices));
    device_ = devices.addressable_devices[0];
  }

  PJRT_LoadedExecutable* compile(std::string text) {
    // CompileOptionsProto{executable_build_options{device_ordinal: -1, num_replicas: 1, num_partitions: 1}}
    const std::string options("\x1A\x0F\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x20\x01\x28\x01", 17);
    auto program = args<PJRT_Program>();
    program.code = text.data();
    program.code_size = text.size();
    program.format = "mlir";
    program.format_size = 4;
    auto compile = args<PJRT_Client_Compile_Args>();
    compile.client = client_;
    compile.program = &program;
    compile.compile_options = options.data();
    compile.compile_options_size = options.size();
    check(api_->PJRT_Client_Compile(&compile));
    return compile.executable;
  }

  PJRT_Buffer* upload(const float* data, std::int64_t count) {
    auto a = args<PJRT_Client_BufferFromHostBuffer_Args>();
    a.client = client_;
    a.data = data;
    a.type = PJRT_Buffer_Type_F32;
    a.dims = &count;
    a.num_dims = 1;
    a.device = device_;
    a.host_buffer_semantics = PJRT_HostBufferSemantics_kImmutableOnlyDuringCall;
    check(api_->PJRT_Client_BufferFromHostBuffer(&a));
    auto destroy = args<PJRT_Event_Destroy_Args>();
    destroy.event = a.done_with_host_buffer;
    check(api_->PJRT_Event_Destroy(&destroy));
    return a.buffer;
  }

  /// One argument, one result.
  PJRT_Buffer* execute(PJRT_LoadedExecutable* executable, PJRT_Buffer* argument) {
    PJRT_Buffer* result = nullptr;
    PJRT_Buffer* const* arguments = &argument;
    PJRT_Buffer** results = &result;
    auto options = args<PJRT_ExecuteOptions>();
    auto a = args<PJRT_LoadedExecutable_Execute_Args>();
    a.executable = executable;
    a.options = &options;
    a.argument_lists = &arguments;
    a.num_devices = 1;
    a.num_args = 1;
    a.output_lists = &results;
    check(api_->PJRT_LoadedExecutable_Execute(&a));
    return result;
  }

  void read(PJRT_Buffer* buffer, float* data, std::int64_t count) {
    auto a = args<PJRT_Buffer_ToHostBuffer_Args>();
    a.src = buffer;
    a.dst = data;
    a.dst_size = static_cast<std::size_t>(count) * sizeof(float);
    check(api_->PJRT_Buffer_ToHostBuffer(&a));
    auto await = args<PJRT_Event_Await_Args>();
    await.event = a.event;
    check(api_->PJRT_Event_Await(&await));
    auto destroy = args<PJRT_Event_Destroy_Args>();
    destroy.event = a.event;
    check(api_->PJRT_Event_Destroy(&destroy));
  }

  void destroy(PJRT_Buffer* buffer) {
    auto a = args<PJRT_Buffer_Destroy_Args>();
    a.buffer = buffer;
    check(api_->PJRT_Buffer_Destroy(&a));
  }

 private:
  template <class T>
  static T args() {
    T a = T();
    a.struct_size = sizeof(T);
    return a;
  }
  [[noreturn]] static void fail(const char* why) {
    std::fprintf(stderr, "bare plugin: %s\n", why);
    std::exit(1);
  }
  void check(PJRT_Error* error) {
    if (error == nullptr) return;
    auto message = args<PJRT_Error_Message_Args>();
    message.error = error;
    api_->PJRT_Error_Message(&message);
    fail(std::string(message.message, message.message_size).c_str());
  }

  const PJRT_Api* api_ = nullptr;
  PJRT_Client* client_ = nullptr;
  PJRT_Device* device_ = nullptr;
};

}  // namespace bench
