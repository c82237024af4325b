// Every page of every site, by the Nu checker of the W3C: one run of its program over all files.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { sites } from './run.mjs';

const jar = createRequire(import.meta.url)('vnu-jar');

/** What the checker says about these files: errors, warnings and remarks alike, as lines. */
function remarks(files) {
  const written = execFileSync('java', ['-jar', jar, '--format', 'json', '--stdout', '--exit-zero-always', ...files], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(written).messages.map(({ type, subType, url, lastLine, message }) =>
    `${url}:${lastLine}: ${subType ?? type}: ${message}`);
}

describe('the Nu checker', () => {
  it('has nothing to say about any page', () => {
    const files = sites.all.flatMap((site) => [...site.pages, ...site.redirects].map((page) => join(site.folder, page.file)));
    assert.ok(files.length > 150, `${files.length} pages`);
    assert.deepEqual(remarks(files), []);
  });

  it('has something to say about a page that is wrong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'silcrow-nu-'));
    try {
      writeFileSync(join(folder, 'wrong.html'), '<!doctype html><html lang="en"><title>Wrong</title><p><ol></ol></p><main></main><main></main>');
      assert.match(remarks([join(folder, 'wrong.html')]).join('\n'), /error: No .p. element in scope/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
