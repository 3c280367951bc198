#include "hilo/pjrt/key_value.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "hilo/pjrt/key_value_callbacks.h"

namespace hilo::pjrt {
namespace {

std::string last_error;
PJRT_Error_Code last_code = PJRT_Error_Code_OK;
PJRT_Error some_error{};

// Stands for the plugin's maker of errors.
PJRT_Error* keep_error(PJRT_Error_Code code, const char* message, std::size_t size) {
  last_code = code;
  last_error.assign(message, size);
  return &some_error;
}

// A plugin's view of a store: only the C callbacks.
class KeyValue : public testing::Test {
 protected:
  KeyValue() {
    store_.put = [this](std::string_view key, std::string_view value) {
      values_.emplace(key, value);
    };
    store_.get = [this](std::string_view key, std::chrono::milliseconds timeout) {
      if (!values_.contains(std::string(key)))
        throw std::runtime_error("waited " + std::to_string(timeout.count()) + " ms");
      return values_.at(std::string(key));
    };
    store_.try_get = [this](std::string_view key) -> std::optional<std::string> {
      if (key == "odd") throw 7;
      const auto found = values_.find(std::string(key));
      return found == values_.end() ? std::nullopt : std::optional(found->second);
    };
    c::add_callbacks(args_, store_);
  }

  PJRT_Error* put(std::string_view key, std::string_view value) {
    PJRT_KeyValuePutCallback_Args call{};
    call.key = key.data();
    call.key_size = key.size();
    call.value = value.data();
    call.value_size = value.size();
    call.callback_error = &maker_;
    call.user_arg = args_.kv_put_user_arg;
    return args_.kv_put_callback(&call);
  }
  template <class Args, class Callback>
  std::string read(Callback callback, void* user, std::string_view key, PJRT_Error*& error,
                   Args call = {}) {
    call.key = key.data();
    call.key_size = key.size();
    call.callback_error = &maker_;
    call.user_arg = user;
    error = callback(&call);
    if (error != nullptr) return {};
    std::string value(call.value, call.value_size);
    call.value_deleter_callback(call.value);
    return value;
  }

  std::map<std::string, std::string> values_;
  KeyValueStore store_;
  PJRT_Client_Create_Args args_{};
  PJRT_CallbackError maker_ = keep_error;
};

TEST_F(KeyValue, ValuesGoInAndOut) {
  PJRT_Error* error = nullptr;
  ASSERT_EQ(put("id", std::string_view("a\0b", 3)), nullptr);
  EXPECT_EQ(read<PJRT_KeyValueGetCallback_Args>(args_.kv_get_callback, args_.kv_get_user_arg, "id",
                                                error),
            std::string("a\0b", 3));
  EXPECT_EQ(error, nullptr);
  ASSERT_EQ(put("none", ""), nullptr);
  EXPECT_EQ(read<PJRT_KeyValueTryGetCallback_Args>(args_.kv_try_get_callback,
                                                   args_.kv_try_get_user_arg, "none", error),
            "");
  EXPECT_EQ(error, nullptr);
}

TEST_F(KeyValue, WhatIsThrownBecomesAnError) {
  PJRT_Error* error = nullptr;
  PJRT_KeyValueGetCallback_Args call{};
  call.timeout_in_ms = 250;
  read(args_.kv_get_callback, args_.kv_get_user_arg, "absent", error, call);
  EXPECT_EQ(error, &some_error);
  EXPECT_EQ(last_error, "waited 250 ms");
  read<PJRT_KeyValueTryGetCallback_Args>(args_.kv_try_get_callback, args_.kv_try_get_user_arg,
                                         "odd", error);
  EXPECT_EQ(error, &some_error);
  EXPECT_EQ(last_code, PJRT_Error_Code_INTERNAL);
}

TEST_F(KeyValue, AbsentKeyIsNotFound) {
  PJRT_Error* error = nullptr;
  read<PJRT_KeyValueTryGetCallback_Args>(args_.kv_try_get_callback, args_.kv_try_get_user_arg,
                                         "absent", error);
  EXPECT_EQ(error, &some_error);
  EXPECT_EQ(last_code, PJRT_Error_Code_NOT_FOUND);
  EXPECT_EQ(last_error, "no such key: absent");
}

TEST(KeyValueStore, EmptyOneAddsNothing) {
  KeyValueStore store;
  PJRT_Client_Create_Args args{};
  c::add_callbacks(args, store);
  EXPECT_EQ(args.kv_get_callback, nullptr);
  EXPECT_EQ(args.kv_put_callback, nullptr);
  EXPECT_EQ(args.kv_try_get_callback, nullptr);
}

}  // namespace
}  // namespace hilo::pjrt
