// Pictures of the help center for people to look at: every page, on three screens, in light and dark.
// They go to the folder that SCREENSHOTS names, or to `target/screenshots`.

import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';

import { schemes, widths, withPage } from './browser.mjs';
import { browser, sites } from './run.mjs';
import { repository } from './site.mjs';

const { helpCenter, shapes, arabic } = sites;
const folder = process.env.SCREENSHOTS ? resolve(process.env.SCREENSHOTS) : join(repository, 'target/screenshots');
const chosen = [...helpCenter.pages, shapes.page('reference/every-shape/'), shapes.page('long/page/2/'), arabic.page('keys/create/')];

function fileName({ site, file }, width, scheme) {
  const page = file.replace(/\/?index\.html$/, '').replace(/\.html$/, '').replaceAll('/', '-') || 'home';
  const prefix = site === helpCenter ? '' : `${site.name}-`;
  return `${prefix}${page}-${width}-${scheme}.png`;
}

describe('screenshots', { concurrency: 2 }, () => {
  mkdirSync(folder, { recursive: true });
  for (const width of [widths.phone, widths.tablet, widths.desk]) {
    it(`are taken at ${width} pixels`, async () => {
      await withPage(browser, { width }, async (open) => {
        for (const page of chosen) {
          await open.goto(page.address);
          for (const colorScheme of schemes) {
            await open.emulateMedia({ colorScheme });
            const path = join(folder, fileName(page, width, colorScheme));
            await open.screenshot({ path, fullPage: true });
            assert.ok(statSync(path).size > 5000, `${path} is nearly empty`);
          }
        }
      });
    });
  }
});
