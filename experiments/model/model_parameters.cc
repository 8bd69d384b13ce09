#include "experiments/model/model_parameters.h"

#include "experiments/encodings/encoding.h"
#include "experiments/parameter_declarations.h"

namespace polysweep {

std::vector<ParameterSpec> model_parameters() {
  std::vector<ParameterSpec> specs = encoding_parameters();
  const std::vector<ParameterSpec> more = {
      integer_parameter("dimension", 64, {2, 8192}, "width of the model; a multiple of heads"),
      integer_parameter("ffn_factor", 2, {1, 16},
                        "width of the feed-forward layers divided by the dimension"),
      integer_parameter("heads", 4, {1, 128}, "number of attention heads"),
      integer_parameter("layers", 2, {1, 64},
                        "number of layers in the encoder, and in the decoder"),
      text_parameter("norm_place", {"post", "pre"}, "layer norm after or before each sublayer"),
      real_parameter("dropout", 0.1, {0, 0.95}, "dropout rate on embeddings and sublayer outputs"),
      real_parameter("attention_dropout", 0, {0, 0.95}, "dropout rate on attention weights"),
  };
  specs.insert(specs.end(), more.begin(), more.end());
  return specs;
}

TransformerOptions transformer_options(const Parameters& parameters, const ModelSize& size,
                                       int device) {
  TransformerOptions options;
  options.vocabulary = size.vocabulary;
  options.longest = size.longest;
  options.width = parameters.integer("dimension");
  options.feed_forward = options.width * parameters.integer("ffn_factor");
  options.heads = parameters.integer("heads");
  options.encoder_layers = options.decoder_layers = parameters.integer("layers");
  options.pre_norm = parameters.text("norm_place") == "pre";
  options.dropout = parameters.real("dropout");
  options.attention_dropout = parameters.real("attention_dropout");
  options.encoding = parameters.text("encoding");
  options.encoding_options = encoding_options(parameters);
  if (device >= 0) options.device = at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
  return options;
}

}  // namespace polysweep
