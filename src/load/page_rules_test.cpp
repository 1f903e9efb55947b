#include "load/page_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace gapless {
namespace {

TEST(PageRules, AssetsAreKnownByTheirExtension) {
  for (const std::string extension :
       {".avi",  ".bmp",  ".css",  ".doc",  ".docx",  ".eot", ".exe", ".gif", ".gz",  ".ico", ".jar",
        ".jpeg", ".jpg",  ".js",   ".json", ".map",   ".mov", ".mp3", ".mp4", ".mpg", ".otf", ".pdf",
        ".png",  ".ppt",  ".ps",   ".rar",  ".rss",   ".svg", ".swf", ".tar", ".tgz", ".ttf", ".txt",
        ".wav",  ".webm", ".webp", ".woff", ".woff2", ".xls", ".xml", ".z",   ".zip"}) {
    EXPECT_TRUE(is_asset("/a" + extension)) << extension;
    EXPECT_TRUE(is_asset(extension)) << extension;
    EXPECT_FALSE(is_asset("/a" + extension + "/")) << extension;
    EXPECT_FALSE(is_asset("/a" + extension.substr(1))) << extension;
    EXPECT_FALSE(is_asset("/a" + extension + "q")) << extension;
    EXPECT_FALSE(is_asset("/a." + std::string(1, '\0') + extension.substr(1))) << extension;
  }
  for (const char* asset : {"/robots.txt", "/favicon.ico", "/X.PNG", "/a.tar.GZ", "/a.b.Woff2"}) {
    EXPECT_TRUE(is_asset(asset)) << asset;
  }
  for (const char* page :
       {"", "/", "/png", "/a.html", "/a.php", "/.", "/a.", "/a.woff22", "/a.zip.", "/a.pn", "/é.pñg"}) {
    EXPECT_FALSE(is_asset(page)) << page;
  }
}

TEST(PageRules, BotsAreKnownByAWordAnywhere) {
  for (const std::string word :
       {"bot",           "crawl",   "spider",  "slurp",   "archiver",   "wget",   "curl/",
        "libwww",        "python",  "java/",   "perl",    "httpclient", "okhttp", "go-http",
        "feed",          "rss",     "monitor", "pingdom", "check_http", "scan",   "facebookexternalhit",
        "mediapartners", "headless"}) {
    std::string upper = word;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_TRUE(is_bot(word)) << word;
    EXPECT_TRUE(is_bot("Mozilla/5.0 x" + upper + "y")) << word;
    EXPECT_FALSE(is_bot("Mozilla/5.0 x" + word.substr(0, word.size() - 1) + "_")) << word;
  }
  EXPECT_TRUE(is_bot(""));
  EXPECT_TRUE(is_bot("-"));
  for (const char* reader :
       {"--", " ", "Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0", "JavaScript", "curl", "bo t"}) {
    EXPECT_FALSE(is_bot(reader)) << reader;
  }
}

}  // namespace
}  // namespace gapless
