#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "models/lru/lru_mixer.h"
#include "models/s4/s4_mixer.h"
#include "models/s4/s4d_mixer.h"
#include "support/check_op.h"

using namespace dlt;
using namespace dlt::models;

namespace {

template <class Config>
Config read(const std::string& text) {
  auto model = config::Reader::parse_text(text, "a.json");
  return Config::read(model, 6, 0);
}

}  // namespace

TEST_CASE("S4 and LRU layers say what of their config is wrong", "[models][errors]") {
  CHECK_THROWS_WITH(read<S4Config>(R"({"states": 7})"),
                    "a.json:1:12: /states: must be even: states are conjugate pairs");
  CHECK_THROWS_WITH(read<S4Config>(R"({"step_min": 0.1, "step_max": 0.01})"),
                    "a.json:1:31: /step_max: must be at least step_min = 0.1");
  CHECK_THROWS_WITH(read<S4dConfig>(R"({"init": "hippo"})"),
                    Catch::Contains("lin") && Catch::Contains("inv") && Catch::Contains("legs"));
  CHECK_THROWS_WITH(read<LruConfig>(R"({"ring_min": 0.5, "ring_max": 0.4})"),
                    "a.json:1:31: /ring_max: must be at least ring_min = 0.5");
}

TEST_CASE("S4D begins with the matrices of its paper", "[models]") {
  const auto imaginary = [](const char* init) {
    nn::Params params(1);
    const S4dMixer mixer(nn::Scope(params),
                         read<S4dConfig>(R"({"states": 8, "init": ")" + std::string(init) + "\"}"));
    for (real v : params.all().at("log_A_real").values()) CHECK(v == Approx(std::log(0.5)));
    return params.all().at("A_imag").clone();
  };
  const Tensor lin = imaginary("lin"), inv = imaginary("inv"), legs = imaginary("legs");
  const double pi = std::acos(-1.0);
  for (int n = 0; n < 4; ++n) CHECK(lin.data()[n] == Approx(n * pi));
  CHECK(inv.data()[3] == Approx(8 / pi * 7));
  CHECK(lin.data()[4] == 0);  // the next channel
  CHECK(legs.data()[0] > 0);
  CHECK(legs.data()[3] > legs.data()[2]);
}

TEST_CASE("parameters of state space layers have their own rate and do not decay", "[models]") {
  nn::Params params(1);
  const nn::Scope s(params);
  const S4Mixer s4(s / "s4", read<S4Config>(R"({"ssm_lr_scale": 0.25})"));
  const LruMixer lru(s / "lru", read<LruConfig>("{}"));
  const nn::Tuning own{.lr_scale = 0.25, .decays = false};
  for (const char* name :
       {"log_dt", "log_A_real", "A_imag", "P_real", "P_imag", "B_real", "B_imag"}) {
    CHECK(params.tuning("s4." + std::string(name)) == own);
  }
  CHECK(params.tuning("s4.C_real") == nn::Tuning{});
  CHECK(params.tuning("lru.nu_log") == nn::Tuning{.lr_scale = 0.5, .decays = false});
  CHECK(params.tuning("lru.C_re") == nn::Tuning{});
}

TEST_CASE("an LRU begins on its ring, and with states as large as its input", "[models]") {
  nn::Params params(3);
  const LruMixer mixer(nn::Scope(params),
                       read<LruConfig>(R"({"states": 500, "ring_min": 0.4, "ring_max": 0.8})"));
  const auto& all = params.all();
  for (int i = 0; i < 500; ++i) {
    const double radius = std::exp(-std::exp(double(all.at("nu_log").data()[i])));
    CHECK(radius > 0.399);
    CHECK(radius < 0.801);
    const double gamma = std::exp(double(all.at("gamma_log").data()[i]));
    CHECK(gamma == Approx(std::sqrt(1 - radius * radius)).epsilon(1e-5));
  }
}

TEST_CASE("states of S4, S4D and LRU do not grow with what was read", "[models]") {
  nn::Params params(1);
  const nn::Scope s(params);
  std::vector<std::unique_ptr<Mixer>> mixers;
  mixers.push_back(std::make_unique<S4Mixer>(s / 0, read<S4Config>(R"({"states": 4})")));
  mixers.push_back(std::make_unique<S4dMixer>(s / 1, read<S4dConfig>(R"({"states": 4})")));
  mixers.push_back(std::make_unique<LruMixer>(s / 2, read<LruConfig>("{}")));
  const autograd::NoGrad off;
  const Tensor x = test::random({1, 100, 6}, 1), one = test::random({1, 1, 6}, 2);
  for (const auto& mixer : mixers) {
    const auto state = mixer->start();
    mixer->step(one, *state);
    const auto live = Tensor::live();
    for (int i = 0; i < 10; ++i) mixer->step(x, *state);
    CHECK(Tensor::live() == live);
    const Tensor y = mixer->step(one, *state);
    CHECK(
        std::all_of(y.values().begin(), y.values().end(), [](real v) { return std::isfinite(v); }));
  }
}
