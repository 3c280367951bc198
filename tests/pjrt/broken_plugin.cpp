// A plugin with one fault, chosen by a definition of its target.
#include <cstring>

#include "xla/pjrt/c/pjrt_c_api.h"

#ifndef NO_SYMBOL
namespace {

PJRT_Error the_error{};

void destroy_error(PJRT_Error_Destroy_Args*) {}
void tell_message(PJRT_Error_Message_Args* args) {
  args->message = "the licence server is on fire";
  args->message_size = std::strlen(args->message);
}
PJRT_Error* tell_code(PJRT_Error_GetCode_Args* args) {
  args->code = PJRT_Error_Code_UNAVAILABLE;
  return nullptr;
}
PJRT_Error* refuse_to_start(PJRT_Plugin_Initialize_Args*) { return &the_error; }

// Never to be called: a table of these passes the check for null functions.
PJRT_Error* nothing(void*) { return &the_error; }

PJRT_Api full_table() {
  PJRT_Api api{};
  auto* first = reinterpret_cast<char*>(&api.PJRT_Error_Destroy);
  auto* end = reinterpret_cast<char*>(&api) + sizeof(api);
  PJRT_Error* (*function)(void*) = nothing;
  for (char* slot = first; slot < end; slot += sizeof(function))
    std::memcpy(slot, &function, sizeof(function));
  api.struct_size = PJRT_Api_STRUCT_SIZE;
  api.pjrt_api_version.struct_size = PJRT_Api_Version_STRUCT_SIZE;
  api.pjrt_api_version.major_version = PJRT_API_MAJOR;
  api.pjrt_api_version.minor_version = PJRT_API_MINOR;
  api.PJRT_Error_Destroy = destroy_error;
  api.PJRT_Error_Message = tell_message;
  api.PJRT_Error_GetCode = tell_code;
  api.PJRT_Plugin_Initialize = refuse_to_start;
  return api;
}

}  // namespace

extern "C" const PJRT_Api* GetPjrtApi() {
  static PJRT_Api api = full_table();
#if defined(NULL_TABLE)
  return nullptr;
#elif defined(SHORT_TABLE)
  api.struct_size = 16;
#elif defined(WRONG_MAJOR)
  api.pjrt_api_version.major_version = 7;
#elif defined(OLD_MINOR)
  api.pjrt_api_version.minor_version = 44;
#elif defined(NULL_FUNCTIONS)
  api.PJRT_Client_Compile = nullptr;
  api.PJRT_Buffer_ReadyEvent = nullptr;
#endif
  return &api;
}
#else
extern "C" int not_a_plugin() { return 0; }
#endif
