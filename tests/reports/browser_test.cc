// The page in a real browser: headless Chromium, without a network.
#include "tests/reports/browser.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"
#include "tests/support/command_line.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

// A page with every section, drawn once.
const fs::path& full_page() {
  static const fs::path page = write_page("encodings", sample_sweep());
  return page;
}

SweepResults hostile_cells() {
  SweepBuilder builder("<script>alert(1)</script>");
  builder.factor("arm", {}).baseline("arm", "<script>alert(1)</script>");
  for (const auto& name : kHostileNames) {
    builder.results().factors[0].levels.push_back(Value(name));
    CellResult cell;
    cell.levels.set("arm", Value(name));
    builder.results().cells.push_back(cell);
    for (int seed = 0; seed < 3; ++seed) {
      builder.done(builder.results().cells.size() - 1, seed, seed + 0.1);
    }
  }
  return builder.build();
}

const fs::path& hostile_page() {
  static const fs::path page = write_page("hostile", hostile_cells());
  return page;
}

// A random search of 30 settings.
const fs::path& search_page() {
  static const fs::path page = write_page("search", search_sample(30));
  return page;
}

// JavaScript: shows the page, everything unfolded, in a frame of a phone's width (Chromium's
// window is not narrower than 500 px). Leaves `frame` and its document `page`.
const std::string kInPhone = R"js(
  const frame = document.createElement("iframe");
  frame.width = 390;
  frame.height = 2000;
  frame.style.border = "0";
  const source = document.documentElement.cloneNode(true);
  for (const script of source.querySelectorAll("script")) script.remove();
  frame.srcdoc = "<!doctype html>" + source.outerHTML;
  document.body.replaceChildren(frame);
  await new Promise(done => frame.addEventListener("load", done));
  const page = frame.contentDocument;
)js";

// 1,000 cells of 10 seeds, with curves.
SweepResults ten_thousand_trials() {
  SweepBuilder builder("large");
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("arm" + std::to_string(i));
  builder.factor("arm", names).baseline("arm", "arm0");
  for (int i = 0; i < 1000; ++i) {
    const auto cell = builder.cell({names[static_cast<std::size_t>(i)]});
    for (int seed = 0; seed < 10; ++seed) {
      const std::size_t trial = builder.done(cell, seed, i % 7 + 0.1 * (seed * i % 11));
      Curve curve{trial, {}};
      for (int step = 1; step <= 100; ++step) curve.points.push_back({step, 9.0 / step + i % 7});
      builder.results().curves["validation_loss"].push_back(std::move(curve));
    }
  }
  return builder.build();
}

}  // namespace

TEST_CASE("the page renders in Chromium without console messages or requests", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const fs::path image = pages_folder() / "encodings-laptop.png";
  fs::remove(image);
  REQUIRE(browse(full_page(), "laptop",
                 "--window-size=1280,2400 --virtual-time-budget=5000 --screenshot='" +
                     image.string() + "'") == 0);
  CHECK(console_of("laptop") == "");
  CHECK(fs::file_size(image) > 50000);
}

TEST_CASE("a console message would be seen", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  std::string text = content(write_page("spoiled", sample_sweep({2, false, false, false})));
  const std::size_t at = text.find("</main>");
  REQUIRE(at != std::string::npos);
  text.insert(at, "<script>console.log('never')</script><img src='http://example.invalid/a.png'>");
  const fs::path page = pages_folder() / "spoiled.html";
  std::ofstream(page, std::ios::binary) << text;
  REQUIRE(browse(page, "spoiled", "--virtual-time-budget=5000 --dump-dom") == 0);
  const std::string console = console_of("spoiled");
  CHECK_THAT(console, Catch::Matchers::Contains("Content Security Policy"));
  CHECK(console.find("never") == std::string::npos);
}

TEST_CASE("hostile names stay text in the page, whatever its script does", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  REQUIRE(browse(hostile_page(), "hostile", "--virtual-time-budget=5000 --dump-dom") == 0);
  CHECK(console_of("hostile") == "");
  const std::string dom = content(pages_folder() / "hostile.log");
  CHECK_THAT(dom, Catch::Matchers::Contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK(dom.find("<script>alert") == std::string::npos);
  CHECK(dom.find("<img") == std::string::npos);
}

TEST_CASE("a table is sorted by its exact numbers and filtered by words", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "tables", R"js(
    const table = document.getElementById("raw-values");
    const column = [...table.tHead.rows[0].cells].findIndex(
        cell => cell.textContent.startsWith("test_bleu"));
    const head = table.tHead.rows[0].cells[column];
    head.querySelector("button").click();
    const numbers = [...table.tBodies[0].rows].map(row => Number(row.cells[column].textContent))
        .filter(value => !Number.isNaN(value));
    const sorted = numbers.every((value, i) => i === 0 || value >= numbers[i - 1]);
    const ascending = head.getAttribute("aria-sort");
    head.querySelector("button").click();
    const descending = head.getAttribute("aria-sort");
    const box = table.closest(".box").previousElementSibling;
    const input = box.querySelector("input");
    input.value = "rope 128";
    input.dispatchEvent(new Event("input"));
    const seen = [...table.tBodies[0].rows].filter(row => !row.hidden);
    return {numbers: numbers.length, sorted, ascending, descending, seen: seen.length,
            all_rope: seen.every(row => row.textContent.includes("rope, dimension 128")),
            count: box.querySelector("output").textContent};
  )js");
  CAPTURE(answer.dump());
  CHECK(answer["numbers"] == 66);
  CHECK(answer["sorted"] == true);
  CHECK(answer["ascending"] == "ascending");
  CHECK(answer["descending"] == "descending");
  CHECK(answer["seen"] == 5);
  CHECK(answer["all_rope"] == true);
  CHECK(answer["count"] == " 5 of 70");
}

TEST_CASE("curves show values, hide lines and zoom, by pointer and by key", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "curves", R"js(
    const figure = document.getElementById("curve1"), svg = figure.querySelector("svg");
    const tip = figure.querySelector(".tip"), panels = svg.querySelectorAll(".panel");
    const [panel, other] = panels;
    const [x0, x1, y0, y1] = panel.dataset.axes.split(" ").map(Number);
    const client = (x, y) => {
      const place = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
      return {clientX: place.x, clientY: place.y, bubbles: true};
    };
    svg.dispatchEvent(new PointerEvent("pointermove", client((x0 + x1) / 2, (y0 + y1) / 2)));
    const under_pointer = tip.hidden ? "" : tip.textContent;
    const lines = tip.querySelectorAll("i").length;
    const key = name => svg.parentElement.dispatchEvent(
        new KeyboardEvent("keydown", {key: name, cancelable: true}));
    key("ArrowRight");
    const after_arrow = tip.textContent;
    const box = figure.querySelector(".tools input");
    box.click();
    const hidden = [...document.querySelectorAll("figure")].filter(
        other => other.querySelector(".gone")).map(other => other.id);
    svg.dispatchEvent(new PointerEvent("pointermove", client((x0 + x1) / 2, (y0 + y1) / 2)));
    const lines_left = tip.querySelectorAll("i").length;
    box.click();
    key("+");
    const zoomed = panel.classList.contains("zoomed");
    const tics = panel.querySelectorAll(".own text").length;
    const axes = getComputedStyle(panel.querySelector(".axes")).display;
    const frames = [...panels].map(each => each.querySelector(".view").getAttribute("transform"));
    key("Escape");
    svg.dispatchEvent(new PointerEvent("pointerdown", client(x0 + 200, y1 + 50)));
    svg.dispatchEvent(new PointerEvent("pointerup", client(x0 + 300, y1 + 50)));
    const dragged = panel.classList.contains("zoomed");
    const with_it = other.classList.contains("zoomed");
    const first = Number(panel.querySelector(".own text").textContent);
    svg.dispatchEvent(new MouseEvent("dblclick"));
    return {under_pointer, lines, after_arrow, hidden, lines_left, zoomed, tics, axes, dragged,
            first, with_it, panels: panels.length, frames: frames.filter(Boolean).length,
            whole: !panel.classList.contains("zoomed"),
            gone: document.querySelectorAll(".gone").length};
  )js");
  CAPTURE(answer.dump());
  CHECK_THAT(answer["under_pointer"].get<std::string>(),
             Catch::Matchers::Contains("step 200") && Catch::Matchers::Contains("rope"));
  CHECK_THAT(answer["after_arrow"].get<std::string>(), Catch::Matchers::Contains("step 220"));
  CHECK(answer["lines"] == 7);
  CHECK(answer["lines_left"] == 6);
  CHECK(answer["hidden"].size() >= 2);  // the same arm in other figures too
  CHECK(answer["gone"] == 0);
  CHECK(answer["zoomed"] == true);
  CHECK(answer["tics"] > 4);
  CHECK(answer["axes"] == "none");
  CHECK(answer["dragged"] == true);
  CHECK(answer["panels"] == 2);
  CHECK(answer["with_it"] == true);
  CHECK(answer["frames"] == 2);
  CHECK(answer["first"] >= 100);
  CHECK(answer["whole"] == true);
}

TEST_CASE("a click on a curve says when each line reaches that value", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "target", R"js(
    const figure = document.getElementById("curve1"), svg = figure.querySelector("svg");
    const [x0, x1, y0, y1, low, high, bottom, top] =
        svg.querySelector(".panel").dataset.axes.split(" ").map(Number);
    const click = value => {
      const y = y0 + (y1 - y0) * (value - bottom) / (top - bottom);
      const place = new DOMPoint((x0 + x1) / 2, y).matrixTransform(svg.getScreenCTM());
      const at = {clientX: place.x, clientY: place.y, bubbles: true};
      svg.dispatchEvent(new PointerEvent("pointerdown", at));
      svg.dispatchEvent(new PointerEvent("pointerup", at));
    };
    const said = () => [...figure.querySelectorAll(".answer div")].map(row => row.textContent);
    click((bottom + top) / 2);
    const field = figure.querySelector(".tools input[type=number]");
    const clicked = Number(field.value), rows = said(), lines = {};
    for (const row of figure.querySelector("table").tBodies[0].rows) {
      const [label, panel, x, mean] = [...row.cells].map(cell => cell.textContent);
      const name = `${label}, ${panel}`;
      (lines[name] = lines[name] || []).push([Number(x), Number(mean)]);
    }
    field.value = -1000;
    field.dispatchEvent(new Event("change"));
    return {middle: (bottom + top) / 2, clicked, rows, lines, never: said(),
            reference: figure.dataset.reference, goal: figure.dataset.goal};
  )js");
  CAPTURE(answer.dump());
  CHECK(answer["goal"] == "minimize");
  const double target = answer["clicked"];
  CHECK(target == Approx(answer["middle"].get<double>()).epsilon(0.02));
  REQUIRE(answer["rows"].size() == answer["lines"].size());
  const auto first = [&](const nlohmann::json& line) -> double {
    for (const auto& point : line) {
      if (point[1].get<double>() <= target) return point[0];
    }
    return 0;
  };
  for (const auto& [label, line] : answer["lines"].items()) {
    const std::string reference =
        answer["reference"].get<std::string>() + label.substr(label.rfind(", "));
    const double base = first(answer["lines"].at(reference));
    REQUIRE(base > 0);
    for (const std::string row : answer["rows"]) {
      if (!row.ends_with(" " + label)) continue;
      if (first(line) == 0) {
        CHECK_THAT(row, Catch::Matchers::StartsWith("not until 400"));
      } else {
        CHECK_THAT(row, Catch::Matchers::StartsWith(
                            fmt::format("{} to {}", first(line) - 20, first(line))));
        if (label != reference) {
          CHECK_THAT(row,
                     Catch::Matchers::Contains(fmt::format("ratio {:.4g} (", first(line) / base)));
        }
      }
    }
  }
  for (const std::string row : answer["never"]) {
    CHECK_THAT(row, Catch::Matchers::StartsWith("not until 400"));
  }
}

TEST_CASE("a row of the forest shows its values under the pointer", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "forest", R"js(
    const figure = document.getElementById("forest"), svg = figure.querySelector("svg");
    const row = figure.querySelector("table").tBodies[0].rows[2];
    const [x0, x1, y0, y1, low, high, bottom, top] = svg.dataset.axes.split(" ").map(Number);
    const rows = figure.querySelector("table").tBodies[0].rows.length;
    const y = y0 + (y1 - y0) * (rows - 1 - 2 - bottom) / (top - bottom);
    const place = new DOMPoint((x0 + x1) / 2, y).matrixTransform(svg.getScreenCTM());
    svg.dispatchEvent(new PointerEvent("pointermove", {clientX: place.x, clientY: place.y}));
    return {tip: figure.querySelector(".tip").textContent, label: row.cells[0].textContent,
            mean: Number(row.cells[1].textContent)};
  )js");
  CAPTURE(answer.dump());
  const std::string tip = answer["tip"];
  CHECK_THAT(tip, Catch::Matchers::Contains(answer["label"].get<std::string>()));
  CHECK(std::stod(tip) == Approx(answer["mean"].get<double>()).epsilon(1e-3));
}

TEST_CASE("the page fits a phone", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "phone", R"js(
    return {width: document.documentElement.scrollWidth, window: innerWidth};
  )js",
                            "--window-size=500,900");
  CHECK(answer["width"].get<double>() <= answer["window"].get<double>());
}

TEST_CASE("the first screen of a laptop has the answer, its table and its figure", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "first-screen", R"js(
    const box = selector => {
      const rect = document.querySelector(selector).getBoundingClientRect();
      return {left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom};
    };
    return {window: [innerWidth, innerHeight], answer: box(".answer"), badges: box(".badges"),
            table: box("#results"), figure: box("#forest svg")};
  )js",
                            "--window-size=1280,800");
  CAPTURE(answer.dump());
  for (const char* part : {"answer", "badges", "table", "figure"}) {
    CAPTURE(part);
    CHECK(answer[part]["top"] >= 0);
    CHECK(answer[part]["bottom"] > answer[part]["top"]);
    CHECK(answer[part]["bottom"] <= 800);
    CHECK(answer[part]["right"] <= 1280);
  }
  CHECK(answer["window"][0] == 1280);
  // Beside each other.
  CHECK(answer["figure"]["left"] > answer["table"]["right"]);
  CHECK(answer["figure"]["top"] < answer["table"]["bottom"]);
}

TEST_CASE("on a phone nothing of the opening is cropped", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const std::pair<const char*, fs::path> pages[] = {{"phone-usual", full_page()},
                                                    {"phone-hostile", hostile_page()}};
  for (const auto& [name, page] : pages) {
    const auto answer = probe(page, name, kInPhone + R"js(
      const wide = [...page.querySelectorAll("header *, .opening *")].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && !element.closest("details") &&
            (box.right > 390.5 || box.left < -0.5);
      });
      const scrolled = [...page.querySelectorAll(".opening .box")].filter(
          box => !box.closest("details") && box.scrollWidth > box.clientWidth + 1);
      const svg = [...page.querySelectorAll("#forest svg")].filter(
          each => each.getBoundingClientRect().width > 0);
      return {window: frame.contentWindow.innerWidth,
              wide: wide.map(element => element.outerHTML.slice(0, 100)),
              scrolled: scrolled.length, svg: svg.map(each => each.getAttribute("width")),
              head: getComputedStyle(page.querySelector("#results thead")).display};
    )js",
                              "--virtual-time-budget=10000");
    CAPTURE(name, answer.dump(1));
    CHECK(answer["window"] == 390);
    CHECK(answer["wide"].empty());
    CHECK(answer["scrolled"] == 0);
    REQUIRE(answer["svg"].size() == 1);
    CHECK(answer["svg"][0] == "360");  // the figure's narrow layout
    CHECK(answer["head"] == "none");
  }
}

TEST_CASE("on a phone no figure is cropped, and only tables scroll", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const fs::path crossed = write_page("crossed", crossed_sweep(4));
  const std::pair<const char*, fs::path> pages[] = {
      {"phone-all", full_page()}, {"phone-all-hostile", hostile_page()}, {"crossed", crossed}};
  for (const auto& [name, page] : pages) {
    const auto answer = probe(page, name, kInPhone + R"js(
      for (const folded of page.querySelectorAll("details")) folded.open = true;
      const inside = (box, outer) => box.left >= outer.left - 1 && box.right <= outer.right + 1 &&
          box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1;
      const seen = element => element.getBoundingClientRect().width > 0;
      const figures = [...page.querySelectorAll("figure")].map(figure => {
        const pictures = [...figure.querySelectorAll(".box > svg")].filter(seen);
        const cropped = pictures.flatMap(svg => [...svg.querySelectorAll("text")].filter(
            text => text.textContent.trim() && !inside(text.getBoundingClientRect(),
                                                       svg.getBoundingClientRect())));
        const boxes = pictures.map(svg => svg.parentElement);
        return {id: figure.id, pictures: pictures.length,
                cropped: cropped.map(text => text.textContent),
                scrolled: boxes.some(box => box.scrollWidth > box.clientWidth + 1),
                outside: pictures.some(svg => svg.getBoundingClientRect().right > 390.5 ||
                    svg.getBoundingClientRect().left < 0)};
      });
      const heads = [...page.querySelectorAll("table:not(.stacked) tbody th")].filter(seen);
      const boxes = [...page.querySelectorAll(".box:has(> table)")].filter(seen);
      const audit = page.querySelector("#fairness").closest(".box");
      return {figures, page: page.documentElement.scrollWidth,
              audit: audit.scrollWidth <= audit.clientWidth + 1,
              heads: Math.max(...heads.map(head => head.getBoundingClientRect().width)),
              thin: heads.filter(head => head.textContent.length > 14 &&
                  head.getBoundingClientRect().width < 100).length,
              loose: heads.filter(
                  head => frame.contentWindow.getComputedStyle(head).position !== "sticky").length,
              boxes: boxes.filter(box => box.getBoundingClientRect().right > 390.5).length,
              wide: boxes.filter(box => box.scrollWidth > box.clientWidth + 1).length};
    )js",
                              "--virtual-time-budget=20000");
    CAPTURE(name, answer.dump(1));
    REQUIRE(answer["figures"].size() > 1);
    for (const auto& figure : answer["figures"]) {
      CAPTURE(figure.dump());
      CHECK(figure["pictures"] == 1);
      CHECK(figure["cropped"].empty());
      CHECK(figure["scrolled"] == false);
      CHECK(figure["outside"] == false);
    }
    CHECK(answer["page"].get<double>() <= 390);
    CHECK(answer["heads"].get<double>() <= 0.45 * 390 + 0.5);
    CHECK(answer["thin"] == 0);
    CHECK(answer["loose"] == 0);
    CHECK(answer["boxes"] == 0);
    CHECK(answer["audit"] == true);
    CHECK(answer["wide"] > 0);  // tables that scroll in their own box
  }
}

TEST_CASE("on a laptop no text of a figure is cropped or covers another", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const fs::path crossed = write_page("crossed", crossed_sweep(4));
  for (const auto& [name, page] : {std::pair("texts", full_page()), {"texts-crossed", crossed}}) {
    const auto answer = probe(page, name, R"js(
      const figures = [...document.querySelectorAll("figure")].map(figure => {
        const svg = figure.querySelector(".box > svg"), outer = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim());
        const boxes = texts.map(text => text.getBoundingClientRect());
        const cropped = texts.filter((text, i) => boxes[i].left < outer.left - 1 ||
            boxes[i].right > outer.right + 1 || boxes[i].bottom > outer.bottom + 2 ||
            boxes[i].top < outer.top - 2);
        const covered = texts.filter((text, i) => boxes.some((box, j) => j < i &&
            Math.min(box.right, boxes[i].right) - Math.max(box.left, boxes[i].left) > 2 &&
            Math.min(box.bottom, boxes[i].bottom) - Math.max(box.top, boxes[i].top) > 5));
        return {id: figure.id, kind: figure.dataset.kind ?? "", texts: texts.length,
                cropped: cropped.map(text => text.textContent),
                covered: covered.map(text => text.textContent)};
      });
      const rects = [...document.querySelectorAll(".pairs")].map(
          pair => [...pair.children].map(child => child.getBoundingClientRect()));
      const beside = rects.filter(all => all.some((rect, i) => i > 0 &&
          rect.left >= all[i - 1].right && rect.top < all[i - 1].bottom)).length;
      return {figures, beside, width: document.documentElement.scrollWidth};
    )js",
                              "--window-size=1280,900 --virtual-time-budget=20000");
    for (const auto& figure : answer["figures"]) {
      CAPTURE(name, figure.dump());
      CHECK(figure["texts"] > 2);
      CHECK(figure["cropped"].empty());
      if (figure["kind"] == "curves") CHECK(figure["covered"].empty());
    }
    CHECK(answer["beside"] > 0);
    CHECK(answer["width"] == 1280);
  }
}

TEST_CASE("one button makes every figure of a metric logarithmic, and back", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "scale", R"js(
    const figure = document.getElementById("curve1"), svg = figure.querySelector("svg");
    const panel = svg.querySelector(".panel"), button = figure.querySelector(".scale button");
    const numbers = () => [...panel.querySelectorAll(".own text")].map(text => text.textContent);
    const path = () => [...panel.querySelectorAll(".view > g:not(.other) path")].map(
        each => each.getAttribute("d"));
    const before = path(), text = button.textContent;
    button.click();
    const logarithmic = path(), pressed = button.textContent, own = numbers();
    // Where the first point of the first line should be.
    const row = figure.querySelector("table").tBodies[0].rows[0];
    const [x, mean] = [2, 3].map(column => Number(row.cells[column].textContent));
    const all = [...figure.querySelector("table").tBodies[0].rows].map(
        each => [...each.cells].slice(-2).map(cell => Number(cell.textContent)));
    const low = Math.min(...all.map(each => each[0])), high = Math.max(...all.map(each => each[1]));
    const margin = (high / low) ** 0.04, [bottom, top] = [low / margin, high * margin];
    const [, , y0, y1] = panel.dataset.axes.split(" ").map(Number);
    const wanted = y0 + (y1 - y0) * Math.log(mean / bottom) / Math.log(top / bottom);
    const line = panel.querySelectorAll(".view > g:not(.other)");
    const curve = [...line].at(-7).querySelector("path").getAttribute("d");
    const drawn = Number(curve.slice(1).split("L")[0].split(" ")[1]);
    const others = [...document.querySelectorAll("figure[data-kind=curves]")].filter(
        each => each.dataset.y !== figure.dataset.y && each.querySelector(".zoomed")).length;
    button.click();
    return {text, pressed, changed: before.join() !== logarithmic.join(), own, wanted, drawn,
            others,
            restored: path().join() === before.join() && !panel.classList.contains("zoomed"),
            left: figure.querySelectorAll(".other").length};
  )js");
  CAPTURE(answer.dump());
  CHECK(answer["text"] == "Logarithmic axis");
  CHECK(answer["pressed"] == "Linear axis");
  CHECK(answer["changed"] == true);
  CHECK(answer["own"].size() > 4);
  CHECK(answer["drawn"].get<double>() == Approx(answer["wanted"].get<double>()).margin(0.1));
  CHECK(answer["others"] == 0);
  CHECK(answer["restored"] == true);
  CHECK(answer["left"] == 0);
}

TEST_CASE("figures of a search stand beside each other on a laptop", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(search_page(), "search-columns", R"js(
    const box = id => {
      const rect = document.getElementById(id).querySelector("svg").getBoundingClientRect();
      return {left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom};
    };
    const main = document.querySelector("main").getBoundingClientRect();
    return {main: main.width, scatter: box("search-scatter"), effects: box("partial-effects"),
            parallel: box("parallel")};
  )js",
                            "--window-size=1280,900");
  CAPTURE(answer.dump());
  const double main = answer["main"];
  CHECK(answer["effects"]["left"].get<double>() >= answer["scatter"]["right"].get<double>());
  CHECK(answer["effects"]["top"] == answer["scatter"]["top"]);
  for (const char* figure : {"scatter", "effects"}) {
    CHECK(answer[figure]["right"].get<double>() - answer[figure]["left"].get<double>() >
          0.45 * main);
  }
  CHECK(answer["parallel"]["right"].get<double>() - answer["parallel"]["left"].get<double>() >
        0.9 * main);
}

TEST_CASE("on a phone the opening of a search is not cropped", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(search_page(), "search-phone", kInPhone + R"js(
    const boxes = [...page.querySelectorAll(".opening .box")].filter(
        box => box.getBoundingClientRect().width > 0 && !box.closest("details"));
    const labels = [...page.querySelectorAll(".stacked td")].map(field => {
      const range = page.createRange();
      range.selectNodeContents(field);
      return range.getBoundingClientRect().right - field.getBoundingClientRect().right;
    });
    return {boxes: boxes.length, over: Math.max(...labels),
            scrolled: boxes.filter(box => box.scrollWidth > box.clientWidth + 1).length};
  )js",
                            "--virtual-time-budget=9000");
  CAPTURE(answer.dump());
  CHECK(answer["boxes"] == 2);
  CHECK(answer["scrolled"] == 0);
  CHECK(answer["over"] <= 1);
}

TEST_CASE("a verdict stays on one line, on a laptop and on a phone", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const std::string lines = R"js(
    const fields = [...page.querySelectorAll("#comparison-table td")].filter(
        field => field.textContent === "not decided");
    const lines = fields.map(field => {
      const range = page.createRange();
      range.selectNodeContents(field);
      return range.getClientRects().length;
    });
    return {fields: fields.length, lines: Math.max(...lines)};
  )js";
  for (const auto& [name, where] :
       {std::pair<std::string, std::string>("verdicts", "const page = document;"),
        {"verdicts-phone", kInPhone}}) {
    const auto answer = probe(full_page(), name, where + lines,
                              "--window-size=1280,900 --virtual-time-budget=9000");
    CAPTURE(name, answer.dump());
    CHECK(answer["fields"] > 1);
    CHECK(answer["lines"] == 1);
  }
}

TEST_CASE("axe finds no violation, in light and dark", "[browser][slow]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const CommandEnd fetched =
      run_command({"/bin/sh", std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/reports/axe.sh",
                   (pages_folder() / "axe").string()});
  if (fetched.status != 0) POLYSWEEP_SKIP(("axe-core: " + fetched.error).c_str());
  const std::string axe = content(fetched.output.substr(0, fetched.output.find('\n')));
  for (const std::string flags : {"", " --blink-settings=preferredColorScheme=0"}) {
    const auto answer = probe(full_page(), "axe", R"js(
      for (const folded of document.querySelectorAll("details")) folded.open = true;
      const result = await axe.run(document, {resultTypes: ["violations"]});
      return {dark: matchMedia("(prefers-color-scheme: dark)").matches,
              rules: result.violations.length + result.passes.length,
              violations: result.violations.map(violation => [violation.id, violation.impact,
                  violation.nodes.length, violation.nodes[0].html.slice(0, 200)])};
    )js",
                              "--virtual-time-budget=30000" + flags, axe);
    INFO(answer.dump(1));
    CHECK(answer["violations"].empty());
    CHECK(answer["rules"] > 20);
    CHECK(answer["dark"].get<bool>() == !flags.empty());
  }
}

TEST_CASE("every control and figure of the page has a name", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(full_page(), "names", R"js(
    const all = selector => [...document.querySelectorAll(selector)];
    const ids = all("[id]").map(element => element.id);
    const unnamed = [
      ...all("input").filter(input => !input.labels.length || !input.labels[0].textContent.trim()),
      ...all("button").filter(button => !button.textContent.trim()),
      ...all("table").filter(table => !table.caption || !table.caption.textContent.trim()),
      ...all("th").filter(head => !["row", "col"].includes(head.scope)),
      ...all("figure svg").filter(svg => svg.getAttribute("role") !== "img" ||
          !document.getElementById(svg.getAttribute("aria-labelledby")).textContent),
      ...all("section").filter(section => !section.ariaLabel &&
          !document.getElementById(section.getAttribute("aria-labelledby")))];
    const levels = all("h1,h2,h3").map(heading => Number(heading.tagName[1]));
    return {twice: ids.filter((id, i) => ids.indexOf(id) !== i),
            unnamed: unnamed.map(element => element.outerHTML.slice(0, 200)),
            jumps: levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1).length,
            downloads: all("table").filter(table => !table.querySelector("a[download]")).length,
            figures: all("figure").filter(figure => !figure.querySelector("table")).length,
            handlers: all("*").filter(element => [...element.attributes].some(
                attribute => attribute.name.startsWith("on"))).length};
  )js");
  CAPTURE(answer.dump(1));
  CHECK(answer["twice"].empty());
  CHECK(answer["unnamed"].empty());
  CHECK(answer["jumps"] == 0);
  CHECK(answer["downloads"] == 0);
  CHECK(answer["figures"] == 0);
  CHECK(answer["handlers"] == 0);
}

TEST_CASE("a report of 10,000 trials is small, and opens", "[browser][slow]") {
  const fs::path page = write_page("large", ten_thousand_trials());
  std::printf("a report of 10,000 trials: %.2f MB\n",
              static_cast<double>(fs::file_size(page)) / 1e6);
  CHECK(fs::file_size(page) < 5'000'000);
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  // Told and not checked: how long it takes says as much of the machine as of the page.
  const auto answer = probe(page, "large", R"js(
    document.body.getBoundingClientRect();
    return {opened_ms: performance.now(), rows: document.querySelectorAll("tr").length};
  )js");
  std::printf("opened in %.0f ms\n", answer["opened_ms"].get<double>());
  CHECK(answer["rows"] > 100);
}

TEST_CASE("a report of 10,000 sampled trials is small, and opens", "[browser][slow]") {
  const fs::path page = write_page("large-search", search_sample(10'000));
  std::printf("a report of 10,000 sampled trials: %.2f MB\n",
              static_cast<double>(fs::file_size(page)) / 1e6);
  CHECK(fs::file_size(page) < 5'500'000);
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  const auto answer = probe(page, "large-search", R"js(
    document.body.getBoundingClientRect();
    return {opened_ms: performance.now(), rows: document.querySelectorAll("tr").length};
  )js");
  std::printf("opened in %.0f ms\n", answer["opened_ms"].get<double>());
  CHECK(answer["rows"] > 100);
}

}  // namespace polysweep
