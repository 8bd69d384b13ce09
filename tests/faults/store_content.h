// What the database of a store says, as text, to be compared: with that of
// another store, or with its own of before.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace polysweep {

// Name of a part -> its rows as CSV, in a fixed order.
using StoreContent = std::map<std::string, std::string>;

class StoreAsked {
 public:
  StoreAsked(std::filesystem::path polysweep, std::filesystem::path store)
      : polysweep_(std::move(polysweep)), store_(std::move(store)) {}

  // What must not depend on what happened: the state of every trial, every
  // counted point, the final metrics, the texts, the comparison of each sweep.
  // `timed`: metrics that measure time, left out.
  StoreContent results(const std::vector<std::string>& timed) const;
  // Every row of every documented view.
  StoreContent all_rows() const;

  // Rows of an answer as CSV, without its header. Throws Error where polysweep
  // gives none.
  std::string rows(const std::string& sql) const;
  std::uint64_t count(const std::string& sql) const;
  // Standard output of `polysweep WORDS --store STORE`. Throws Error unless it
  // ends with status 0.
  std::string ask(std::vector<std::string> words) const;

 private:
  std::filesystem::path polysweep_;
  std::filesystem::path store_;
};

// Where two contents differ first, both sides shown; "" where they do not.
std::string first_difference(const StoreContent& one, const StoreContent& other);
// Lines of a part.
std::size_t rows_in(const std::string& part);

}  // namespace polysweep
