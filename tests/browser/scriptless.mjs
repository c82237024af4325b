// Nothing on a site needs JavaScript, and nothing brings any but the theme's own.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { widths, withPage } from './browser.mjs';
import { crawl, scripts } from './checks.mjs';
import { browser, sites } from './run.mjs';

describe('without JavaScript', () => {
  it('no page holds a script but the theme\'s own file, an event handler or a script address', async () => {
    await withPage(browser, {}, async (open) => {
      for (const site of sites.all) {
        const files = site.files.filter((file) => /\.(m?js|wasm)$/.test(file));
        assert.match(files.join(' '), /^search\.[0-9a-f]{8}\.js silcrow\.[0-9a-f]{8}\.js$/);
        const own = `<script src="${site.base}${files[1]}"></script>`;
        // What search engines are told is data, and runs nothing.
        const isData = (element) => element.startsWith('<script type="application/ld+json">');
        const run = async (page) => (await scripts(open, site.read(page.file))).filter((element) => !isData(element));
        for (const page of site.pages) assert.deepEqual(await run(page), [own], page.name);
        for (const page of site.redirects) assert.deepEqual(await scripts(open, site.read(page.file)), [], page.name);
      }
    });
  });

  it('the search page lists every section, and every article where they are few', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (open) => {
      const { helpCenter } = sites;
      await open.goto(helpCenter.page('byok/overview/').address);
      assert.equal(await open.locator('button').filter({ visible: true }).count(), 0, 'no button that does nothing');
      await open.getByRole('link', { name: 'Search', exact: true }).click();
      await open.waitForURL(helpCenter.page('search/').address);
      assert.equal(await open.locator('input').filter({ visible: true }).count(), 0, 'no field that does nothing');
      const listed = await open.locator('main a').evaluateAll((links) => links.map((link) => link.pathname));
      const others = ['', 'search/index.html', '404.html', 'index.html'];
      const articles = helpCenter.pages.filter(({ file }) => !others.includes(file)).map(({ path }) => path);
      assert.deepEqual(listed.toSorted(), articles.toSorted());
    });
  });

  it('links lead from the home page to every page', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (open) => {
      for (const site of sites.all) {
        const { graph } = await crawl(open, site);
        const reached = new Set(['index.html']);
        for (const file of reached) graph.get(file)?.forEach((target) => reached.add(target));
        const missed = site.pages.map((page) => page.file).filter((file) => file !== '404.html' && !reached.has(file));
        assert.deepEqual(missed, [], site.name);
      }
    });
  });

  it('on a phone, the menu and the list of headings open, lead on and close', async () => {
    await withPage(browser, { width: widths.phone, javaScriptEnabled: false }, async (open) => {
      const { helpCenter } = sites;
      await open.goto(helpCenter.page('byok/overview/').address);
      const sibling = open.locator('.sidebar').getByRole('link', { name: 'OpenAI' });
      assert.equal(await sibling.isVisible(), false);
      await open.locator('.sidebar summary').tap();
      await sibling.tap();
      await open.waitForURL(helpCenter.page('byok/setup-openai/').address);
      assert.equal(await open.locator('h1').textContent(), 'Get an OpenAI API key');

      const heading = open.locator('.toc').getByRole('link', { name: 'Good to know' });
      assert.equal(await heading.isVisible(), false);
      await open.locator('.toc summary').focus();
      await open.keyboard.press('Enter');
      await heading.focus();
      await open.keyboard.press('Enter');
      await open.waitForURL(/#good-to-know$/);
      const top = await open.locator('#good-to-know').evaluate((element) => element.getBoundingClientRect().top);
      assert.ok(top >= 0 && top < 400, `the heading is at ${top}`);
      await open.locator('.toc summary').press('Enter');
      assert.equal(await heading.isVisible(), false);
    });
  });

  it('on a desk, the menu and the list of headings are open', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (open) => {
      await open.goto(sites.helpCenter.page('byok/setup-openai/').address);
      assert.ok(await open.locator('.sidebar').getByRole('link', { name: 'Anthropic' }).isVisible());
      assert.ok(await open.locator('.toc').getByRole('link', { name: 'Good to know' }).isVisible());
      assert.equal(await open.locator('summary:visible').count(), 0);
    });
  });
});
