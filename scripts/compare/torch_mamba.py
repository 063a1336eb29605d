#!/usr/bin/env python3
"""One training step of a Mamba language model in PyTorch, timed: the other side of `dlt bench`.

Works with Debian's python3-torch 1.13. --scan loop is the recurrence as it is written, step by step. The other two are what
Hugging Face's transformers do where there is no CUDA, exp(delta A) and delta B u of all steps at once, then a loop: --scan
step picks each step by its index, whose way back fills an array of all steps with zeros for every step; --scan unbind takes
them apart once.
Prints one JSON line. float32, tied head, AdamW, gradients clipped to 1.
"""
import argparse
import math

import torch_side


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--scan", choices=["loop", "step", "unbind"], default="loop")
    add("--vocab", type=int, default=256)
    add("--layers", type=int, default=4)
    add("--width", type=int, default=256)
    add("--states", type=int, default=16)
    add("--context", type=int, default=1024)
    add("--batch", type=int, default=4)
    add("--threads", type=int, default=1)
    add("--steps", type=int, default=1, help="timed steps")
    add("--warmup", type=int, default=1, help="steps before the clock starts")
    return parser.parse_args()


ARGS = arguments()
torch = torch_side.load(ARGS.threads)
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5))


class Mixer(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.inner, self.states, self.rank = 2 * a.width, a.states, math.ceil(a.width / 16)
        self.scan = {"loop": self.loop, "step": self.step, "unbind": self.unbind}[a.scan]
        self.in_proj = nn.Linear(a.width, 2 * self.inner, bias=False)
        self.conv1d = nn.Conv1d(self.inner, self.inner, 4, groups=self.inner, padding=3)
        self.x_proj = nn.Linear(self.inner, self.rank + 2 * self.states, bias=False)
        self.dt_proj = nn.Linear(self.rank, self.inner)
        self.A_log = nn.Parameter(torch.log(torch.arange(1.0, self.states + 1)).repeat(self.inner, 1))
        self.D = nn.Parameter(torch.ones(self.inner))
        self.out_proj = nn.Linear(self.inner, a.width, bias=False)
        nn.init.constant_(self.dt_proj.bias, -4.6)

    def forward(self, x):
        time = x.shape[1]
        u, gate = self.in_proj(x).transpose(1, 2).chunk(2, dim=1)
        u = F.silu(self.conv1d(u)[..., :time])
        dt, b, c = self.x_proj(u.transpose(1, 2)).split([self.rank, self.states, self.states], dim=-1)
        delta = F.softplus(self.dt_proj(dt)).transpose(1, 2)
        y = self.scan(u, delta, b, c) + u * self.D[:, None]
        return self.out_proj((y * F.silu(gate)).transpose(1, 2))

    # u and delta [batch, inner, time], b and c [batch, time, states], to y as u.
    def loop(self, u, delta, b, c):
        a, state, ys = -torch.exp(self.A_log), u.new_zeros(u.shape[0], self.inner, self.states), []
        for t in range(u.shape[2]):
            step = delta[:, :, t, None]
            state = torch.exp(step * a) * state + step * u[:, :, t, None] * b[:, t, None]
            ys.append(torch.matmul(state, c[:, t, :, None])[..., 0])
        return torch.stack(ys, dim=-1)

    def step(self, u, delta, b, c):
        decay, drive = self.whole(u, delta, b)
        state, ys = u.new_zeros(u.shape[0], self.inner, self.states), []
        for t in range(u.shape[2]):
            state = decay[:, :, t] * state + drive[:, :, t]
            ys.append(torch.matmul(state, c[:, t, :, None])[..., 0])
        return torch.stack(ys, dim=-1)

    def unbind(self, u, delta, b, c):
        decay, drive = self.whole(u, delta, b)
        state, ys = u.new_zeros(u.shape[0], self.inner, self.states), []
        for decay_t, drive_t, c_t in zip(decay.unbind(2), drive.unbind(2), c.unbind(1)):
            state = decay_t * state + drive_t
            ys.append(torch.matmul(state, c_t[..., None])[..., 0])
        return torch.stack(ys, dim=-1)

    # exp(delta A) and delta B u, [batch, inner, time, states]
    def whole(self, u, delta, b):
        decay = torch.exp(delta[..., None] * -torch.exp(self.A_log)[None, :, None])
        return decay, delta[..., None] * b[:, None] * u[..., None]


class Mamba(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.tokens = nn.Embedding(a.vocab, a.width)
        self.norms = nn.ModuleList(RmsNorm(a.width) for _ in range(a.layers + 1))
        self.mixers = nn.ModuleList(Mixer(a) for _ in range(a.layers))
        nn.init.normal_(self.tokens.weight, std=0.02)

    def forward(self, ids):
        x = self.tokens(ids)
        for norm, mixer in zip(self.norms, self.mixers):
            x = x + mixer(norm(x))
        return F.linear(self.norms[-1](x), self.tokens.weight)


torch_side.print_training(torch, Mamba(ARGS), ARGS, scan=ARGS.scan)
