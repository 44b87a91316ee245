// One finding in the list of <pattern-warden>: a line to read, what it means, and how to repair it.

const SHAPES = {
  error: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
  warning: "M8 1l7.5 14H.5z",
  info: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z",
  hint: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
};
const SIGNS = { same: " ", gone: "-", new: "+" };

/** An element that pages can style by its part, which is its class, too. */
export function make(tag, part, ...content) {
  const node = document.createElement(tag);
  if (part) {
    node.className = part;
    node.part = part;
  }
  node.append(...content);
  return node;
}

/** A button with a word on it. */
export function button(part, ...content) {
  const node = make("button", part, ...content);
  node.type = "button";
  return node;
}

/** Text with what stands between backticks as code. */
export function inline(text) {
  return text.split("`").map((part, at) => (at % 2 === 0 ? part : make("code", "", part)));
}

/**
 * The list item of a finding. `toggle(open)` is told when a reader opens or closes it, and
 * `fix(index, box)` when one asks for a fix; whatever there is to say about it belongs in `box`.
 * Without `fix` no repair is offered.
 */
export function item(finding, { id, open, toggle, fix }) {
  const severity = make("span", "severity", shape(finding.severity), finding.severity);
  severity.classList.add(finding.severity);
  const line = make("span", "line", finding.range ? `line ${finding.range.start.line}` : "");
  const opener = button("item-open", severity, line, make("span", "message", ...inline(finding.message)));
  opener.dataset.key = finding.key;

  const why = make("div", "why");
  why.id = id;
  opener.setAttribute("aria-controls", id);
  for (const paragraph of (finding.why ?? "").split(/\n\s*\n/).filter(Boolean)) {
    why.append(make("p", "", ...inline(paragraph.replace(/\s+/g, " "))));
  }
  if (fix && finding.fixes?.length) why.append(fixes(finding, fix));
  why.append(make("p", "rule-id", finding.rule));

  const show = (open) => {
    why.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
  };
  show(open);
  opener.addEventListener("click", () => {
    show(why.hidden);
    toggle(!why.hidden);
  });
  return make("li", "item", make("h3", "", opener), why);
}

function fixes(finding, fix) {
  const items = finding.fixes.map(({ title, grade }, index) => {
    const badge = make("span", "grade", grade);
    badge.classList.add(grade);
    const ask = button("fix-button", make("span", "", "Fix: ", ...inline(title)), badge);
    const box = make("div", "fix");
    // A change that needs a review is shown first; pressed again, the button hides it.
    if (grade === "review") ask.setAttribute("aria-expanded", "false");
    ask.addEventListener("click", () => {
      const shown = box.hasChildNodes();
      box.replaceChildren();
      if (!shown) fix(index, box);
      if (grade === "review") ask.setAttribute("aria-expanded", String(box.hasChildNodes()));
    });
    return make("li", "", ask, box);
  });
  return make("ul", "fixes", ...items);
}

/** The lines that a fix changes; the signs are text, so that they are read out too. */
export function difference(changes) {
  const blanks = changes.filter(({ text }) => text.trim()).map(({ text }) => text.search(/\S/));
  const cut = Math.min(...blanks, Infinity);
  return make("div", "diff", ...changes.flatMap(({ sign, number, text }) => [
    make("span", "line", String(number ?? "")),
    make("code", sign, `${SIGNS[sign]} ${text.slice(cut)}`),
  ]));
}

function shape(severity) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", SHAPES[severity] ?? SHAPES.hint);
  svg.append(path);
  return svg;
}
