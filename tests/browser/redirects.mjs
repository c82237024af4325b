// Old addresses lead to the pages that replace them, on hosts that read `_redirects` and on those that do not.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { withPage } from './browser.mjs';
import { browser, sites } from './run.mjs';

const moved = [
  { site: sites.shapes, from: 'old/shapes/', to: 'reference/every-shape/' },
  { site: sites.shapes, from: 'old/root-article/', to: 'root-article/' },
  { site: sites.arabic, from: 'قديم/', to: 'keys/create/' },
];

describe('redirects', () => {
  for (const { site, from, to } of moved) {
    it(`${site.base}${from} leads to ${to}`, async () => {
      for (const javaScriptEnabled of [true, false]) {
        await withPage(browser, { javaScriptEnabled }, async (open) => {
          await open.goto(site.page(from).address, { waitUntil: 'commit' });
          await open.waitForURL(site.page(to).address);
          assert.equal(await open.locator('h1').count(), 1);
        });
      }
    });
  }

  it('there is a page for each old address, and no other', () => {
    const expected = moved.map(({ site, from }) => site.page(from).path).sort();
    assert.deepEqual(sites.all.flatMap((site) => site.redirects).map((page) => page.path).sort(), expected);
  });

  it('hosts are told of each in `_redirects`, and each line leads to a page', () => {
    for (const { site, from, to } of moved) {
      const lines = site.read('_redirects').trimEnd().split('\n').map((line) => line.split(' '));
      const line = lines.find(([old]) => decodeURI(old) === decodeURI(site.page(from).path));
      assert.deepEqual(line?.slice(1), [site.page(to).path, '301']);
    }
    assert.match(sites.shapes.read('_redirects'), /^\/manual\/\* \/reference\/:splat 301$/m);
  });
});
