// What the theme needs a script for: the remembered colour scheme, the way into search, buttons that copy code, and the
// mark at the heading that the reader has come to. It stands in the head and blocks, for a moment, so that no page shows in the wrong colours first.
(() => {
  "use strict";
  const root = document.documentElement;
  const key = "silcrow-scheme";
  const system = matchMedia("(prefers-color-scheme: dark)");

  // Storage may be refused.
  const remembered = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  const remember = (scheme) => {
    try {
      scheme ? localStorage.setItem(key, scheme) : localStorage.removeItem(key);
    } catch {
      // Then it holds for this page.
    }
  };

  const isDark = () => (root.dataset.scheme ? root.dataset.scheme === "dark" : system.matches);

  function show(scheme) {
    if (scheme === "light" || scheme === "dark") root.dataset.scheme = scheme;
    else delete root.dataset.scheme;
    document.querySelector(".scheme")?.setAttribute("aria-pressed", isDark());
  }

  show(remembered());
  addEventListener("storage", (event) => event.key === key && show(event.newValue));
  system.addEventListener("change", () => show(root.dataset.scheme));

  function showSwitch() {
    const button = document.querySelector(".scheme");
    if (!button) return;
    button.hidden = false;
    show(root.dataset.scheme);
    button.onclick = () => {
      const isToBeDark = !isDark();
      // What the system says anyway need not be remembered.
      const scheme = isToBeDark === system.matches ? null : isToBeDark ? "dark" : "light";
      remember(scheme);
      show(scheme);
    };
  }

  // A command goes on in the next line after a backslash, in quotes, and up to the end of a here-document.
  function goesOn(command) {
    const here = command.match(/<<-?\s*(['"]?)(\w+)\1/);
    if (here && !command.split("\n").slice(1).some((line) => line.trim() === here[2])) return true;
    return /['"]|\\$/.test(command.replace(/'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|(^|\s)#.*/gm, ""));
  }

  // A shell's prompts and what it answered are not what is to be typed.
  function commands(code) {
    const text = code.textContent;
    const kept = [];
    const isShell = !code.className || /-(bash|sh|shell|zsh|console)$/i.test(code.className);
    for (const line of isShell ? text.split("\n") : []) {
      const last = kept.length - 1;
      if (kept.length && goesOn(kept[last])) kept[last] += `\n${line.replace(/^> /, "")}`;
      else if (line.startsWith("$ ")) kept.push(line.slice(2));
    }
    return kept.length ? kept.join("\n") : text.replace(/\n$/, "");
  }

  function addCopyButtons() {
    const status = document.querySelector(".status");
    if (!status || !navigator.clipboard) return;
    for (const pre of document.querySelectorAll(".prose pre")) {
      if (pre.previousElementSibling?.className === "copy") continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = status.dataset.copy;
      button.setAttribute("aria-label", status.dataset.copyCode);
      button.onclick = async () => {
        try {
          await navigator.clipboard.writeText(commands(pre.querySelector("code") ?? pre));
        } catch {
          // The browser was told to allow no page to copy: the text is selected instead.
          return getSelection().selectAllChildren(pre);
        }
        status.textContent = button.textContent = status.dataset.copied;
        setTimeout(() => {
          button.textContent = status.dataset.copy;
          status.textContent = "";
        }, 2000);
      };
      pre.before(button);
    }
  }

  // Newer browsers do it by CSS alone.
  let observer;
  function markHeadings() {
    observer?.disconnect();
    const links = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
    const headings = [...document.querySelectorAll(".prose :is(h2, h3)[id]")].filter((heading) => links.has(encodeURIComponent(heading.id)) || links.has(heading.id));
    if (!headings.length || CSS.supports("selector(:target-current)")) return;
    const mark = () => {
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
      const at = passed.at(-1)?.id;
      for (const [id, link] of links) {
        const isCurrent = at !== undefined && (id === at || id === encodeURIComponent(at));
        isCurrent ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current");
      }
    };
    observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px", threshold: [0, 1] });
    headings.forEach((heading) => observer.observe(heading));
  }

  // A dialog on most pages, and part of the search page. The rest of search is loaded only when it opens.
  function offerSearch() {
    const search = document.querySelector("[data-search]");
    if (!search) return;
    const isDialog = search.tagName === "DIALOG";
    const form = search.querySelector("form");
    const status = search.querySelector("[role=status]");
    let started;
    let failures = 0;
    const start = () => (started ??= load());
    const load = async () => {
      // A browser may remember that an address could not be loaded.
      const script = search.dataset.script + (failures ? `?${failures}` : "");
      try {
        const { mount } = await import(new URL(script, document.baseURI));
        mount(search);
        form.removeEventListener("input", begin);
      } catch (error) {
        failures += 1;
        started = undefined;
        status.textContent = search.dataset.failed;
        throw error;
      }
    };
    const begin = () => start().catch(() => {});
    form.addEventListener("input", begin);
    // Who types faster than the rest is loaded gets the same; where it cannot be loaded, the search page.
    const early = async (event) => {
      event.preventDefault();
      try {
        await start();
      } catch {
        return form.submit();
      }
      form.removeEventListener("submit", early);
      form.requestSubmit();
    };
    form.addEventListener("submit", early);
    const open = () => {
      const input = search.querySelector("input");
      if (isDialog && !search.open) search.showModal();
      input.focus();
      input.select();
      begin();
    };
    if (isDialog) {
      for (const opener of document.querySelectorAll(".search-open")) {
        opener.hidden = opener.tagName === "A";
        opener.addEventListener("click", open);
      }
    } else {
      search.hidden = false;
      begin();
    }
    addEventListener("keydown", (event) => {
      // On a keyboard without Latin letters, the key in the same place.
      const isK = event.key?.toLowerCase() === "k" || (event.code === "KeyK" && !/^[a-z]$/i.test(event.key));
      const isShortcut = isK && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (!isShortcut || event.isComposing) return;
      event.preventDefault();
      open();
    });
  }

  // On a small screen the open menu lies over the page: it closes for what is outside of it.
  function closeMenu(event) {
    const menu = document.querySelector(".sidebar details[open]");
    if (!menu || getComputedStyle(menu.querySelector(".panel")).position !== "absolute") return;
    const isEscape = event.key === "Escape";
    if (isEscape) menu.querySelector("summary").focus();
    if (isEscape || (event.type !== "keydown" && !menu.contains(event.target))) menu.open = false;
  }

  function enhance() {
    showSwitch();
    addCopyButtons();
    markHeadings();
  }

  document.addEventListener("DOMContentLoaded", () => {
    enhance();
    offerSearch();
    for (const type of ["keydown", "focusin", "click"]) document.addEventListener(type, closeMenu);
  });
  // The dev server has changed the page.
  document.addEventListener("silcrow:update", enhance);
})();
