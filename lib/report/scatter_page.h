#pragma once

#include <string_view>

// What makes the page of a scatter plot move.
namespace dlt::report {

inline constexpr std::string_view scatter_style = R"css(
body { margin: 12px; font-family: Helvetica, Arial, 'DejaVu Sans', 'Noto Sans CJK SC', sans-serif; color: #333; }
p { margin: 0 0 8px 4px; font-size: 13px; }
svg { width: 100%; height: auto; max-height: calc(100vh - 60px); cursor: grab; user-select: none; }
)css";

// Circles are in the reverse order of names (the first on top). Names are laid out anew after each
// move, as report/scatter.cpp does it.
inline constexpr std::string_view scatter_script = R"js(
const svg = document.querySelector("svg"), plane = svg.querySelector("g[clip-path]");
const frame = svg.querySelector("clipPath rect").getBBox();
const dots = [...plane.querySelectorAll("circle")].reverse();
const home = dots.map(d => [+d.getAttribute("cx"), +d.getAttribute("cy")]);
const pen = document.createElement("canvas").getContext("2d");
pen.font = "11px " + getComputedStyle(svg).fontFamily;
const wide = names.map(n => pen.measureText(n[0]).width);
const around = [[5, 3.5, "start"], [-5, 3.5, "end"], [0, -5, "middle"], [0, 12, "middle"],
                [4, -4, "start"], [4, 11, "start"], [-4, -4, "end"], [-4, 11, "end"]];
let zoom = 1, left = 0, top_ = 0, wanted = "", pointed = -1;

const place = i => [home[i][0] * zoom + left, home[i][1] * zoom + top_];
const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

function label(i, boxes, must) {
  const [x, y] = place(i);
  for (const [dx, dy, anchor] of around) {
    const w = wide[i], from = x + dx - (anchor == "start" ? 0 : anchor == "end" ? w : w / 2);
    const box = [from, y + dy - 8.6, from + w, y + dy + 2.5];
    if (!must && boxes.some(b => meet(b, box))) continue;
    boxes.push(box);
    const text = document.createElementNS(svg.namespaceURI, "text");
    text.setAttribute("x", x + dx);
    text.setAttribute("y", y + dy);
    text.setAttribute("text-anchor", anchor);
    text.setAttribute("font-size", 11);
    text.setAttribute("fill", must ? "#000" : "#222");
    if (must) text.setAttribute("font-weight", "bold");
    text.textContent = names[i][0];
    plane.append(text);
    return;
  }
}

function draw() {
  plane.querySelectorAll("text").forEach(t => t.remove());
  const seen = [], boxes = [];
  dots.forEach((dot, i) => {
    const [x, y] = place(i), found = wanted && names[i][0].toLowerCase().includes(wanted);
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
    dot.setAttribute("r", found || i == pointed ? 5 : 2.6);
    if (x < frame.x || x > frame.x + frame.width || y < frame.y || y > frame.y + frame.height) return;
    if (found || i == pointed) label(i, boxes, true); else seen.push(i);
  });
  seen.forEach(i => label(i, boxes, false));
}

function mouse(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [at.x, at.y];
}

svg.addEventListener("wheel", event => {
  event.preventDefault();
  const [x, y] = mouse(event), next = Math.min(200, Math.max(1, zoom * Math.exp(-event.deltaY / 400)));
  left = next == 1 ? 0 : x - (x - left) * next / zoom;
  top_ = next == 1 ? 0 : y - (y - top_) * next / zoom;
  zoom = next;
  draw();
}, {passive: false});

let grip = null;
svg.addEventListener("pointerdown", event => {
  grip = mouse(event);
  svg.setPointerCapture(event.pointerId);
});
svg.addEventListener("pointerup", () => { grip = null; });
svg.addEventListener("pointermove", event => {
  const [x, y] = mouse(event);
  if (grip) {
    left += x - grip[0];
    top_ += y - grip[1];
    grip = [x, y];
    return draw();
  }
  let nearest = -1, least = 100;
  dots.forEach((_, i) => {
    const [px, py] = place(i), apart = (px - x) ** 2 + (py - y) ** 2;
    if (apart < least) [nearest, least] = [i, apart];
  });
  if (nearest == pointed) return;
  pointed = nearest;
  document.getElementById("said").textContent =
      pointed < 0 ? "" : names[pointed][0] + (names[pointed][1] ? "  (" + names[pointed][1] + ")" : "");
  draw();
});

document.getElementById("find").addEventListener("input", event => {
  wanted = event.target.value.trim().toLowerCase();
  draw();
});
document.getElementById("whole").addEventListener("click", () => {
  [zoom, left, top_] = [1, 0, 0];
  draw();
});
draw();
)js";

}  // namespace dlt::report
