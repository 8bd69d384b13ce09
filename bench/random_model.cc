#include "bench/random_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {

BenchShape bench_shape(const std::string& name) {
  BenchShape shape;
  shape.model.encoding = "sinusoidal";
  shape.model.width = 128;
  shape.model.feed_forward = 256;
  shape.model.heads = 4;
  if (name == "small") {  // multi30k_first.toml
    shape.model.vocabulary = 4000;
    shape.model.encoder_layers = shape.model.decoder_layers = 2;
    shape.batch_tokens = 1024;
  } else if (name == "anchor") {  // the anchor protocol
    shape.model.vocabulary = 10000;
    shape.model.encoder_layers = shape.model.decoder_layers = 4;
    shape.batch_tokens = 4096;
  } else {
    fail("no shape is called {}: there are small and anchor", name);
  }
  return shape;
}

EncodedText random_text(std::size_t pairs, std::int64_t vocabulary, std::uint64_t seed) {
  RandomStream random(seed, "step_bench");
  EncodedText text;
  text.name = "random";
  const auto sentence = [&](double mean) {
    const double length = std::clamp(mean + 4 * random.normal(), 4.0, 40.0);
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(length));
    for (std::int32_t& token : tokens) {
      const double rank = std::pow(static_cast<double>(vocabulary - 4), random.uniform());
      token = static_cast<std::int32_t>(3 + rank);
    }
    return tokens;
  };
  for (std::size_t i = 0; i < pairs; ++i) {
    text.source.push_back(sentence(14));
    text.target.push_back(sentence(static_cast<double>(text.source.back().size())));
  }
  return text;
}

void write_model(const std::filesystem::path& folder, const Transformer& model) {
  std::ofstream weights(folder / "weights.bin", std::ios::binary);
  nlohmann::json sizes = {{"heads", model.options().heads},
                          {"layers", model.options().encoder_layers},
                          {"longest", model.options().longest}};
  for (const NamedTensor& parameter : model.parameters()) {
    const at::Tensor flat = parameter.tensor.detach().contiguous();
    weights.write(reinterpret_cast<const char*>(flat.data_ptr<float>()),
                  static_cast<std::streamsize>(flat.nbytes()));
    sizes["weights"].push_back({parameter.name, flat.sizes().vec()});
  }
  std::ofstream(folder / "sizes.json") << sizes;
}

void write_batches(const std::filesystem::path& file, Batcher batcher, std::int64_t count) {
  nlohmann::json batches;
  for (std::int64_t i = 0; i < count; ++i) {
    const Batch batch = batcher.next();
    batches.push_back({batch.source, batch.target_input, batch.target_output});
  }
  std::ofstream(file) << batches;
}

}  // namespace polysweep
