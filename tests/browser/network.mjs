// Under the headers that the site itself asks its host for, a strict content security policy among them, the browser has
// nothing to complain about.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { loadPictures, widths, withPage } from './browser.mjs';
import { complaints } from './checks.mjs';
import { browser, pages, sites } from './run.mjs';

describe('network', () => {
  it('every page has its style sheet and its icon, and no message on the console, failed request or violation of the policy', async () => {
    for (const site of sites.all) {
      await withPage(browser, { width: widths.phone }, async (open) => {
        const found = complaints(open, site);
        for (const page of pages.filter((candidate) => candidate.site === site)) {
          const response = await open.goto(page.address);
          assert.match(response.headers()['content-security-policy'], /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';/);
          await loadPictures(open);
          assert.deepEqual(found, [], page.name);

          const { rules, icon } = await open.evaluate(() => ({
            rules: document.styleSheets[0]?.cssRules.length ?? 0,
            icon: document.querySelector('link[rel=icon]').href,
          }));
          assert.ok(rules > 100, `${page.name} has ${rules} rules of style`);
          assert.equal((await fetch(icon)).headers.get('content-type'), 'image/svg+xml', page.name);
        }
      });
    }
  });

  it('an address without a page shows the 404 page, however deep it is', async () => {
    for (const site of sites.all) {
      await withPage(browser, {}, async (open) => {
        const response = await open.goto(`${site.origin}${site.base}no/such/page/`);
        assert.equal(response.status(), 404);
        assert.equal(await open.locator('body').evaluate((body) => getComputedStyle(body).display), 'grid', 'the style sheet applies');
        await open.locator('a.action').click();
        assert.equal(new URL(open.url()).pathname, site.base);
        assert.equal(await open.locator('h1').count(), 1);
      });
    }
  });
});
