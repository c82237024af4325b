// Every kind of page against the rules of axe: WCAG 2.2 A and AA, and good practice.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { disclose, openPage, schemes, stay, widths, withPage } from './browser.mjs';
import { loadAxe, smallTargets, violations } from './checks.mjs';
import { browser, pages, sites } from './run.mjs';

/** Checks a page that is open: in both colour schemes, with every disclosure closed and opened. */
async function states(page) {
  await loadAxe(page);
  const found = [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await disclose(page, false);
    // Where no button is shown, opening would change nothing.
    const isDisclosing = await page.locator('summary:visible').count() > 0;
    for (const open of isDisclosing ? [false, true] : [false]) {
      await disclose(page, open);
      const state = `${page.viewportSize().width} pixels, ${colorScheme}, ${open ? 'opened' : 'closed'}`;
      found.push(...(await violations(page)).map((line) => `${state}: ${line}`));
    }
  }
  return found;
}

describe('accessibility', () => {
  // A page for each screen, used for all: a new one for each would cost more than the checks themselves.
  let screens;
  before(async () => {
    screens = await Promise.all([widths.phone, widths.desk].map((width) => openPage(browser, { width, bypassCSP: true })));
  });
  after(() => Promise.all(screens.map((open) => open.context().close())));

  for (const page of pages) {
    it(`${page.name} has no violation, in light and dark, on phone and desk`, async () => {
      const found = await Promise.all(screens.map(async (open) => {
        await open.goto(page.address);
        return states(open);
      }));
      assert.deepEqual(found.flat(), []);
    });
  }

  it('a redirect page has no violation while it is shown', async () => {
    const page = sites.shapes.page('old/shapes/');
    await withPage(browser, { width: widths.phone, bypassCSP: true }, async (open) => {
      await stay(open, page.address);
      assert.equal(open.url(), page.address);
      // The page has no style sheet: it stands on the browser's own background, which axe takes to be white.
      await open.addStyleTag({ content: 'html { background: Canvas; }' });
      assert.deepEqual(await states(open), []);
    });
  });

  for (const colorScheme of schemes) {
    it(`text has a contrast of 7:1 where readers ask for more contrast, in ${colorScheme}`, async () => {
      await withPage(browser, { colorScheme, contrast: 'more', bypassCSP: true }, async (open) => {
        for (const page of [sites.shapes.page(''), sites.shapes.page('reference/every-shape/'), sites.shapes.page('long/page/2/')]) {
          await open.goto(page.address);
          await loadAxe(open);
          assert.deepEqual(await violations(open, ['color-contrast', 'color-contrast-enhanced']), [], page.name);
        }
      });
    });
  }

  it('links and buttons outside of running text are at least 24 by 24 pixels', async () => {
    const found = [];
    for (const width of [widths.phone, widths.desk]) {
      await withPage(browser, { width }, async (open) => {
        for (const page of pages) {
          await open.goto(page.address);
          await disclose(open, true);
          found.push(...(await smallTargets(open)).map((line) => `${page.name}, ${width} pixels: ${line}`));
        }
      });
    }
    assert.deepEqual(found, []);
  });
});
