#include "report/escaped.h"

namespace wattention::report {
namespace {

// Bytes that no HTML text may hold; the JSON that records come from can.
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += is_control(c) ? ' ' : c;
    }
  return html;
}

}  // namespace wattention::report
