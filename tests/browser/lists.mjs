// Lists and menus of sections with more articles than fit, and the way from each article to the next.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { withPage } from './browser.mjs';
import { browser, sites } from './run.mjs';
import { longSectionLength } from './site.mjs';

const { shapes, helpCenter } = sites;
const listed = (open) => open.locator('main .rows a').evaluateAll((links) => links.map((link) => link.href));

describe('long sections', () => {
  it('are listed on several pages, each article once', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(shapes.page('long/').address);
      const first = await listed(open);
      assert.equal(first.length, 100);
      assert.equal(await open.locator('.pages p').textContent(), 'Page 1 of 2');
      await open.getByRole('link', { name: 'Next' }).click();
      await open.waitForURL(shapes.page('long/page/2/').address);
      const second = await listed(open);
      assert.equal(await open.locator('.pages p').textContent(), 'Page 2 of 2');
      assert.match(await open.title(), /Page 2 of 2/);
      assert.equal(await open.locator('.prose').count(), 0, 'the text of the section stands on the first page only');
      const expected = Array.from({ length: longSectionLength }, (_, index) => shapes.page(`long/article-${index + 1}/`).address);
      assert.deepEqual([...first, ...second], expected);
      await open.getByRole('link', { name: 'Previous' }).click();
      await open.waitForURL(shapes.page('long/').address);
    });
  });

  it('show the articles around the reader in the menu, and a link to them all', async () => {
    await withPage(browser, {}, async (open) => {
      for (const number of [1, 60, longSectionLength]) {
        await open.goto(shapes.page(`long/article-${number}/`).address);
        const menu = open.locator('.sidebar .panel');
        const count = await menu.locator('li').count();
        assert.ok(count > 10 && count <= 100, `${count} articles`);
        assert.equal(await menu.locator('[aria-current=page]').textContent(), `Article ${number} of the long section`);
        const all = menu.getByRole('link', { name: `All ${longSectionLength} articles` });
        assert.equal(await all.evaluate((link) => link.href), shapes.page('long/').address);
      }
    });
  });
});

describe('previous and next', () => {
  for (const { site, section, count } of [{ site: helpCenter, section: 'byok/', count: 6 }, { site: shapes, section: 'long/', count: longSectionLength }]) {
    it(`lead through ${section} in the order of its list, and back`, async () => {
      await withPage(browser, {}, async (open) => {
        await open.goto(site.page(section).address);
        let order = await listed(open);
        if (order.length < count) {
          await open.goto(site.page(`${section}page/2/`).address);
          order = [...order, ...await listed(open)];
        }
        assert.equal(order.length, count);
        const turns = await open.evaluate((all) => all.map((html) => {
          const parsed = new DOMParser().parseFromString(html, 'text/html');
          const base = document.createElement('base');
          base.href = document.baseURI;
          parsed.head.prepend(base);
          return ['prev', 'next'].map((name) => parsed.querySelector(`main a[rel=${name}]`)?.href);
        }), order.map((address) => site.read(site.fileAt(new URL(address).pathname))));
        assert.deepEqual(turns, order.map((_, index) => [order[index - 1], order[index + 1]]));
      });
    });
  }
});
