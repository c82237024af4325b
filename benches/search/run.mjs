// How well search finds, and how much it loads, beside MiniSearch on the same articles and the same queries.
//
// usage: node benches/search/run.mjs [--sizes 100,1000,10000] [--queries 300] [--gates] [--misses] [--keep FOLDER]
//
// Builds a site of each size with the program in SILCROW (or target/release/silcrow), and asks `static/search.js` as it is
// shipped, with reading of files in the place of fetching them. Bytes are those of brotli, and of a reader who asks nothing
// else. `--gates` fails when what is promised of 1,000 articles, or of bytes, does not hold.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';

import MiniSearch from 'minisearch';

import { choose, collect, writeSite } from './corpus.mjs';
import { queries } from './queries.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,10000' },
    queries: { type: 'string', default: '300' },
    gates: { type: 'boolean', default: false },
    misses: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});
const seed = 20261123;

/** Top-1 and top-3 in percent, at 1,000 articles; no query is without a result. */
const qualityGates = {
  title: [99, 100],
  'one typo': [95, 99],
  'how do I … please': [95, 99],
  'part of a title': [85, 95],
  'seven words of the body': [70, 88],
};
/** Kilobytes: what is loaded when search opens, and for any one query with it. */
const openGates = { 100: 40 };
const queryGates = { 100: 60, 1000: 60, 10000: 100 };
const scriptGate = 6;

const program = resolve(process.env.SILCROW ?? join(repository, 'target/release/silcrow'));
const script = readFileSync(join(repository, 'static/search.js'), 'utf8');
const { openIndex } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
const kilobytes = (bytes) => (bytes / 1024).toFixed(1);
const failed = [];

function expectAtMost(what, kilobytesAllowed, bytes) {
  if (kilobytesAllowed !== undefined && bytes > kilobytesAllowed * 1024) failed.push(`${what}: ${kilobytes(bytes)} KB, more than ${kilobytesAllowed}`);
}

/** The built index, with what each file weighs. */
function openFolder(folder) {
  const weights = new Map();
  return {
    async session() {
      const loaded = new Set();
      const read = async (name) => {
        const bytes = readFileSync(join(folder, 'search', name));
        if (!weights.has(name)) weights.set(name, brotliCompressSync(bytes).length);
        loaded.add(name);
        return JSON.parse(bytes);
      };
      const weigh = () => [...loaded].reduce((sum, name) => sum + weights.get(name), 0);
      return { search: await openIndex(read), weigh };
    },
  };
}

function miniSearch(chosen) {
  const engine = new MiniSearch({ fields: ['title', 'description', 'body'], storeFields: [], idField: 'path' });
  engine.addAll(chosen);
  const settings = { prefix: true, fuzzy: 0.2, boost: { title: 4, description: 1.5 } };
  return { search: (query) => engine.search(query, settings), bytes: () => brotliCompressSync(JSON.stringify(engine)).length };
}

/** Where the article is among the results: in the first place, in the first three, or whether there are none. */
function tally(ranks) {
  const share = (test) => Math.round((100 * ranks.filter(test).length) / ranks.length);
  return [share((rank) => rank === 0), share((rank) => rank >= 0 && rank < 3), share((rank) => rank === undefined)];
}

const rank = (paths, path) => (paths.length === 0 ? undefined : paths.indexOf(path));
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

async function measure(size, found) {
  const chosen = choose(found, size);
  if (chosen.length < size) console.log(`\nThere are texts for only ${chosen.length} articles on this machine.`);
  const root = options.keep ? join(options.keep, String(size)) : mkdtempSync(join(tmpdir(), 'silcrow-search-'));
  try {
    writeSite(root, chosen);
    execFileSync(program, ['build', '--root', root], { stdio: ['ignore', 'ignore', 'inherit'] });
    const index = openFolder(join(root, 'public'));
    const peer = miniSearch(chosen);
    const opened = (await index.session()).weigh();
    const loads = [];
    console.log(`\n${chosen.length} articles: first, in the first three, no result, in %\n`);
    row('query', 'silcrow', 'MiniSearch');
    row('---', '--:', '--:');
    for (const { name, made } of queries(chosen, Number(options.queries), seed)) {
      const [own, others] = [[], []];
      for (const { query, path } of made) {
        const { search, weigh } = await index.session();
        const results = await (await search(query)).next(0);
        const paths = results.map(({ url }) => decodeURI(url).split('#')[0].replace(/\/$/, ''));
        own.push(rank(paths, path));
        if (options.misses && paths[0] !== path) console.log(`  ${name}: ${query}\n    ${path}\n    ${paths.slice(0, 3).join(' ')}`);
        loads.push({ bytes: weigh(), query });
        others.push(rank(peer.search(query).slice(0, 3).map(({ id }) => id), path));
      }
      const [one, three, none] = tally(own);
      row(name, [one, three, none].join('/'), tally(others).join('/'));
      const gate = chosen.length === 1000 && qualityGates[name];
      if (gate && (one < gate[0] || three < gate[1])) failed.push(`${name}: ${one}/${three}, less than ${gate.join('/')}`);
      if (own.includes(undefined)) failed.push(`${name}: a query without a result`);
    }
    loads.sort((one, other) => one.bytes - other.bytes);
    const [median, most] = [loads[Math.floor(loads.length / 2)], loads.at(-1)];
    console.log(`\nKB: ${kilobytes(opened)} when search opens; with a query ${kilobytes(median.bytes)} (median), ${kilobytes(most.bytes)} (most); MiniSearch ${kilobytes(peer.bytes())}`);
    expectAtMost(`${size} articles, opening`, openGates[size], opened);
    expectAtMost(`${size} articles, “${most.query}”`, queryGates[size], most.bytes);
  } finally {
    if (!options.keep) rmSync(root, { recursive: true, force: true });
  }
}

const sizes = options.sizes.split(',').map(Number);
const found = collect(Math.max(...sizes));
for (const size of sizes) await measure(size, found);
const scriptBytes = brotliCompressSync(script).length;
console.log(`\nscript: ${kilobytes(scriptBytes)} KB`);
expectAtMost('the script', scriptGate, scriptBytes);
if (options.gates && failed.length > 0) {
  console.error(`\n${failed.join('\n')}`);
  process.exitCode = 1;
}
