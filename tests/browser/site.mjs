// Builds the sites that the tests look at, and serves them as a strict host would.
//
// Three sites: the help center of this repository, below `/docs/`, so that a base path is proved to work; one of every
// shape that Markdown, lists and sections can have; and one that is read from right to left.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

/** The root of the repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** How many articles the long section has: more than one list (100) and far more than one menu. */
export const longSectionLength = 130;

/** What a folder without `_headers` is served with: nothing from elsewhere, no inline style and script. */
const policy = "default-src 'self'";

const today = '2026-11-23';

const contentTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** The rules of a `_headers` file: each with a pattern of paths, and the headers that answers to these get. */
function headerRules(text) {
  const rules = [];
  for (const line of text.split('\n').filter((part) => part !== '')) {
    const [, name, value] = /^ +([^:]+): (.*)$/.exec(line) ?? [];
    if (name) rules.at(-1).headers[name] = value;
    else rules.push({ pattern: new RegExp(`^${line.split('*').map((part) => RegExp.escape?.(part) ?? part.replace(/[^\w/]/g, '\\$&')).join('.*')}$`), headers: {} });
  }
  return rules;
}

/** A folder that is served: its pages, where they are, and what their addresses are. */
export class Site {
  #server;

  constructor({ name, folder, base, canonicalOrigin }) {
    this.name = name;
    this.folder = folder;
    this.base = base;
    this.canonicalOrigin = canonicalOrigin;
    const headers = join(folder, '_headers');
    this.rules = existsSync(headers)
      ? headerRules(readFileSync(headers, 'utf8'))
      : [{ pattern: /^/, headers: { 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' } }];
    /** The paths that were asked for before anybody followed a link to them. */
    this.prefetched = [];
    this.files = readdirSync(folder, { recursive: true }).filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => file.split(sep).join('/')).sort();
    const html = this.files.filter((file) => file.endsWith('.html'));
    this.redirects = html.filter((file) => this.read(file).includes('http-equiv="refresh"')).map((file) => this.page(file));
    const redirected = new Set(this.redirects.map((page) => page.file));
    this.pages = html.filter((file) => !redirected.has(file)).map((file) => this.page(file));
  }

  /** A page by its file, or by its address below the base path. */
  page(place) {
    const file = place === '' || place.endsWith('/') ? `${place}index.html` : place;
    const path = this.base + encodeURI(file.replace(/(^|\/)index\.html$/, '$1'));
    const site = this;
    return {
      site,
      file,
      path,
      name: `${this.name}: ${decodeURI(path)}`,
      get address() {
        return site.origin + path;
      },
    };
  }

  read(file) {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** The file that the host answers a path with, if it has one. */
  fileAt(pathname) {
    let path;
    try {
      path = decodeURIComponent(pathname);
    } catch {
      return undefined;
    }
    if (!path.startsWith(this.base)) return undefined;
    const file = path.slice(this.base.length) + (path.endsWith('/') ? 'index.html' : '');
    const full = resolve(this.folder, file);
    return full.startsWith(this.folder + sep) && existsSync(full) && statSync(full).isFile() ? file : undefined;
  }

  /** What the site's `_headers` give an answer. */
  headersOf(pathname) {
    return Object.assign({}, ...this.rules.filter(({ pattern }) => pattern.test(pathname)).map(({ headers }) => headers));
  }

  async serve() {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url, 'http://localhost');
      if (request.headers['sec-purpose']?.startsWith('prefetch')) this.prefetched.push(pathname);
      const found = this.fileAt(pathname);
      const file = found ?? '404.html';
      const bytes = existsSync(join(this.folder, file)) ? readFileSync(join(this.folder, file)) : Buffer.alloc(0);
      const isPacked = request.headers['accept-encoding']?.includes('br') && extname(file) in contentTypes && extname(file) !== '.png';
      response.writeHead(found ? 200 : 404, {
        'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream',
        ...(isPacked ? { 'Content-Encoding': 'br' } : {}),
        ...this.headersOf(pathname),
      });
      response.end(isPacked ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) : bytes);
    });
    await new Promise((listening, failed) => {
      this.#server.once('error', failed).listen(0, '127.0.0.1', listening);
    });
    this.origin = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  close() {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

function programPath() {
  const program = process.env.SILCROW ? resolve(process.env.SILCROW) : join(repository, 'target/debug/silcrow');
  if (!existsSync(program)) {
    throw new Error(`there is no silcrow at ${program}: run \`cargo build\`, or name the program in SILCROW`);
  }
  return program;
}

/** The articles are alike but for their numbers; nobody wants to read a hundred files of that. */
function writeLongSection(folder) {
  for (let number = 1; number <= longSectionLength; number += 1) {
    const title = `Article ${number} of the long section`;
    const text = `Text of article ${number}.\n\n## One\n\nText.\n\n## Two\n\nText.\n`;
    writeFileSync(
      join(folder, `article-${number}.md`),
      `---\ntitle: ${title}\ndescription: What article ${number} is for.\nupdated: 2026-05-01\norder: ${number}\n---\n\n${text}`,
    );
  }
}

/** Builds and serves all three. `close` stops the servers and removes what was built. */
export async function makeSites() {
  const program = programPath();
  const temporary = mkdtempSync(join(tmpdir(), 'silcrow-browser-'));
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));

  const build = (root, name, ...settings) => {
    const output = join(temporary, name);
    // What the program prints is part of the error, should it fail.
    execFileSync(program, ['build', '--root', root, '--today', today, '--output', output, ...settings], { stdio: 'pipe' });
    return output;
  };
  const sources = (name) => {
    const copy = join(temporary, `${name}-sources`);
    cpSync(fileURLToPath(new URL(`sites/${name}/`, import.meta.url)), copy, { recursive: true });
    return copy;
  };

  const shapesRoot = sources('shapes');
  mkdirSync(join(shapesRoot, 'content/long'), { recursive: true });
  writeLongSection(join(shapesRoot, 'content/long'));

  const sites = {
    helpCenter: new Site({ name: 'help center', folder: build(repository, 'help-center', '--base-url', '/docs/'), base: '/docs/' }),
    shapes: new Site({
      name: 'shapes',
      folder: build(shapesRoot, 'shapes', '--drafts'),
      base: '/',
      canonicalOrigin: 'https://docs.example.com',
    }),
    arabic: new Site({ name: 'arabic', folder: build(sources('arabic'), 'arabic', '--base-url', '/ar/'), base: '/ar/' }),
  };
  const all = Object.values(sites);
  await Promise.all(all.map((site) => site.serve()));
  return { ...sites, all, close: () => all.forEach((site) => site.close()) };
}
