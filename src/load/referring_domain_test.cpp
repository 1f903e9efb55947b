#include "load/referring_domain.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

struct RefererCase {
  const char* referer;
  const char* domain;
};
class ReferringDomain : public testing::TestWithParam<RefererCase> {};

TEST_P(ReferringDomain, IsTheHostOfAWebPage) {
  std::string domain = "from the event before";
  set_referring_domain(GetParam().referer, domain);
  EXPECT_EQ(domain, GetParam().domain) << GetParam().referer;
}

INSTANTIATE_TEST_SUITE_P(Hosts, ReferringDomain,
                         testing::ValuesIn<RefererCase>({
                             {"http://example.com/", "example.com"},
                             {"http://example.com", "example.com"},
                             {"HTTPS://WWW.Example.COM/A", "www.example.com"},
                             {"https://user:pass@Host.example:8080/x?y#z", "host.example"},
                             {"http://a@b@c.d/", "c.d"},
                             {"http://x?q", "x"},
                             {"http://x#f", "x"},
                             {"http://x:/", "x"},
                             {" \x01http://x.com/", "x.com"},
                             {"ht\ttp://x\r\n.com/", "x.com"},
                             {"http://[2001:DB8::1]:80/", "2001:db8::1"},
                             {"http://[fe80::1%ETH0]/", "fe80::1%eth0"},
                             {"http://[::ffff:1.2.3.4]/", "::ffff:1.2.3.4"},
                             {"http://[vF.Xy]/", "vf.xy"},
                             {"http://ÉCOLE.fr/", "école.fr"},
                             {"http://a b/", "a b"},
                             {"http://xn--p1ai/", "xn--p1ai"},
                         }));

INSTANTIATE_TEST_SUITE_P(Direct, ReferringDomain,
                         testing::ValuesIn<RefererCase>({
                             {"", "$direct"},
                             {"-", "$direct"},
                             {"example.com", "$direct"},
                             {"//example.com/", "$direct"},
                             {"http:example.com", "$direct"},
                             {"http://", "$direct"},
                             {"http:///path", "$direct"},
                             {"http://:80/", "$direct"},
                             {"http://user@/", "$direct"},
                             {"ftp://example.com/", "$direct"},
                             {"android-app://com.example/", "$direct"},
                             {"javascript:alert(1)", "$direct"},
                             {"https1://example.com/", "$direct"},
                             {"http://[::1", "$direct"},
                             {"http://]x[/", "$direct"},
                             {"http://[]/", "$direct"},
                             {"http://[1.2.3.4]/", "$direct"},
                             {"http://[::1%]/", "$direct"},
                             {"http://[::1%a%b]/", "$direct"},
                             {"http://[v1]/", "$direct"},
                             {"http://[vx.y]/", "$direct"},
                             {"http://x.com\uFF0Fevil/", "$direct"},
                             {"http://\u2100x.com/", "$direct"},
                         }));

}  // namespace
}  // namespace gapless
