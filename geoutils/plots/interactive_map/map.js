(() => {
  "use strict";
  const WIDTH = 1000, HEIGHT = 486.7091, RADIUS = 184.7316, EARTH_KM = 6371.0088, MOST = 3000, LEAST = 6;
  const A = [1.340264, -0.081106, 0.000893, 0.003796], H = Math.sqrt(3) / 2;
  const ICONS = {
    in: "M9 3v12M3 9h12", out: "M3 9h12",
    answer: "M9 1v4M9 13v4M1 9h4M13 9h4M9 5a4 4 0 1 0 .01 0",
    world: "M9 2a7 7 0 1 0 .01 0M2 9h14M9 2c-5 4-5 10 0 14c5-4 5-10 0-14",
    both: "M4 14L14 4M2 14a2 2 0 1 0 4 0a2 2 0 1 0-4 0M12 4a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  };
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
  const make = (name, parent, texts = {}) => {
    const element = parent.appendChild(document.createElement(name));
    for (const [key, value] of Object.entries(texts)) {
      if (key === "text") element.textContent = value;
      else element.setAttribute(key, value);
    }
    return element;
  };

  // Equal Earth keeps areas but not shapes. What turns the map's neighbourhood of a point into
  // its true shape is the inverse of the projection's derivative there.
  function straighten(x, y) {
    const up = clamp((HEIGHT / 2 - y) / RADIUS, -1.28, 1.28);
    const slope = (t) => A[0] + 3 * A[1] * t ** 2 + t ** 6 * (7 * A[2] + 9 * A[3] * t ** 2);
    let t = up / 1.2;
    for (let i = 0; i < 8; i++) t -= (t * (A[0] + A[1] * t ** 2 + t ** 6 * (A[2] + A[3] * t ** 2)) - up) / slope(t);
    const q = slope(t), change = 6 * A[1] * t + t ** 5 * (42 * A[2] + 72 * A[3] * t ** 2);
    const cosine = Math.max(Math.cos(Math.asin(clamp(Math.sin(t) / H, -1, 1))), 0.12);
    const east = (((x - WIDTH / 2) / RADIUS) * q) / ((Math.cos(t) / H));
    const turn = (H * cosine) / Math.cos(t);
    const skew = (clamp(east, -Math.PI, Math.PI) / H) * ((-Math.sin(t) * q - Math.cos(t) * change) / q ** 2) * turn;
    const a = Math.cos(t) / H / q / cosine, d = q * turn;
    return [1 / a, -skew / (a * d), 1 / d];
  }

  function start(figure) {
    figure.setAttribute("data-ready", "");
    const frame = figure.querySelector(".geo-map-frame"), svg = frame.querySelector("svg");
    const ground = svg.querySelector(".geo-map-ground");
    const cells = [...svg.querySelectorAll(".geo-map-cells path")].reverse(); // likeliest first
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    for (const title of svg.querySelectorAll(".geo-map-cells title")) title.remove(); // the tip says it
    const tip = make("div", frame, { class: "geo-map-tip", hidden: "", "aria-hidden": "true" });
    const hint = make("div", frame, { class: "geo-map-hint", hidden: "", role: "status" });
    const scale = make("div", frame, { class: "geo-map-scale", hidden: "", "aria-hidden": "true" });
    const buttons = document.createElement("div");
    buttons.className = "geo-map-buttons";
    frame.after(buttons);
    const view = { x: WIDTH / 2, y: HEIGHT / 2, zoom: 1 };
    let width = 1, height = 1, running = 0, hinting = 0, told = null, extents;

    const unit = () => Math.min(width / WIDTH, height / HEIGHT);
    const matrix = (x, y, zoom) => {
      const share = clamp(Math.log2(zoom) / 3, 0, 1), [a, b, d] = straighten(x, y), s = unit() * zoom;
      return [s * a ** share, -s * share * b, s * d ** share];
    };
    const back = ([a, b, d], h, v) => [(h - (b * v) / d) / a, v / d]; // screen offset to map offset

    // A cell of less than LEAST pixels would vanish under its white edge: its edge is its colour then.
    function grow(pixels) {
      extents ??= cells.map((cell) => cell.getBBox()).map((box) => Math.max(box.width, box.height));
      cells.forEach((cell, k) => {
        if (!cell.classList.contains("geo-map-area")) return;
        const small = extents[k] * pixels < LEAST;
        cell.classList.toggle("geo-map-small", small);
        cell.style.setProperty("--geo-grow", `${Math.max(0.8, LEAST - extents[k] * pixels)}px`);
        if (small) cell.setAttribute("stroke-opacity", cell.getAttribute("fill-opacity"));
        else cell.removeAttribute("stroke-opacity");
      });
    }

    function draw() {
      view.zoom = clamp(view.zoom, 1, MOST);
      const room = 1 - 1 / view.zoom;
      view.x = clamp(view.x, (WIDTH / 2) * (1 - room), (WIDTH / 2) * (1 + room));
      view.y = clamp(view.y, (HEIGHT / 2) * (1 - room), (HEIGHT / 2) * (1 + room));
      const [a, b, d] = matrix(view.x, view.y, view.zoom);
      const e = width / 2 - a * view.x - b * view.y, f = height / 2 - d * view.y;
      ground.setAttribute("transform", `matrix(${a} 0 ${b} ${d} ${e} ${f})`);
      figure.toggleAttribute("data-zoomed", view.zoom > 1.001);
      grow(unit() * view.zoom);
      const pixel = EARTH_KM / (RADIUS * unit() * view.zoom), most = 110 * pixel;
      const round = [5, 2, 1].map((n) => n * 10 ** Math.floor(Math.log10(most))).find((n) => n <= most);
      scale.hidden = view.zoom < 7.9;
      scale.style.width = `${round / pixel}px`;
      scale.textContent = round < 1 ? `${Math.round(round * 1000)} m` : `${round.toLocaleString("en")} km`;
    }

    function moveTo(x, y, zoom) {
      cancelAnimationFrame(running);
      const from = { ...view }, began = performance.now(), to = clamp(zoom, 1, MOST);
      if (calm.matches) { Object.assign(view, { x, y, zoom: to }); return draw(); }
      const step = (now) => {
        const t = clamp((now - began) / 350, 0, 1), eased = t * t * (3 - 2 * t);
        view.zoom = from.zoom * (to / from.zoom) ** eased;
        const left = Math.abs(to / from.zoom - 1) < 1e-6 ? 1 - eased : (1 / view.zoom - 1 / to) / (1 / from.zoom - 1 / to);
        view.x = x + (from.x - x) * left;
        view.y = y + (from.y - y) * left;
        draw();
        if (t < 1) running = requestAnimationFrame(step);
      };
      running = requestAnimationFrame(step);
    }

    // The place under (h, v), pixels from the middle, stays there; the matrix depends on where the
    // middle will be, so that is found step by step.
    function around(h, v, factor, animated = false) {
      const [dx, dy] = back(matrix(view.x, view.y, view.zoom), h, v);
      const place = [view.x + dx, view.y + dy], zoom = clamp(view.zoom * factor, 1, MOST);
      let { x, y } = view;
      for (let i = 0; i < 6; i++) {
        const [p, q] = back(matrix(x, y, zoom), h, v);
        [x, y] = [clamp(place[0] - p, 0, WIDTH), clamp(place[1] - q, 0, HEIGHT)];
      }
      if (animated) return moveTo(x, y, zoom);
      cancelAnimationFrame(running);
      Object.assign(view, { x, y, zoom });
      draw();
    }

    function pan(h, v) {
      cancelAnimationFrame(running);
      const [dx, dy] = back(matrix(view.x, view.y, view.zoom), h, v);
      view.x -= dx;
      view.y -= dy;
      draw();
    }

    function fit(elements, most = 400) {
      const boxes = elements.map((element) => element.getBBox());
      const left = Math.min(...boxes.map((b) => b.x)), right = Math.max(...boxes.map((b) => b.x + b.width));
      const top = Math.min(...boxes.map((b) => b.y)), bottom = Math.max(...boxes.map((b) => b.y + b.height));
      const x = (left + right) / 2, y = (top + bottom) / 2;
      let zoom = 8;
      for (let i = 0; i < 5; i++) {
        const [a, b, d] = matrix(x, y, zoom).map((m) => m / zoom);
        const wide = a * (right - left) + Math.abs(b) * (bottom - top), tall = d * (bottom - top);
        zoom = clamp(Math.min((0.7 * width) / (wide + 1e-9), (0.7 * height) / (tall + 1e-9)), 1, most);
      }
      moveTo(x, y, zoom);
    }

    function say(text) {
      hint.textContent = text;
      hint.hidden = false;
      clearTimeout(hinting);
      hinting = setTimeout(() => { hint.hidden = true; }, 2500);
    }

    function show(cell, h, v) {
      told = cell;
      tip.replaceChildren();
      for (const fact of cell.dataset.facts.split("\n")) make("div", tip, { text: fact });
      tip.hidden = false;
      const gap = 14, right = h + gap + tip.offsetWidth > width;
      const left = right ? h - gap - tip.offsetWidth : h + gap;
      tip.style.left = `${clamp(left, 4, Math.max(4, width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${clamp(v + gap, 4, Math.max(4, height - tip.offsetHeight - 4))}px`;
    }
    const middle = (cell) => {
      const box = cell.getBoundingClientRect(), home = svg.getBoundingClientRect();
      return [box.x + box.width / 2 - home.x, box.y + box.height / 2 - home.y];
    };
    const place = (event) => {
      const home = svg.getBoundingClientRect();
      return [event.clientX - home.x, event.clientY - home.y];
    };
    const shown = () => cells.filter((cell) => !cell.classList.contains("geo-map-off"));

    cells.forEach((cell) => {
      cell.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse" && !event.buttons) show(cell, ...place(event)); });
      cell.addEventListener("pointerleave", (event) => {
        if (event.pointerType === "mouse" && told === cell && document.activeElement !== cell) tip.hidden = true;
      });
      cell.addEventListener("click", (event) => show(cell, ...place(event)));
      cell.addEventListener("blur", () => { if (told === cell) tip.hidden = true; });
      cell.addEventListener("focus", () => {
        frame.scrollTop = frame.scrollLeft = 0; // a cell beyond the frame makes the browser scroll it
        if (!cell.matches(":focus-visible")) return;
        const [h, v] = middle(cell);
        if (h < 0 || v < 0 || h > width || v > height) pan(width / 2 - h, height / 2 - v);
        frame.scrollIntoView({ block: "nearest" });
        show(cell, ...middle(cell));
      });
    });
    svg.addEventListener("click", (event) => { if (!event.target.closest(".geo-map-cells")) tip.hidden = true; });

    const keys = {
      ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
      "+": () => around(0, 0, 2, true), "=": () => around(0, 0, 2, true), "-": () => around(0, 0, 0.5, true),
      0: () => moveTo(WIDTH / 2, HEIGHT / 2, 1),
    };
    svg.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const list = shown(), at = list.indexOf(event.target);
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (at >= 0 && step) list[clamp(at + step, 0, list.length - 1)].focus({ preventScroll: true });
      else if (at >= 0 && event.key === "Enter") fit([event.target]);
      else if (event.key === "Escape") tip.hidden = true;
      else if (keys[event.key]) { tip.hidden = true; keys[event.key](); }
      else return;
      event.preventDefault();
      event.stopPropagation();
    });

    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !svg.contains(document.activeElement)) {
        return say("Click the map, then the wheel zooms");
      }
      if (view.zoom <= 1 && event.deltaY > 0) return; // the page may scroll on
      event.preventDefault();
      hint.hidden = tip.hidden = true;
      const [h, v] = place(event), lines = event.deltaMode === 1 ? 33 : 1;
      around(h - width / 2, v - height / 2, 2 ** clamp((-event.deltaY * lines) / 250, -1, 1));
    }, { passive: false });

    const fingers = new Map();
    let moved = 0;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (!fingers.size) moved = 0;
      fingers.set(event.pointerId, place(event));
    });
    svg.addEventListener("pointermove", (event) => {
      const was = fingers.get(event.pointerId);
      if (!was) return;
      const now = place(event), others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
      moved += Math.hypot(now[0] - was[0], now[1] - was[1]);
      if (moved < 5) return;
      if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, now);
      tip.hidden = true;
      if (others.length) {
        const [still] = others, apart = (p) => Math.max(20, Math.hypot(p[0] - still[0], p[1] - still[1]));
        const center = (p) => [(p[0] + still[0]) / 2, (p[1] + still[1]) / 2];
        const [h, v] = center(now), [g, u] = center(was);
        pan(h - g, v - u);
        around(h - width / 2, v - height / 2, apart(now) / apart(was));
      } else pan(now[0] - was[0], now[1] - was[1]);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      svg.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    svg.addEventListener("click", (event) => { if (moved >= 5) { event.stopPropagation(); moved = 0; } }, true);
    svg.addEventListener("dblclick", (event) => {
      const [h, v] = place(event);
      around(h - width / 2, v - height / 2, 2, true);
    });

    const marks = [...svg.querySelectorAll(".geo-map-answer, .geo-map-truth")];
    const tools = [
      ["in", "Zoom in", () => around(0, 0, 2, true)],
      ["out", "Zoom out", () => around(0, 0, 0.5, true)],
      ["answer", "Go to the likeliest cell", () => fit([cells[0], svg.querySelector(".geo-map-answer")])],
      ["world", "Show the whole world", () => moveTo(WIDTH / 2, HEIGHT / 2, 1)],
    ];
    if (marks.length > 1) tools.splice(3, 0, ["both", "Show answer and true place", () => fit(marks)]);
    for (const [icon, label, act] of tools) {
      const button = make("button", buttons, { type: "button", "aria-label": label, title: label });
      button.innerHTML = `<svg viewBox="0 0 18 18" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
      button.addEventListener("click", act);
    }

    const label = make("label", figure.querySelector(".geo-map-legend"), { text: "Shown:" });
    const choice = make("select", label);
    for (const [value, text] of Object.entries(JSON.parse(figure.dataset.shadings))) make("option", choice, { value, text });
    choice.value = figure.dataset.shading;
    choice.addEventListener("change", () => {
      figure.dataset.shading = choice.value;
      tip.hidden = true;
      for (const cell of cells) {
        const opacity = cell.dataset[choice.value];
        cell.setAttribute(cell.classList.contains("geo-map-dot") ? "stroke-opacity" : "fill-opacity", opacity);
        cell.classList.toggle("geo-map-off", !Number(opacity));
      }
      draw();
      if (!shown().length) say("No cell reaches 5 %");
    });

    const measure = () => {
      const box = svg.getBoundingClientRect();
      if (!box.width) return;
      [width, height] = [box.width, box.height];
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      draw();
    };
    measure();
    new ResizeObserver(measure).observe(frame);
    if (!shown().length) say("No cell reaches 5 %");
  }

  document.querySelectorAll(".geo-map:not([data-ready])").forEach(start);
})();
