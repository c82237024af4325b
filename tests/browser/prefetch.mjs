// Likely next pages are fetched before they are asked for, as the site's `Speculation-Rules` header says.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { withPage } from './browser.mjs';
import { browser, sites } from './run.mjs';

describe('prefetch', () => {
  const site = sites.helpCenter;
  const start = site.page('byok/overview/');
  const next = site.page('byok/setup-openai/');

  /** Rests the pointer on a link until the browser has asked for something, or has had the time to. */
  const rest = async (open, link) => {
    site.prefetched.length = 0;
    await open.locator(link).first().hover();
    const until = performance.now() + 3000;
    while (site.prefetched.length === 0 && performance.now() < until) await open.evaluate(() => new Promise(requestAnimationFrame));
    return [...site.prefetched];
  };

  it('the page that a reader rests on is fetched, and shown without another request', async () => {
    await withPage(browser, {}, async (open) => {
      const rules = open.waitForResponse((response) => response.url().endsWith('/speculation-rules.json'));
      await open.goto(start.address);
      assert.equal((await rules).headers()['content-type'], 'application/speculationrules+json');
      assert.deepEqual(await rest(open, `main a[href="${next.path}"]`), [next.path]);
    });
  });

  it('files and other sites are not', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(start.address);
      await open.evaluate(() => {
        const main = document.querySelector('main');
        main.insertAdjacentHTML('afterbegin', '<p><a id="file" href="/docs/favicon.svg">f</a> <a id="other" href="/elsewhere/">o</a></p>');
      });
      assert.deepEqual(await rest(open, '#file'), []);
      assert.deepEqual(await rest(open, '#other'), []);
    });
  });
});
