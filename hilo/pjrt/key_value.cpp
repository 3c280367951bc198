#include "hilo/pjrt/key_value.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "hilo/pjrt/key_value_callbacks.h"

namespace hilo::pjrt::c {
namespace {

// The plugin's way to make an error of a callback's failure.
PJRT_Error* fail(PJRT_CallbackError* make, PJRT_Error_Code code, std::string_view text) noexcept {
  return (*make)(code, text.data(), text.size());
}

// Runs `body`; what it throws becomes the plugin's error.
template <class F>
PJRT_Error* guarded(PJRT_CallbackError* make, F body) noexcept {
  try {
    return body();
  } catch (const std::exception& e) {
    return fail(make, PJRT_Error_Code_INTERNAL, e.what());
  } catch (...) {
    return fail(make, PJRT_Error_Code_INTERNAL,
                "the key-value store threw something that is no std::exception");
  }
}

char* copy_of(const std::string& text) {
  char* bytes = new char[std::max<std::size_t>(text.size(), 1)];
  std::memcpy(bytes, text.data(), text.size());
  return bytes;
}

void free_copy(char* bytes) { delete[] bytes; }

PJRT_Error* put(PJRT_KeyValuePutCallback_Args* args) noexcept {
  return guarded(args->callback_error, [&]() -> PJRT_Error* {
    static_cast<const KeyValueStore*>(args->user_arg)
        ->put({args->key, args->key_size}, {args->value, args->value_size});
    return nullptr;
  });
}

PJRT_Error* get(PJRT_KeyValueGetCallback_Args* args) noexcept {
  return guarded(args->callback_error, [&]() -> PJRT_Error* {
    const std::string value =
        static_cast<const KeyValueStore*>(args->user_arg)
            ->get({args->key, args->key_size}, std::chrono::milliseconds(args->timeout_in_ms));
    args->value = copy_of(value);
    args->value_size = value.size();
    args->value_deleter_callback = free_copy;
    return nullptr;
  });
}

PJRT_Error* try_get(PJRT_KeyValueTryGetCallback_Args* args) noexcept {
  return guarded(args->callback_error, [&]() -> PJRT_Error* {
    const std::string_view key{args->key, args->key_size};
    const auto value = static_cast<const KeyValueStore*>(args->user_arg)->try_get(key);
    if (!value)
      return fail(args->callback_error, PJRT_Error_Code_NOT_FOUND,
                  "no such key: " + std::string(key));
    args->value = copy_of(*value);
    args->value_size = value->size();
    args->value_deleter_callback = free_copy;
    return nullptr;
  });
}

}  // namespace

void add_callbacks(PJRT_Client_Create_Args& args, KeyValueStore& store) {
  if (!store) return;
  args.kv_put_callback = put;
  args.kv_put_user_arg = &store;
  args.kv_get_callback = get;
  args.kv_get_user_arg = &store;
  if (!store.try_get) return;
  args.kv_try_get_callback = try_get;
  args.kv_try_get_user_arg = &store;
}

}  // namespace hilo::pjrt::c
