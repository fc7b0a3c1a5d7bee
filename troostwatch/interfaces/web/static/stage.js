// The photograph: zoomed, moved, turned; boxes of codes and readings over it; a box drawn by hand.

const SVG = "http://www.w3.org/2000/svg";

export class Stage {
  #scale = 1;
  #x = 0;
  #y = 0;
  #turns = 0;
  #fingers = new Map();
  #drawing = null;
  #size = [1, 1];

  constructor({ view, paper, picture, overlay, hover }) {
    Object.assign(this, { view, paper, picture, overlay, hover });
    view.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX, event.clientY);
    }, { passive: false });
    view.addEventListener("pointerdown", (event) => this.#down(event));
    view.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) view.addEventListener(name, (event) => this.#up(event));
    view.addEventListener("dblclick", () => this.fit());
    overlay.addEventListener("pointerover", (event) => {
      hover.textContent = event.target.dataset?.text ?? "";
    });
    new ResizeObserver(() => this.fit()).observe(view);
  }

  show(item) {
    this.#size = item.size;
    const address = `/pictures/${item.content}/large.jpg`;
    if (!this.picture.src.endsWith(address)) this.picture.src = address;
    [this.picture.width, this.picture.height] = item.size;
    this.overlay.setAttribute("viewBox", `0 0 ${item.size[0]} ${item.size[1]}`);
    const shapes = item.readings.map((reading) => this.#shape("polygon", {
      points: reading.quad.join(" "), class: `reading ${reading.kind}`,
    }, `${reading.text} (${reading.by})`));
    for (const code of item.codes) {
      if (!code.box) continue;
      const asked = code.id === item.id ? " asked" : "";
      shapes.push(this.#rectangle(code.box, `${code.status}${asked}`, `${code.type} ${code.value}, ${code.status}`));
    }
    this.overlay.replaceChildren(...shapes);
    this.view.setAttribute("aria-label", `photograph ${item.position} of ${item.lot}`);
    this.hover.textContent = "";
    this.#turns = 0;
    this.stopDrawing();
    this.fit();
  }

  #shape(name, attributes, text) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    if (text) shape.dataset.text = text;
    return shape;
  }

  #rectangle([x0, y0, x1, y1], kind, text) {
    return this.#shape("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, class: kind }, text);
  }

  // A photograph of the same lot, to look at; it has no boxes.
  look(content) {
    this.picture.src = `/pictures/${content}/large.jpg`;
    this.overlay.replaceChildren();
  }

  fit() {
    const [width, height] = this.#turns % 2 ? [this.#size[1], this.#size[0]] : this.#size;
    this.#scale = Math.min(this.view.clientWidth / width, this.view.clientHeight / height) || 1;
    this.#x = this.view.clientWidth / 2;
    this.#y = this.view.clientHeight / 2;
    this.#place();
  }

  whole() {
    this.zoom(1 / this.#scale);
    const full = this.picture.src.replace("/large.jpg", "/full.jpg");
    if (full !== this.picture.src) this.picture.src = full;
  }

  turn() {
    this.#turns = (this.#turns + 1) % 4;
    this.fit();
  }

  zoom(factor, clientX, clientY) {
    const frame = this.view.getBoundingClientRect();
    const x = (clientX ?? frame.left + frame.width / 2) - frame.left;
    const y = (clientY ?? frame.top + frame.height / 2) - frame.top;
    const scale = Math.min(Math.max(this.#scale * factor, 0.02), 20);
    this.#x = x + (this.#x - x) * (scale / this.#scale);
    this.#y = y + (this.#y - y) * (scale / this.#scale);
    this.#scale = scale;
    this.#place();
  }

  #place() {
    const [width, height] = this.#size;
    this.paper.style.width = `${width}px`;
    this.paper.style.height = `${height}px`;
    this.paper.style.transform = `translate(${this.#x}px, ${this.#y}px) rotate(${this.#turns * 90}deg) ` +
      `scale(${this.#scale}) translate(${-width / 2}px, ${-height / 2}px)`;
    this.overlay.style.setProperty("--line", `${2 / this.#scale}px`);
  }

  // Lets the next drag draw a box; `done` gets it in pixels of the photograph.
  draw(done) {
    this.#drawing = { done, start: null, shape: null };
    this.view.classList.add("drawing");
  }

  stopDrawing() {
    this.#drawing?.shape?.remove();
    this.#drawing = null;
    this.view.classList.remove("drawing");
  }

  #point(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.overlay.getScreenCTM().inverse());
    const [width, height] = this.#size;
    return [Math.round(Math.min(Math.max(at.x, 0), width)), Math.round(Math.min(Math.max(at.y, 0), height))];
  }

  #down(event) {
    this.view.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.#drawing && this.#fingers.size === 1) this.#drawing.start = this.#point(event);
  }

  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    if (this.#drawing?.start) {
      const box = this.#box(event);
      this.#drawing.shape?.remove();
      this.#drawing.shape = this.#rectangle(box, "drawn");
      this.overlay.append(this.#drawing.shape);
      return;
    }
    const others = [...this.#fingers].filter(([id]) => id !== event.pointerId);
    if (others.length) {
      const [other] = others[0][1] ? [others[0][1]] : [before];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const is = Math.hypot(event.clientX - other[0], event.clientY - other[1]);
      if (was > 0) this.zoom(is / was, (event.clientX + other[0]) / 2, (event.clientY + other[1]) / 2);
    } else {
      this.#x += event.clientX - before[0];
      this.#y += event.clientY - before[1];
      this.#place();
    }
    this.#fingers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  #up(event) {
    this.#fingers.delete(event.pointerId);
    if (!this.#drawing?.start) return;
    const [x0, y0, x1, y1] = this.#box(event);
    const { done } = this.#drawing;
    this.#drawing.start = null;
    this.view.classList.remove("drawing");
    if (x1 - x0 > 3 && y1 - y0 > 3) done([x0, y0, x1, y1]);
    else this.stopDrawing();
  }

  #box(event) {
    const [ax, ay] = this.#drawing.start;
    const [bx, by] = this.#point(event);
    return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  }
}
