// The figures of a paper, as an experiment describes them.
//
// A worker prints the description for `--paper-figures [name=value ...]`:
//
//   {"figures": [
//     {"kind": "table_map", "id": "paper-2-sinusoidal-heads", "title": "sinusoidal",
//      "table": ["encoding=sinusoidal", "positions=50", "dimension=128", "heads=1"],
//      "row": "position", "part": "head", "parts": 4, "shown": [0, 1, 2, 3],
//      "standardize": true, "caption": "The paper does not say how it scales."},
//     {"kind": "table_rows", "id": "paper-3-polynomials", "title": "Legendre polynomials",
//      "table": ["encoding=legendre_position", "positions=6", "dimension=400"],
//      "row": "degree", "x": "x", "from": -1, "to": 1, "caption": ""},
//     {"kind": "curves", "id": "paper-6-training-loss", "title": "Training loss",
//      "experiment": "translation", "metric": "training_loss", "caption": "",
//      "cells": [{"require": ["encoding=sinusoidal"], "prefer": []},
//                {"require": ["encoding=legendre_position"],
//                 "prefer": ["norm=raw", "order=full", "grid=paper"]}]}]}
//
// table_map: the cosine between any two rows of a table, which the worker prints for
//   `--table` with the arguments of "table" as {"table": [[...], ...]}. With "parts": a
//   panel for each part of the features in "shown"; "part" is what a part is called.
//   "standardize": every feature is first scaled to mean 0 and deviation 1.
// table_rows: every row of a table as a line over x, from "from" up to but without "to".
// curves: a metric over its steps, a line for each of "cells": the cell of a sweep of that
//   experiment whose parameters are those of "require"; of several, the one with the most
//   of "prefer" (an earlier one outweighs all later ones).
//
// "caption" is appended to the caption. Keys without a value above ("row", "part",
// "parts", "shown", "standardize", "x", "from", "to", "prefer", "caption") are optional.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/figures/number_table.h"

namespace polysweep {

enum class PaperFigureKind : std::uint8_t { kTableMap, kTableRows, kCurves };

// "encoding=rope".
using ParameterText = std::pair<std::string, std::string>;

struct PaperCell {
  std::vector<ParameterText> require;
  std::vector<ParameterText> prefer;  // the first outweighs the others
};

struct PaperFigure {
  PaperFigureKind kind = PaperFigureKind::kTableMap;
  std::string id;  // letters, digits and '-'
  std::string title;
  std::string caption;
  // kTableMap and kTableRows
  std::vector<std::string> table;  // the arguments of --table
  std::string row = "row";
  // kTableMap
  std::string part = "part";
  std::size_t parts = 1;
  std::vector<std::size_t> shown;  // of the parts; empty: the complete table
  bool standardize = false;
  // kTableRows
  std::string x = "x";
  double from = 0;
  double to = 1;
  // kCurves
  std::string experiment;
  std::string metric;
  std::vector<PaperCell> cells;
};

// Throws Error that names the figure and the key where the text is not such a description.
std::vector<PaperFigure> read_paper_figures(std::string_view json);

// The rows of the answer to --table. Throws Error where it is not a table of numbers.
NumberRows read_number_table(std::string_view json);

// A figure of kind kTableMap or kTableRows. Throws Error where its parts do not fit the
// table.
Figure paper_table_figure(const PaperFigure& figure, const NumberRows& table);

}  // namespace polysweep
