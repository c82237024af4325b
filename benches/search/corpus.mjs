// A site of real prose: the READMEs, guides and module documentation inside the packages of `Cargo.lock`, so that every
// machine has the same site; `cargo fetch --locked` brings those that no build needed. No text of others is kept here.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const sectionSize = 25;
const longest = 80_000;
/** Files that are alike in all packages, or are no prose. */
const unwanted = /^(change|history|news|release|licen[sc]e|code.of.conduct|contributing|security|authors|upgrad|migrat|third)/i;

/** The folder of every locked package, in the order of the lock file. */
function folders() {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  const registries = readdirSync(sources).map((registry) => join(sources, registry));
  const lock = readFileSync(new URL('../../Cargo.lock', import.meta.url), 'utf8');
  const packages = [...lock.matchAll(/^name = "(.+)"\nversion = "(.+)"\nsource/gm)].map(([, name, version]) => `${name}-${version}`);
  return packages.map((name) => {
    const found = registries.map((registry) => join(registry, name)).find((folder) => existsSync(folder));
    if (!found) throw new Error(`${name} is not on this machine: run \`cargo fetch --locked\``);
    return found;
  });
}

function* walk(folder, ends) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, ends);
    else if (entry.isFile() && ends.test(entry.name)) yield path;
  }
}

/** Markdown without what leads elsewhere: links as their text, no images, no HTML, no references. */
function plain(markdown) {
  return markdown
    .replaceAll('\r\n', '\n')
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^\s*\[[^\]\n]+\]:.*$/gm, '')
    .replace(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?/g, '')
    .replace(/\[((?:[^[\]]|\[[^\]]*\])*)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/\[([^[\]\n]*)\]/g, '$1')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/<https?:[^>]*>/g, '')
    .trim();
}

const words = (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [];

function titleOf(text) {
  return text.replace(/[`*_#~\\|]/g, '').replace(/\{[^}]*\}/g, '').replace(/\s+/g, ' ').trim().replace(/[.:,]+$/, '');
}

/** A guide: its first heading is the title, the rest is the text. */
function guide(text) {
  const heading = /^#{1,3} +(.+?) *#*$/m.exec(text) ?? /^(.+)\n[=-]{3,}$/m.exec(text);
  if (!heading) return undefined;
  return { title: titleOf(heading[1]), body: text.slice(heading.index + heading[0].length) };
}

/** Documentation in a source: its first sentence is the title. */
function documentation(text) {
  const end = /[.:](\s|$)|\n\n/.exec(text);
  if (!end) return undefined;
  return { title: titleOf(text.slice(0, end.index)), body: text.slice(end.index + 1) };
}

function* texts() {
  for (const folder of folders()) {
    for (const path of walk(folder, /\.(md|mdx|markdown)$/i)) {
      if (!unwanted.test(path.split('/').at(-1))) yield [guide(plain(readFileSync(path, 'utf8'))), 0];
    }
  }
  for (const folder of folders()) {
    for (const path of walk(folder, /\.rs$/)) {
      const source = readFileSync(path, 'utf8');
      for (const block of source.match(/(?:^[ \t]*\/\/! ?.*\n)+/gm) ?? []) yield [documentation(plain(block.replace(/^[ \t]*\/\/! ?/gm, ''))), 1];
      for (const block of source.match(/(?:^[ \t]*\/\/\/ ?.*\n){5,}/gm) ?? []) yield [documentation(plain(block.replace(/^[ \t]*\/\/\/ ?/gm, ''))), 2];
    }
  }
}

/** Texts for `count` articles and more, by kind: guides, the documentation of modules, that of single items. No title comes twice. */
export function collect(count) {
  const titles = new Set();
  const found = [[], [], []];
  for (const [text, kind] of texts()) {
    // Guides are read first, all of them; of the rest, no more than is needed.
    if (kind > 0 && found[0].length + found[1].length > count * 1.2) break;
    if (!text || text.body.length > longest) continue;
    const { title, body } = text;
    const length = words(body).length;
    const folded = words(title.toLowerCase());
    if (length < (kind === 2 ? 35 : 80) || title.length > 90 || folded.length < 2 || folded.length > 12) continue;
    // The same text in two versions of a package, or in two crates of one project.
    const key = folded.join(' ');
    const start = `body ${words(body.toLowerCase()).slice(0, 40).join(' ')}`;
    if (titles.has(key) || titles.has(start)) continue;
    titles.add(key).add(start);
    found[kind].push({ title, body, hash: createHash('sha256').update(key).digest('hex') });
  }
  return found;
}

/** So many articles of what was collected, guides first. */
export function choose(found, count) {
  const chosen = [];
  for (const kind of found) chosen.push(...kind.sort((one, other) => (one.hash < other.hash ? -1 : 1)).slice(0, count - chosen.length));
  return chosen.sort((one, other) => (one.hash < other.hash ? -1 : 1)).map((article, index) => ({
    ...article,
    path: `section-${Math.floor(index / sectionSize)}/${words(article.title.toLowerCase()).join('-').slice(0, 60)}-${article.hash.slice(0, 6)}`,
    description: titleOf(plain(article.body).split(/\n\n|\. /).find((part) => words(part).length > 4) ?? '').slice(0, 160),
  }));
}

/** Writes the articles as a site's sources. */
export function writeSite(root, chosen) {
  mkdirSync(join(root, 'content'), { recursive: true });
  const off = ['undefined-reference', 'skipped-heading-level', 'wikilink', 'malformed-link', 'empty-link-text', 'unused-definition', 'missing-page',
    'missing-anchor', 'missing-asset', 'undefined-footnote', 'unused-footnote', 'inline-style-or-script', 'duplicate-id', 'duplicate-definition',
    'relative-url', 'local-url', 'malformed-mailto', 'empty-destination', 'missing-section-page'];
  writeFileSync(join(root, 'site.yaml'), `title: Search benchmark\nrules: {${off.map((rule) => `${rule}: off`).join(', ')}}\n`);
  const page = (path, { title, description, body }) => {
    const text = `---\ntitle: ${JSON.stringify(title)}\ndescription: ${JSON.stringify(description || title)}\nupdated: 2026-01-01\n---\n\n${body}\n`;
    mkdirSync(join(root, 'content', path, '..'), { recursive: true });
    writeFileSync(join(root, `content/${path}.md`), text);
  };
  page('index', { title: 'Search benchmark', description: 'Texts of others', body: '' });
  for (const article of chosen) page(article.path, article);
}
