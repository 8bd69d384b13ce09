#include "framework/core/digest.h"

#include <zlib.h>

#include "framework/core/error.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace polysweep;

TEST_CASE("SHA-256 has the published answers", "[digest]") {
  // FIPS 180-4, examples of one and two blocks, and of nothing.
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a digest taken in pieces is the same, and can start again", "[digest]") {
  Sha256 digest;
  for (int round = 0; round < 2; ++round) {
    digest.update("a");
    digest.update("");
    digest.update("bc");
    CHECK(to_hex(digest.finish()) == sha256_hex("abc"));
  }
}

TEST_CASE("a file is read as it is and as gzip", "[digest]") {
  const TemporaryFolder folder;
  std::string content(300'000, 'x');
  content += '\0';
  content += "end\n";
  CHECK(read_file_or_gz(folder.write("plain.txt", content)) == content);
  CHECK(read_file_or_gz(folder.write("empty", "")).empty());

  const std::filesystem::path packed = folder.path() / "packed.gz";
  const gzFile out = gzopen(packed.c_str(), "wb");
  REQUIRE(gzwrite(out, content.data(), static_cast<unsigned>(content.size())) ==
          static_cast<int>(content.size()));
  REQUIRE(gzclose(out) == Z_OK);
  CHECK(read_file_or_gz(packed) == content);

  const std::string bytes = [&] {
    std::filesystem::rename(packed, folder.path() / "packed");
    return read_file_or_gz(folder.path() / "packed");
  }();
  CHECK(bytes.size() < content.size());
  CHECK_THROWS_WITH(read_file_or_gz(folder.write("cut.gz", bytes.substr(0, bytes.size() / 2))),
                    Contains("cannot read ") && Contains("cut.gz"));
}

TEST_CASE("a file that cannot be read is named", "[digest]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(
      read_file_or_gz(folder.path() / "none"),
      "cannot open " + (folder.path() / "none").string() + ": No such file or directory");
  CHECK_THROWS_WITH(read_file_or_gz(folder.path()),
                    "cannot read " + folder.path().string() + ": Is a directory");
  CHECK_THROWS_WITH(read_file_or_gz(folder.write("text.gz", "not packed")),
                    Contains("it ends in .gz but is not gzip"));
}
