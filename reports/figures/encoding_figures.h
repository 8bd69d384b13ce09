// The figures of the paper (Aggarwal 2024, arXiv:2405.04585), drawn from our numbers.
//
// Five show tables of position encodings; the sixth shows trainings. What the
// paper leaves open (how many positions and dimensions, how it scales, from where
// degrees are counted) is said in the captions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/figures/number_table.h"

namespace polysweep {

// The table of an encoding as a worker prints it: rows[position][feature].
struct EncodingTable {
  std::string name;
  std::vector<std::vector<double>> rows;
};

using PositionMap = NumberRows;

// The features of one head: `head` * width / heads and on, as many.
// Throws Error where heads do not divide the width, or there is no such head.
EncodingTable head_of(const EncodingTable& table, std::size_t heads, std::size_t head);
// Every feature with mean 0 and standard deviation 1 over the positions (n in the
// denominator); 0 for one that never changes.
EncodingTable standardized(const EncodingTable& table);

// The cosine map of a complete table, and of the heads asked for, a panel each.
Figure table_map_figure(const std::string& id, const EncodingTable& table);
Figure head_maps_figure(const std::string& id, const EncodingTable& table, std::size_t heads,
                        const std::vector<std::size_t>& shown, bool standardize);
// Row n of `table` are the values of the polynomial of degree n on -1 + 2 i / count.
Figure polynomials_figure(const std::string& id, const EncodingTable& table);

}  // namespace polysweep
