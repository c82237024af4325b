// What the theme needs a script for: it opens search, and loads the rest of search only then.

const search = document.querySelector('[data-search]');
const isDialog = search?.tagName === 'DIALOG';
let started;

/** Makes the dialog, or the search page's own form, search. */
function start() {
  return (started ??= import(new URL(search.dataset.script, document.baseURI)).then(({ mount }) => mount(search)));
}

function open() {
  const input = search.querySelector('input');
  if (isDialog && !search.open) search.showModal();
  input.focus();
  input.select();
  start();
}

if (isDialog) {
  for (const opener of document.querySelectorAll('.search-open')) {
    opener.hidden = opener.tagName === 'A';
    opener.addEventListener('click', open);
  }
} else if (search) {
  search.hidden = false;
  start();
}

if (search) {
  addEventListener('keydown', (event) => {
    const isShortcut = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isShortcut || event.isComposing) return;
    event.preventDefault();
    open();
  });
}
