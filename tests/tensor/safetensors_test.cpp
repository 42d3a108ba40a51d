// Files written by hand: what is read, and what a damaged or hostile one gets.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/safetensors.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace wattention {
namespace {

class Safetensors : public ::testing::Test {
 protected:
  std::string write(const std::string& header, const std::string& data,
                    std::optional<std::uint64_t> length = std::nullopt) const {
    std::ofstream file(path_, std::ios::binary);
    const std::uint64_t stated = length.value_or(header.size());
    file.write(reinterpret_cast<const char*>(&stated), sizeof stated);
    file << header << data;
    return path_;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string refusal(const std::string& header, const std::string& data,
                      std::optional<std::uint64_t> length = std::nullopt) const {
    try {
      load_safetensors(write(header, data, length));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      std::string text = error.what();
      const std::size_t at = text.find(path_);
      return at == text.npos ? text : text.replace(at, path_.size(), "FILE");
    }
    return "none";
  }

  const std::string path_ = ::testing::TempDir() + "wattention_test.safetensors";
};

TEST_F(Safetensors, ReadsTensorsByName) {
  const float values[] = {1, 2, 3, 4, 5, 6};
  std::string data(sizeof values, '\0');
  std::memcpy(data.data(), values, sizeof values);
  data += std::string("\x01\x00", 2);
  const auto found = load_safetensors(write(
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("b":{"dtype":"BOOL","shape":[2],"data_offsets":[24,26]},)"
      R"("c":{"dtype":"BF16","shape":[0,7],"data_offsets":[26,26]}} )",
      data));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found.at("a").shape(), (Shape{2, 3}));
  EXPECT_EQ(found.at("a").values<float>()[5], 6);
  EXPECT_EQ(found.at("b").values<std::uint8_t>()[0], 1);
  EXPECT_EQ(found.at("c").shape(), (Shape{0, 7}));
}

TEST_F(Safetensors, DamagedAndHostileFilesAreOneSentence) {
  const std::string data(24, '\0');
  EXPECT_EQ(refusal("{", data),
            "[safetensors] expected a JSON object as the header of 'FILE'; found none");
  EXPECT_EQ(refusal("{}", "", 1'000'000),
            "[safetensors] expected a header of at most 2 bytes in 'FILE'; found 1000000");
  EXPECT_EQ(
      refusal("{}", "", ~std::uint64_t{0}),
      "[safetensors] expected a header of at most 2 bytes in 'FILE'; found 18446744073709551615");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"F8_E4M3","shape":[24],"data_offsets":[0,24]}})", data),
            "[safetensors] expected F64, F32, BF16, F16, U32, I32, U16, U8 or BOOL of 'a' in "
            "'FILE'; found F8_E4M3");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"F32","shape":[7],"data_offsets":[0,24]}})", data),
            "[safetensors] expected 28 bytes of 'a' within the 24 of 'FILE'; found 0 to 24");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[8,32]}})", data),
            "[safetensors] expected 24 bytes of 'a' within the 24 of 'FILE'; found 8 to 32");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},)"
                    R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                    data),
            "[safetensors] expected tensors that share no bytes in 'FILE'; found 'b' over others");
  for (const char* entry :
       {"3", R"({"dtype":"F32"})", R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})",
        R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})",
        R"({"dtype":4,"shape":[1],"data_offsets":[0,4]})",
        R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"})
    EXPECT_EQ(
        refusal(std::string(R"({"a":)") + entry + "}", data),
        "[safetensors] expected a dtype, a shape and data_offsets of 'a' in 'FILE'; found others")
        << entry;
  EXPECT_THROW(
      load_safetensors(write(
          R"({"a":{"dtype":"F32","shape":[288230376151711743,288230376151711743],"data_offsets":[0,24]}})",
          data)),
      Error);
}

TEST_F(Safetensors, AMissingFileIsAbsent) {
  try {
    load_safetensors(path_ + ".none");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::absent);
  }
}

}  // namespace
}  // namespace wattention
