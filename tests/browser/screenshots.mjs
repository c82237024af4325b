// Pictures of the help center for people to look at: every page, on three screens, in light and dark.
// They go to the folder that SCREENSHOTS names, or to `target/screenshots`.

import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';

import { loadPictures, schemes, widths, withPage } from './browser.mjs';
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
        const screen = open.viewportSize();
        for (const page of chosen) {
          await open.setViewportSize(screen);
          await open.goto(page.address);
          await loadPictures(open);
          // The screen is made as high as the page. A picture of more than the screen would be taken as of a screen with
          // a mouse, without the signs beside headings that are always shown where nothing hovers.
          await open.setViewportSize({ width, height: await open.evaluate(() => document.documentElement.scrollHeight) });
          for (const colorScheme of schemes) {
            await open.emulateMedia({ colorScheme });
            const path = join(folder, fileName(page, width, colorScheme));
            await open.screenshot({ path });
            assert.ok(statSync(path).size > 5000, `${path} is nearly empty`);
          }
        }
      });
    });
  }
});
