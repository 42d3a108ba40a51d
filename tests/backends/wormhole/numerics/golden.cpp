#include "backends/wormhole/numerics/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace wattention::wormhole::golden {

namespace {

const std::filesystem::path root =
    std::filesystem::path(WATTENTION_SOURCE_DIR) / "tests/golden/wormhole";

std::int64_t whole_tiles(std::int64_t size) {
  return (size + 31) / 32 * 32;
}

Matrix resized(const Matrix& matrix, std::int64_t rows, std::int64_t cols) {
  Matrix result{rows, cols, std::vector<Bits>(static_cast<std::size_t>(rows * cols))};
  for (std::int64_t r = 0; r < std::min(rows, matrix.rows); ++r)
    std::copy_n(matrix.bits.begin() + r * matrix.cols, std::min(cols, matrix.cols),
                result.bits.begin() + r * cols);
  return result;
}

/// "(2, 4, 16)" or "(65536,)": all but the last dimension are rows.
void parse_shape(const std::string& header, Matrix& matrix) {
  std::smatch match;
  if (header.find("'<u2'") == std::string::npos || header.find("False") == std::string::npos ||
      !std::regex_search(header, match, std::regex(R"(\(((\d+, ?)*)(\d*)\))")))
    throw std::runtime_error("not a C-ordered uint16 array: " + header);
  std::istringstream sizes(match[1].str() + match[3].str());
  matrix.rows = matrix.cols = 1;
  for (std::string size; std::getline(sizes, size, ',');) {
    matrix.rows *= matrix.cols;
    matrix.cols = std::stoll(size);
  }
}

Fidelity fidelity(const std::string& name) {
  const std::vector<std::string> names = {"LoFi", "HiFi2", "HiFi3", "HiFi4"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw std::runtime_error("unknown fidelity: " + name);
  return static_cast<Fidelity>(1 + (found - names.begin()));
}

}  // namespace

Matrix padded(const Matrix& matrix) {
  return resized(matrix, whole_tiles(matrix.rows), whole_tiles(matrix.cols));
}

Matrix cropped(const Matrix& matrix, std::int64_t rows, std::int64_t cols) {
  return resized(matrix, rows, cols);
}

Matrix transposed(const Matrix& matrix) {
  Matrix result{matrix.cols, matrix.rows, std::vector<Bits>(matrix.bits.size())};
  for (std::int64_t r = 0; r < matrix.rows; ++r)
    for (std::int64_t c = 0; c < matrix.cols; ++c)
      result.bits[static_cast<std::size_t>(c * matrix.rows + r)] =
          matrix.row(r)[static_cast<std::size_t>(c)];
  return result;
}

std::string library_path(const std::string& file, const std::string& release) {
  return (root.parent_path() / "wormhole_library" / release / file).string();
}

Matrix load_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic(10, '\0');
  file.read(magic.data(), 10);
  const auto size =
      static_cast<unsigned char>(magic[8]) + 256u * static_cast<unsigned char>(magic[9]);
  std::string header(size, '\0');
  file.read(header.data(), size);
  Matrix matrix;
  parse_shape(header, matrix);
  matrix.bits.resize(static_cast<std::size_t>(matrix.rows * matrix.cols));
  file.read(reinterpret_cast<char*>(matrix.bits.data()),
            static_cast<std::streamsize>(matrix.bits.size() * 2));
  if (!file) throw std::runtime_error("cannot read " + path);
  return matrix;
}

Matrix Case::load(const std::string& array) const {
  return load_npy((root / name / (array + ".npy")).string());
}

std::vector<Case> cases(const std::string& prefix) {
  std::vector<Case> found;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.rfind(prefix, 0) != 0) continue;
    found.push_back({name, nlohmann::json::parse(std::ifstream(entry.path() / "case.json"))});
  }
  std::sort(found.begin(), found.end(),
            [](const Case& a, const Case& b) { return a.name < b.name; });
  return found;
}

MatmulNumerics matmul_numerics(const Case& golden) {
  MatmulNumerics numerics;
  numerics.fidelity = fidelity(golden.attributes.at("fidelity"));
  numerics.block_tiles = golden.attributes.at("in0_block_w_tiles");
  const std::int64_t tiles = whole_tiles(golden.attributes.at("arrays").at("a").at(1)) / 32;
  numerics.l1_accumulate =
      golden.attributes.at("packer_l1_acc").get<bool>() && tiles / numerics.block_tiles > 2;
  return numerics;
}

}  // namespace wattention::wormhole::golden
