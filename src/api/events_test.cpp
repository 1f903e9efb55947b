#include "api/events.h"

#include <gtest/gtest.h>

namespace gapless::api {
namespace {

TEST(Events, are_written_so_that_nothing_in_them_can_end_them) {
  const struct {
    Event event;
    const char* text;
  } cases[] = {
      {{}, "data: \n\n"},
      {{.id = "7", .name = "step", .data = "{}"}, "id: 7\nevent: step\ndata: {}\n\n"},
      {{.data = "a\n\nb"}, "data: a\ndata: \ndata: b\n\n"},
      {{.data = "a\r\nb\rc"}, "data: a\ndata: bc\n\n"},
      {{.id = "7\ndata: x", .name = "a\r\nb"}, "id: 7 data: x\nevent: a  b\ndata: \n\n"},
  };
  for (const auto& one : cases) EXPECT_EQ(event_text(one.event), one.text);
}

}  // namespace
}  // namespace gapless::api
