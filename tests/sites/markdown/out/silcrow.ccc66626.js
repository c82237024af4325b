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

  // A shell's prompts and what it answered are not what is to be typed.
  function commands(text) {
    const lines = text.split("\n").filter((line) => line.startsWith("$ "));
    return lines.length ? lines.map((line) => line.slice(2)).join("\n") : text.replace(/\n$/, "");
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
        await navigator.clipboard.writeText(commands(pre.textContent));
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
    let started;
    const start = () => (started ??= import(new URL(search.dataset.script, document.baseURI)).then(({ mount }) => mount(search)));
    const form = search.querySelector("form");
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
      start();
    };
    if (isDialog) {
      for (const opener of document.querySelectorAll(".search-open")) {
        opener.hidden = opener.tagName === "A";
        opener.addEventListener("click", open);
      }
    } else {
      search.hidden = false;
      start();
    }
    addEventListener("keydown", (event) => {
      const isShortcut = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (!isShortcut || event.isComposing) return;
      event.preventDefault();
      open();
    });
  }

  function enhance() {
    showSwitch();
    addCopyButtons();
    markHeadings();
  }

  document.addEventListener("DOMContentLoaded", () => {
    enhance();
    offerSearch();
  });
  // The dev server has changed the page.
  document.addEventListener("silcrow:update", enhance);
})();
