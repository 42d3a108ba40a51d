// .npy files against NumPy's own (tests/golden/npy), and against heads that no honest program writes.
#include <wattention/npy.h>

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tensor/npy_decode.h"

namespace wattention {
namespace {

namespace fs = std::filesystem;

const fs::path golden = fs::path(WATTENTION_SOURCE_DIR) / "tests/golden/npy";

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Tensor parse(const std::string& text) {
  return parse_npy(std::as_bytes(std::span(text)), "x.npy");
}

// A version 1 file around any dict, honest or not.
std::string file_of(const std::string& dict, const std::string& elements) {
  const auto low = static_cast<char>(dict.size() & 0xff),
             high = static_cast<char>(dict.size() >> 8);
  return std::string("\x93NUMPY\x01\x00", 8) + low + high + dict + elements;
}

std::string dict_of(const std::string& shape) {
  return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

std::string refusal(const std::string& text) {
  try {
    parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "accepted";
}

TEST(Npy, ReadsWhatNumpyWrites) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(golden)) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("good_")) continue;
    const Tensor tensor = load_npy(entry.path().string());
    EXPECT_EQ(tensor.dtype(), name.starts_with("good_f8") ? DType::f64 : DType::f32) << name;
    const Tensor values = tensor.to(DType::f64);
    for (std::int64_t i = 0; i < values.numel(); ++i)
      ASSERT_EQ(values.values<double>()[static_cast<std::size_t>(i)],
                0.25 * static_cast<double>(i) - 3)
          << name << " at " << i;
    ++files;
  }
  EXPECT_EQ(files, 19);
  EXPECT_EQ(load_npy((golden / "good_f4_big_f.npy").string()).shape(), Shape({2, 3, 4}));
  EXPECT_EQ(load_npy((golden / "good_rank0.npy").string()).rank(), 0);
  EXPECT_EQ(load_npy((golden / "good_empty.npy").string()).shape(), Shape({0, 3}));
}

TEST(Npy, ReadsAndWritesIntegers) {
  const std::vector<std::int32_t> values{-1, 2147483647, 5};
  const Tensor signed_ones = Tensor::from(std::span<const std::int32_t>(values), {3});
  const std::string path = (fs::temp_directory_path() / "wattention_npy_integers.npy").string();
  for (const DType dtype : {DType::int32, DType::uint32, DType::uint16}) {
    const Tensor written = signed_ones.to(dtype);
    save_npy(path, written);
    const Tensor read = load_npy(path);
    EXPECT_EQ(read.dtype(), dtype);
    EXPECT_EQ(read.to(DType::f64).values<double>()[1], written.to(DType::f64).values<double>()[1]);
  }
  fs::remove(path);
  const Tensor big = parse(file_of("{'descr': '>u2', 'fortran_order': False, 'shape': (1,), }",
                                   std::string("\x01\x02")));
  EXPECT_EQ(big.values<std::uint16_t>()[0], 0x0102);
}

TEST(Npy, RefusesOtherTypesInOneSentence) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(golden)) {
    if (!entry.path().stem().string().starts_with("bad_")) continue;
    EXPECT_TRUE(refusal(read_text(entry.path())).starts_with("[npy] expected ")) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 8);
}

TEST(Npy, HalfEqualsItsDefinition) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31),
              mantissa = static_cast<int>(bits & 1023);
    const double sign = bits >> 15 ? -1 : 1;
    const float value = float16::from_bits(static_cast<std::uint16_t>(bits));
    if (exponent == 31 && mantissa != 0) {
      ASSERT_TRUE(std::isnan(value));
      continue;
    }
    const double expected = exponent == 31  ? INFINITY
                            : exponent == 0 ? std::ldexp(mantissa, -24)
                                            : std::ldexp(1024 + mantissa, exponent - 25);
    ASSERT_EQ(value, sign * expected) << bits;
    ASSERT_EQ(std::signbit(value), bits >> 15 == 1) << bits;
  }
}

TEST(Npy, EveryTruncationIsRefused) {
  for (const char* name : {"good_f4_little_c", "good_version2", "good_f2_big_f"}) {
    const std::string whole = read_text(golden / (std::string(name) + ".npy"));
    for (std::size_t length = 0; length < whole.size(); ++length)
      ASSERT_NE(refusal(whole.substr(0, length)), "accepted") << name << " " << length;
    EXPECT_NE(refusal(whole + "x"), "accepted");
  }
}

TEST(Npy, HostileHeadsAreRefusedWithoutAllocating) {
  for (const char* shape :
       {"(1152921504606846976,)", "(9223372036854775807,)", "(99999999999999999999,)",
        "(4294967296, 4294967296)", "(0, 9223372036854775807, 9223372036854775807)",
        "(1000000000000,)", "(-1,)", "(2, -2)", "(2 2)", "(,)", "2", "(2,", "((2,),)", "('2',)",
        "(2.0,)", "(True,)"})
    EXPECT_NE(refusal(file_of(dict_of(shape), "12345678")), "accepted") << shape;
}

TEST(Npy, DamagedDictsAreRefused) {
  const std::string good = dict_of("(2,)");
  ASSERT_EQ(refusal(file_of(good, "12345678")), "accepted");
  for (const std::string& dict :
       {std::string(), std::string("{"), std::string("{}"), std::string("{'descr'"),
        std::string("{'descr':"), good + good, good + "x",
        std::string("{'descr': '<f4', 'fortran_order': False}"),
        std::string("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}"),
        std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}"),
        std::string("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}"),
        std::string("{'descr': 'f4', 'fortran_order': False, 'shape': (2,)}"),
        std::string("{'descr': '', 'fortran_order': False, 'shape': (2,)}"),
        std::string("{'descr': '|f4', 'fortran_order': False, 'shape': (2,)}"),
        std::string("{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}")})
    EXPECT_NE(refusal(file_of(dict, "12345678")), "accepted") << dict;
}

TEST(Npy, OtherSpellingsOfAGoodDictAreRead) {
  for (const char* dict : {"{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<f4\"}",
                           "{'descr': '<f4', 'fortran_order': True, 'shape': (2L,), }   \n",
                           "{ 'descr' : '<f4' ,\n 'fortran_order' : False , 'shape' : ( 2 ) }"})
    EXPECT_EQ(refusal(file_of(dict, "12345678")), "accepted") << dict;
}

// One or more bytes of a good file changed: a tensor that fits the bytes, or a refusal; never anything else.
TEST(Npy, ChangedBytesNeverCrash) {
  const std::string whole = read_text(golden / "good_version2.npy");
  std::mt19937 random(20240501);
  for (int round = 0; round < 20000; ++round) {
    std::string text = whole;
    for (unsigned changes = random() % 4 + 1; changes > 0; --changes)
      text[random() % text.size()] = static_cast<char>(random());
    try {
      const Tensor tensor = parse(text);
      ASSERT_LE(static_cast<std::size_t>(tensor.numel()) * 2, text.size());
    } catch (const Error&) {
    }
  }
}

class NpyFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wattention.XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "x.npy").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  std::string path_;
};

TEST_F(NpyFile, WritesByteForByteAsNumpy) {
  for (const char* name :
       {"good_version1", "good_rank0", "good_rank1", "good_empty", "good_f8_little_c"}) {
    const fs::path original = golden / (std::string(name) + ".npy");
    save_npy(path_, load_npy(original.string()));
    EXPECT_EQ(read_text(path_), read_text(original)) << name;
  }
}

TEST_F(NpyFile, Bf16IsWrittenAsItsF32Values) {
  const Tensor tensor = Tensor{{1.5f, -0.0f, 3.1415f}}.to(DType::bf16);
  save_npy(path_, tensor);
  const Tensor back = load_npy(path_);
  EXPECT_EQ(back.dtype(), DType::f32);
  EXPECT_EQ(back.to(DType::bf16).values<bfloat16>()[2].bits, tensor.values<bfloat16>()[2].bits);
  EXPECT_TRUE(std::signbit(back.values<float>()[1]));
}

// More than one piece of reading, with an end inside a piece; Fortran order across the pieces.
TEST_F(NpyFile, ReadsLargeFilesPieceByPiece) {
  Tensor tensor = Tensor::empty({311, 1013});
  for (std::size_t i = 0; i < 311 * 1013; ++i)
    tensor.mutable_values<float>()[i] = static_cast<float>(i);
  save_npy(path_, tensor);
  const Tensor back = load_npy(path_);
  for (std::size_t i = 0; i < 311 * 1013; ++i)
    ASSERT_EQ(back.values<float>()[i], static_cast<float>(i));
  std::string text = read_text(path_);
  text.replace(text.find("False"), 5, "True ");
  std::ofstream(path_, std::ios::binary) << text;
  const Tensor columns = load_npy(path_);
  for (std::size_t row = 0; row < 311; row += 10)
    for (std::size_t column = 0; column < 1013; ++column)
      ASSERT_EQ(columns.values<float>()[row * 1013 + column],
                static_cast<float>(column * 311 + row));
}

TEST_F(NpyFile, ArraysBeyondMemoryAreRefused) {
  const std::string head = make_npy_head(DType::f32, {std::int64_t{1} << 40});
  std::ofstream(path_, std::ios::binary) << head;
  std::error_code error;
  fs::resize_file(path_, head.size() + (std::uintmax_t{4} << 40), error);
  if (error) GTEST_SKIP() << "no sparse files of 4 TiB here: " << error.message();
  EXPECT_THROW(load_npy(path_), Error);
}

TEST_F(NpyFile, AbsentFilesAndFoldersAreNamed) {
  try {
    load_npy(path_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::absent);
    EXPECT_NE(std::string(error.what()).find("x.npy"), std::string::npos);
  }
  EXPECT_THROW(load_npy(folder_.string()), Error);
  EXPECT_THROW(load_npy("/dev/zero"), Error);
  EXPECT_THROW(save_npy((folder_ / "absent/x.npy").string(), Tensor{{1.0f}}), Error);
}

}  // namespace
}  // namespace wattention
