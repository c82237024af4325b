// Keeps the page that it is in as its source is, without loading it again: the server sends the new page, and only what
// is different is changed, so that scroll position, focus, selection, open `details` and dialogs stay. Shows findings in
// a panel, and opens the editor at what is clicked with Alt held. Only the dev server sends it.
(() => {
  "use strict";
  const script = document.currentScript;
  let { hash, source } = script.dataset;
  const { editor } = script.dataset;
  script.remove();

  // What was sent last, as a tree of its own; and for each of its nodes the one that stands for it on the page.
  let sent = document.documentElement.cloneNode(true);
  const shown = new WeakMap();
  // The source line of each block on the page.
  const lines = new WeakMap();
  // Until a page comes from the server as text, attributes of the root may be those that the page's scripts set.
  let isFirst = true;

  const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
  const isText = (node) => node.nodeType === Node.TEXT_NODE || node.nodeType === Node.COMMENT_NODE;

  // Makes each node of a tree stand for the one in the same place of another.
  function pair(node, live) {
    shown.set(node, live);
    let child = live.firstChild;
    for (let next = node.firstChild; next; next = next.nextSibling, child = child?.nextSibling) {
      if (child) pair(next, child);
    }
  }

  // Takes the source lines out: they change with every line above, and what they are at does not.
  function takeLines(tree) {
    const found = new Map();
    for (const block of tree.querySelectorAll("[data-line]")) {
      found.set(block, Number(block.dataset.line));
      block.removeAttribute("data-line");
    }
    return found;
  }

  function setLines(found) {
    for (const [block, line] of found) {
      const live = shown.get(block);
      if (live) lines.set(live, line);
    }
  }

  pair(sent, document.documentElement);
  const first = takeLines(sent);
  setLines(first);
  for (const block of first.keys()) shown.get(block)?.removeAttribute("data-line");

  // ---- Patching ----

  const parse = (html) => new DOMParser().parseFromString(html, "text/html").documentElement;

  const isStyle = (node) => node.nodeName === "LINK" && node.rel === "stylesheet";

  const isSameKind = (one, other) =>
    one.nodeType === other.nodeType &&
    one.nodeName === other.nodeName &&
    (!isElement(one) || one.id === other.id || !one.id || !other.id);

  function patchAttributes(old, node, live) {
    const isRoot = isFirst && (node.nodeName === "HTML" || node.nodeName === "BODY");
    for (const { name } of [...old.attributes]) {
      if (!node.hasAttribute(name) && !isRoot) live.removeAttribute(name);
    }
    for (const { name, value } of node.attributes) {
      if (old.getAttribute(name) !== value) live.setAttribute(name, value);
    }
  }

  // Changes only what is different between two texts: the selection stays where it is.
  function patchText(old, node, live) {
    const [from, to] = [old.data, node.data];
    if (from === to) return;
    if (live.data !== from) {
      live.data = to;
      return;
    }
    const least = Math.min(from.length, to.length);
    let start = 0;
    while (start < least && from[start] === to[start]) start += 1;
    let end = 0;
    while (end < least - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
    live.replaceData(start, from.length - start - end, to.slice(start, to.length - end));
  }

  // A style sheet goes once the one in its place is there: no moment without.
  function patchStyle(node, live) {
    const fresh = document.importNode(node, true);
    fresh.addEventListener("load", () => live.remove(), { once: true });
    fresh.addEventListener("error", () => live.remove(), { once: true });
    live.after(fresh);
    shown.set(node, fresh);
  }

  function patch(old, node) {
    const live = shown.get(old);
    if (!live) return;
    if (isStyle(node) && old.getAttribute("href") !== node.getAttribute("href")) {
      patchStyle(node, live);
      return;
    }
    shown.set(node, live);
    if (isText(node)) patchText(old, node, live);
    if (!isElement(node)) return;
    patchAttributes(old, node, live);
    patchChildren(old, node, live);
  }

  function patchChildren(old, node, live) {
    const [from, to] = [[...old.childNodes], [...node.childNodes]];
    const keep = (one, other) => pairAgain(one, other);
    let start = 0;
    while (start < from.length && start < to.length && from[start].isEqualNode(to[start])) {
      keep(from[start], to[start]);
      start += 1;
    }
    let [fromEnd, toEnd] = [from.length, to.length];
    while (fromEnd > start && toEnd > start && from[fromEnd - 1].isEqualNode(to[toEnd - 1])) {
      fromEnd -= 1;
      toEnd -= 1;
      keep(from[fromEnd], to[toEnd]);
    }
    const partners = match(from.slice(start, fromEnd), to.slice(start, toEnd));
    const partnered = new Set(partners.values());
    for (const gone of from.slice(start, fromEnd)) {
      if (!partnered.has(gone)) shown.get(gone)?.remove();
    }
    let before = start > 0 ? shown.get(to[start - 1]) : null;
    for (const next of to.slice(start, toEnd)) {
      const partner = partners.get(next);
      if (partner && shown.get(partner)) {
        partner.isEqualNode(next) ? keep(partner, next) : patch(partner, next);
      } else {
        const fresh = document.importNode(next, true);
        pair(next, fresh);
        const place = before && before.parentNode === live ? before.nextSibling : firstPlace(live, to, toEnd);
        live.insertBefore(fresh, place);
      }
      before = shown.get(next);
    }
  }

  // Where a first child goes: before what stands after it, where that is still there.
  function firstPlace(live, to, end) {
    const after = to.slice(end).map((node) => shown.get(node));
    return after.find((node) => node?.parentNode === live) ?? live.firstChild;
  }

  // For each new node the old one that becomes it: equal ones that there is one of, and between those what is of the
  // same kind, in order.
  function match(from, to) {
    const partners = new Map();
    const anchors = [];
    const unique = (nodes) => {
      const found = new Map();
      for (const node of nodes.filter(isElement)) {
        found.set(node.outerHTML, found.has(node.outerHTML) ? null : node);
      }
      return found;
    };
    const [old, fresh] = [unique(from), unique(to)];
    let last = -1;
    to.forEach((node, at) => {
      const same = isElement(node) && fresh.get(node.outerHTML) ? old.get(node.outerHTML) : null;
      const place = same ? from.indexOf(same) : -1;
      if (place > last) {
        anchors.push([place, at]);
        last = place;
      }
    });
    anchors.push([from.length, to.length]);
    let [fromStart, toStart] = [0, 0];
    for (const [fromEnd, toEnd] of anchors) {
      let next = fromStart;
      for (const node of to.slice(toStart, toEnd)) {
        const place = from.findIndex((other, at) => at >= next && at < fromEnd && isSameKind(other, node));
        if (place < 0) continue;
        partners.set(node, from[place]);
        next = place + 1;
      }
      if (fromEnd < from.length) partners.set(to[toEnd], from[fromEnd]);
      [fromStart, toStart] = [fromEnd + 1, toEnd + 1];
    }
    return partners;
  }

  // The same tree, sent again: each node stands for what the old one stood for.
  function pairAgain(old, node) {
    const live = shown.get(old);
    if (live) shown.set(node, live);
    let other = old.firstChild;
    for (let next = node.firstChild; next; next = next.nextSibling, other = other.nextSibling) pairAgain(other, next);
  }

  const scripts = (tree) =>
    [...tree.querySelectorAll("script")]
      .filter((element) => !element.type || /javascript|module/.test(element.type))
      .map((element) => element.outerHTML)
      .join("\n");

  // The block at the top of the window, and how far down it is.
  function top() {
    if (scrollY === 0) return () => {};
    const column = document.elementsFromPoint(innerWidth / 2, 0).concat(document.elementsFromPoint(innerWidth / 2, 100));
    const anchor = column.find((element) => lines.has(element)) ?? column.find((element) => element.closest("main"));
    const before = anchor?.getBoundingClientRect().top;
    return () => {
      if (!anchor?.isConnected) return;
      scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
    };
  }

  function show(page) {
    const next = parse(page.html);
    const found = takeLines(next);
    if (scripts(next) !== scripts(sent)) {
      location.replace(page.url + location.search + location.hash);
      return;
    }
    if (decoded(page.url) !== decoded(location.pathname)) {
      history.replaceState(history.state, "", page.url + location.search + location.hash);
    }
    // Browsers keep the place by themselves too; twice is once too much.
    const style = document.documentElement.style;
    const anchoring = style.overflowAnchor;
    style.overflowAnchor = "none";
    const stay = top();
    patch(sent, next);
    setLines(found);
    stay();
    requestAnimationFrame(() => {
      style.overflowAnchor = anchoring;
      if (!style.length) document.documentElement.removeAttribute("style");
    });
    [sent, hash, source, isFirst] = [next, page.hash, page.source, false];
    document.dispatchEvent(new CustomEvent("silcrow:update"));
  }

  function decoded(path) {
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  }

  // Images and the like whose address stays: asked for again.
  function refresh(urls) {
    const changed = new Set(urls.map((url) => new URL(url, location.href).pathname));
    for (const name of ["src", "href", "poster", "data"]) {
      for (const element of document.querySelectorAll(`:is(img, source, video, audio, embed, object, link)[${name}]`)) {
        const url = new URL(element.getAttribute(name), document.baseURI);
        if (url.origin !== location.origin || !changed.has(url.pathname)) continue;
        url.searchParams.set("silcrow", Date.now());
        element.setAttribute(name, url.pathname + url.search);
      }
    }
  }

  // ---- The panel ----

  const host = document.createElement("silcrow-panel");
  const shadow = host.attachShadow({ mode: "open" });
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      key.startsWith("on") ? element.addEventListener(key.slice(2), value) : element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; inset: auto 0 0 auto; z-index: 2147483647; max-inline-size: 100vw; color-scheme: light dark; }
    * { box-sizing: border-box; }
    section, .saved {
      font: 14px/1.45 system-ui, sans-serif; color: light-dark(#18202c, #e1e6ed); background: light-dark(#fff, #1a212b);
      border: 1px solid light-dark(#76849a, #74839a); border-radius: 6px; margin: 8px; inline-size: min(40rem, calc(100vw - 16px));
      box-shadow: 0 2px 12px rgb(0 0 0 / .25); position: relative;
    }
    section { max-block-size: min(60vh, 30rem); overflow: auto; border-inline-start: 4px solid light-dark(#b02c1c, #ff8f7a); }
    section.mild { border-inline-start-color: light-dark(#7d5200, #edbd62); }
    header { position: sticky; inset-block-start: 0; display: flex; align-items: center; gap: 8px; padding: 8px 12px; background: inherit; }
    h2 { font: inherit; font-weight: 700; margin: 0; flex: 1; }
    h3 { font: inherit; font-weight: 600; margin: 8px 12px 0; color: light-dark(#4d5a6b, #a3afbf); }
    ul { list-style: none; margin: 0; padding: 0 12px 8px; }
    li { padding-block: 8px; border-block-start: 1px solid light-dark(#d3dae3, #303b49); }
    li:first-child { border: 0; }
    p { margin: 0; overflow-wrap: anywhere; }
    b { color: light-dark(#b02c1c, #ff8f7a); } .warning b { color: light-dark(#7d5200, #edbd62); } .info b { color: inherit; }
    code { font: 12.5px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    pre { margin: 4px 0; padding: 4px 8px; background: light-dark(#f0f3f7, #11161d); overflow-x: auto; border-radius: 4px; }
    mark { color: inherit; background: light-dark(#ffd9d2, #5c2a22); text-decoration: underline wavy light-dark(#b02c1c, #ff8f7a) 1px; text-underline-offset: 3px; }
    a { color: light-dark(#1f4e9e, #93bbff); } .place { font-size: 12.5px; }
    button { font: inherit; color: inherit; background: none; border: 1px solid currentcolor; border-radius: 4px; min-inline-size: 28px; min-block-size: 28px; cursor: pointer; }
    :focus-visible { outline: 3px solid light-dark(#1f4e9e, #93bbff); outline-offset: 1px; }
    .saved { display: flex; align-items: center; gap: 8px; padding: 8px 12px; inline-size: fit-content; margin-inline-start: auto; max-inline-size: calc(100vw - 16px); }
    .saved p { flex: 1; }
    @media print { :host { display: none; } }
  `);
  shadow.adoptedStyleSheets = [sheet];
  const notice = make("div", { role: "status" });
  const place = make("div");
  shadow.append(place, notice);
  // The page's own scripts and the reader's place in it are not disturbed: it stands after everything.
  document.documentElement.append(host);

  let dismissed = "";
  let panelText = "";

  // The address that tells what opens the editor at a place. No page holds that itself: it has a path of this machine.
  const href = (file, line, column) => `${editor}?${new URLSearchParams({ file, line, column }).toString().replaceAll("+", "%20")}`;

  async function edit(address) {
    const answer = await fetch(address);
    if (answer.ok) location.href = await answer.text();
  }

  function spans(text) {
    return text.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));
  }

  function item(finding) {
    const { severity, rule, message, help, file, line, column, excerpt } = finding;
    const name = `${file}:${line}:${column}`;
    const follow = (event) => {
      event.preventDefault();
      edit(href(file, line, column));
    };
    const place = editor ? make("a", { href: href(file, line, column), onclick: follow }, name) : name;
    const code = excerpt && make("pre", {}, make("code", {}, excerpt[0], make("mark", {}, excerpt[1]), excerpt[2]));
    return make(
      "li",
      { class: severity },
      make("p", {}, make("b", {}, severity), " ", ...spans(message)),
      code,
      help ? make("p", {}, ...spans(help)) : null,
      make("p", { class: "place" }, place, ` ${rule}`),
    );
  }

  function list(title, items) {
    return items.length ? [make("h3", {}, title), make("ul", {}, ...items)] : [];
  }

  let findings = { page: [], site: [], counts: "", more: 0, failures: [] };
  let near = [];

  function draw() {
    const { page, site, counts, more, failures } = findings;
    const text = JSON.stringify([page, site, more, failures, near]);
    if (text === panelText) return;
    panelText = text;
    const isEmpty = !page.length && !site.length && !near.length && !failures.length;
    if (isEmpty || text === dismissed) {
      place.replaceChildren();
      return;
    }
    dismissed = "";
    const focused = shadow.activeElement?.getAttribute("href");
    const links = near.map(({ title, url }) => make("li", {}, make("p", {}, make("a", { href: url }, title), ` ${url}`)));
    const isMild = !failures.length && !page.concat(site).some(({ severity }) => severity === "error");
    const title = failures.length ? "The dev server has failed" : page.length || site.length ? counts : "No page here";
    const failed = failures.map((failure) => make("li", { class: "error" }, make("p", {}, make("b", {}, "error"), " ", ...spans(failure))));
    const panel = make(
      "section",
      { "aria-labelledby": "title", tabindex: "-1", class: isMild ? "mild" : "" },
      make("header", {}, make("h2", { id: "title" }, title), make("button", { "aria-label": "Close", onclick: close }, "×")),
      ...list("What is shown may be out of date", failed),
      ...list("No page here. Near it:", links),
      ...list("This page", page.map(item)),
      ...list(page.length || near.length ? "The rest of the site" : "The site", site.map(item)),
      more ? make("p", { style: "padding: 0 12px 8px" }, `and ${more} more: \`silcrow check\` names them all`) : null,
    );
    panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
    place.replaceChildren(panel);
    if (focused) [...shadow.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
  }

  function close() {
    dismissed = panelText;
    place.replaceChildren();
  }

  function saved({ pages, count }) {
    const links = pages.flatMap(({ title, url }, at) => [at ? ", " : "", make("a", { href: url }, title)]);
    const rest = count > pages.length ? ` and ${count - pages.length} more` : "";
    const away = () => notice.replaceChildren();
    const line = make(
      "div",
      { class: "saved" },
      make("p", {}, "Saved: ", ...links, rest),
      make("button", { "aria-label": "Close", onclick: away }, "×"),
    );
    line.addEventListener("keydown", (event) => event.key === "Escape" && away());
    notice.replaceChildren(line);
  }

  // ---- Click to source ----

  addEventListener(
    "click",
    (event) => {
      if (!event.altKey || event.button !== 0 || !editor) return;
      for (let node = event.target; node; node = node.parentElement) {
        const line = lines.get(node);
        if (!line || !source) continue;
        event.preventDefault();
        event.stopPropagation();
        edit(href(source, line, 1));
        return;
      }
    },
    { capture: true },
  );

  // ---- The stream ----

  let stream = null;
  let waiting = 0;

  function listen() {
    if (stream || document.hidden) return;
    const query = new URLSearchParams({ page: decoded(location.pathname), hash });
    stream = new EventSource(`/.silcrow/events?${query.toString().replaceAll("+", "%20")}`);
    const on = (name, action) => stream.addEventListener(name, ({ data }) => action(JSON.parse(data)));
    on("hello", (hello) => {
      waiting = 0;
      if (hello.page) show(hello.page);
      [findings, near] = [hello.findings, hello.near];
      draw();
      document.dispatchEvent(new CustomEvent("silcrow:ready"));
    });
    on("page", (page) => {
      near = [];
      show(page);
      draw();
    });
    on("findings", (found) => {
      findings = found;
      draw();
    });
    on("saved", saved);
    on("files", refresh);
    // The browser gives up where the server is gone; it may come back.
    stream.addEventListener("error", () => {
      hush();
      waiting = Math.min(waiting + 250, 2000);
      setTimeout(listen, waiting);
    });
  }

  function hush() {
    stream?.close();
    stream = null;
  }

  // Browsers allow few connections to a host: a page that nobody sees needs none.
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  listen();
})();
