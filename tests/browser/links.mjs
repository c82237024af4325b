// No link of a site is dead. Found by a browser's HTML parser and the files on the disk alone, so that an error of
// silcrow's own link checker cannot hide itself.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { withPage } from './browser.mjs';
import { crawl } from './checks.mjs';
import { browser, sites } from './run.mjs';

describe('links', () => {
  for (const site of sites.all) {
    it(`${site.name}: every address leads to a file, and every fragment to an id`, async (test) => {
      await withPage(browser, {}, async (open) => {
        const { dead, followed, fragments } = await crawl(open, site);
        test.diagnostic(`${followed} addresses and ${fragments} fragments followed`);
        assert.deepEqual(dead, []);
        assert.ok(followed > 5 * site.pages.length && fragments > 2 * site.pages.length, 'too few to be all');
      });
    });
  }
});
