// What the article on OpenAI costs its reader: requests, and bytes as a host that compresses with Brotli sends them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

import { withPage } from './browser.mjs';
import { browser, sites } from './run.mjs';

const site = sites.helpCenter;
const article = site.page('byok/setup-openai/');
const kilobytes = (bytes) => bytes / 1024;

describe('budgets of an article', () => {
  const cost = { requests: 0, html: 0, around: 0, css: 0, script: 0, other: 0 };

  before(async () => {
    await withPage(browser, {}, async (open) => {
      const paths = [];
      // What is fetched ahead for the next page, and the rules that say when, are not of this page.
      open.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (!request.headers()['sec-purpose'] && !/speculation/.test(pathname)) paths.push(pathname);
      });
      await open.goto(article.address, { waitUntil: 'networkidle' });
      // Playwright does not show the request for the icon, which readers' browsers make.
      const icon = await open.locator('link[rel=icon]').evaluate((link) => new URL(link.href).pathname);
      const all = [...new Set([...paths, icon])];
      cost.requests = all.length;
      for (const path of all) {
        const file = site.fileAt(path);
        assert.ok(file, `${path} is a file of the site`);
        const bytes = brotliCompressSync(readFileSync(join(site.folder, file))).length;
        const kind = { html: 'html', css: 'css', js: 'script' }[file.split('.').at(-1)] ?? 'other';
        cost[kind] += bytes;
      }
      const html = site.read(article.file);
      const prose = await open.evaluate((text) => new DOMParser().parseFromString(text, 'text/html').querySelector('.prose').innerHTML, html);
      // What the page would weigh without its text: the two compressed apart would not add up.
      cost.around = cost.html - brotliCompressSync(prose).length;
    });
    cost.all = cost.html + cost.css + cost.script + cost.other;
  });

  it('at most four requests', (test) => {
    const line = Object.entries(cost).map(([name, value]) => (name === 'requests' ? `${value} requests` : `${name} ${kilobytes(value).toFixed(1)} KB`));
    test.diagnostic(`an article, with Brotli: ${line.join(', ')}`);
    assert.ok(cost.requests <= 4, `${cost.requests}`);
  });
  for (const [name, most] of [['around', 3], ['css', 6], ['script', 4], ['all', 20]]) {
    it(`${name}: at most ${most} KB`, () => {
      assert.ok(cost[name] > 0, 'something was measured');
      assert.ok(kilobytes(cost[name]) <= most, `${kilobytes(cost[name]).toFixed(2)} KB`);
    });
  }
});
