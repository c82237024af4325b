// Every page of every site is valid HTML, for html-validate and for the Nu checker, which runs on Java.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { markupErrors, nuFindings } from './checks.mjs';
import { sites } from './run.mjs';

describe('markup', () => {
  for (const site of sites.all) {
    it(`${site.name}: every page is valid`, async () => {
      const found = [];
      for (const page of [...site.pages, ...site.redirects]) found.push(...await markupErrors(page.file, site.read(page.file)));
      assert.deepEqual(found, []);
    });

    it(`${site.name}: the Nu checker finds nothing`, async () => {
      assert.deepEqual(await nuFindings(site.folder), []);
    });
  }
});
