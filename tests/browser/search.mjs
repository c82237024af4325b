// Search as a reader meets it: by keyboard, by mouse, and by its address, on sites below a path.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { schemes, widths, withPage } from './browser.mjs';
import { complaints, loadAxe, overflow, violations } from './checks.mjs';
import { browser, sites } from './run.mjs';

const { helpCenter, shapes, arabic } = sites;
const article = helpCenter.page('byok/overview/');

const dialog = (open) => open.locator('dialog.search');
const field = (open) => open.getByRole('searchbox');
const links = (open) => open.locator('.search-panel ol a');
const status = (open) => open.locator('.search-panel [role=status]');

/** What has the focus, in a word. */
const focused = (open) => open.evaluate(() => {
  const element = document.activeElement;
  return element.name || element.className || element.textContent || element.tagName;
});

/** Waits for results of a query. */
async function find(open, query) {
  await field(open).fill(query);
  await links(open).first().waitFor();
}

describe('search', () => {
  it('nothing of it is loaded before it opens', async () => {
    await withPage(browser, {}, async (open) => {
      const requests = [];
      open.on('request', (request) => requests.push(new URL(request.url()).pathname));
      await open.goto(article.address);
      assert.equal(requests.filter((path) => path.includes('search')).length, 0);
      await open.getByRole('button', { name: 'Search' }).click();
      await find(open, 'openai key');
      assert.match(requests.filter((path) => path.includes('search')).join(' '), /^\/docs\/search\.\w+\.js \/docs\/search\/index\.json/);
    });
  });

  it('opens by the button and by Ctrl+K, and gives the focus back', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      assert.equal(await open.getByRole('link', { name: 'Search', exact: true }).count(), 0, 'the link makes room for the button');
      const button = open.getByRole('button', { name: 'Search', exact: true });
      await button.click();
      assert.equal(await focused(open), 'q');
      await open.keyboard.press('Escape');
      assert.equal(await dialog(open).isVisible(), false);
      assert.equal(await focused(open), 'search-open');

      const before = open.locator('main a').nth(2);
      await before.focus();
      await open.keyboard.press('Control+k');
      assert.equal(await focused(open), 'q');
      await open.keyboard.type('key');
      await links(open).first().waitFor();
      await open.keyboard.press('Escape');
      assert.equal(await dialog(open).isVisible(), false, 'one press closes, with text in the field too');
      assert.ok(await before.evaluate((link) => link === document.activeElement));
      await open.keyboard.press('Meta+k');
      assert.ok(await dialog(open).isVisible());
      await open.getByRole('button', { name: 'Close' }).click();
      assert.equal(await dialog(open).isVisible(), false);
    });
  });

  it('a single letter does not open it, nor does Ctrl+K with another key', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      for (const key of ['k', '/', 's', 'Control+Shift+k', 'Control+Alt+k']) {
        await open.keyboard.press(key);
        assert.equal(await dialog(open).isVisible(), false, key);
      }
    });
  });

  it('the key of the same place opens it on a keyboard without Latin letters', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      const press = (key, code) => open.evaluate((given) => dispatchEvent(new KeyboardEvent('keydown', { ...given, ctrlKey: true })), { key, code });
      await press('t', 'KeyK');
      assert.equal(await dialog(open).isVisible(), false, 'on another Latin keyboard another letter is there');
      await press('л', 'KeyK');
      assert.ok(await dialog(open).isVisible());
    });
  });

  it('what matched can be seen in forced colours, light and dark', async () => {
    for (const colorScheme of ['light', 'dark']) {
      await withPage(browser, { colorScheme, forcedColors: 'active' }, async (open) => {
        await open.goto(article.address);
        await open.keyboard.press('Control+k');
        await find(open, 'key');
        const { text, ground } = await dialog(open).evaluate((panel) => ({
          text: getComputedStyle(panel.querySelector('mark')).color, ground: getComputedStyle(panel).backgroundColor,
        }));
        assert.notEqual(text, ground, colorScheme);
      });
    }
  });

  it('the arrows move through the results, and Enter follows one', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await find(open, 'key');
      const focusedLink = () => links(open).evaluateAll((all) => all.indexOf(document.activeElement));
      await open.keyboard.press('ArrowDown');
      assert.equal(await focusedLink(), 0);
      await open.keyboard.press('ArrowDown');
      assert.equal(await focusedLink(), 1);
      await open.keyboard.press('ArrowUp');
      await open.keyboard.press('ArrowUp');
      assert.equal(await focused(open), 'q');
      await open.keyboard.press('ArrowDown');
      await open.keyboard.press('ArrowDown');
      const address = await links(open).nth(1).evaluate((link) => link.href);
      await open.keyboard.press('Enter');
      await open.waitForURL(address);
    });
  });

  it('Enter in the field takes the first result, however fast one types', async () => {
    await withPage(browser, {}, async (open) => {
      for (const delay of [0, 500]) {
        await open.route(/\/search\.[0-9a-f]+\.js$/, async (route) => {
          await new Promise((done) => { setTimeout(done, delay); });
          await route.continue();
        });
        await open.goto(article.address);
        await open.keyboard.press('Control+k');
        await open.keyboard.type('rotate a key');
        await open.keyboard.press('Enter');
        await open.waitForURL(/\/docs\/byok\/rotate-a-key\//);
        await open.unroute(/\/search\.[0-9a-f]+\.js$/);
      }
    });
  });

  it('a click beside the panel closes, one on it does not', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await open.locator('.search-panel label').click();
      assert.ok(await dialog(open).isVisible());
      await open.mouse.click(5, 400);
      assert.equal(await dialog(open).isVisible(), false);
    });
  });

  it('a result says title, section and heading, shows what matched, and leads to the heading', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await find(open, 'before you revoke the old key');
      const first = links(open).first();
      assert.match(await first.textContent(), /^Rotate a key BYOK provider keys › Before you revoke the old key$/);
      assert.equal(new URL(await first.evaluate((link) => link.href)).hash, '#before-you-revoke-the-old-key');
      const marked = await open.locator('.search-panel li').first().locator('mark').allTextContents();
      assert.ok(marked.includes('revoke') && marked.includes('key'), marked.join());
      await first.click();
      await open.waitForURL(/#before-you-revoke-the-old-key$/);
      assert.equal(await dialog(open).isVisible(), false);
    });
  });

  it('a result on the page that is open closes the dialog and goes to its heading', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(helpCenter.page('byok/rotate-a-key/').address);
      await open.keyboard.press('Control+k');
      await find(open, 'before you revoke the old key');
      await open.keyboard.press('Enter');
      await open.waitForURL(/rotate-a-key\/#before-you-revoke-the-old-key$/);
      assert.equal(await dialog(open).isVisible(), false);
      const top = await open.locator('#before-you-revoke-the-old-key').evaluate((element) => element.getBoundingClientRect().top);
      assert.ok(top >= 0 && top < 400, `the heading is at ${top}`);
    });
  });

  it('the count is announced, once', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await open.evaluate(() => {
        window.said = [];
        new MutationObserver(() => window.said.push(document.querySelector('[role=status]').textContent))
          .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true });
      });
      await field(open).pressSequentially('openai', { delay: 20 });
      await status(open).filter({ hasText: /^\d+ results?$/ }).waitFor();
      assert.equal((await open.evaluate(() => window.said)).length, 1);
      await field(open).fill('xqzzyv');
      await status(open).filter({ hasText: 'Nothing found for “xqzzyv”' }).waitFor();
      assert.equal(await links(open).count(), 0);
      await field(open).fill('');
      await status(open).filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
    });
  });

  it('what cannot be loaded is said, and tried again', async () => {
    await withPage(browser, {}, async (open) => {
      // A page that is open already may still send its next request past a new route.
      await open.route('**/search/index.json', (route) => route.fulfill({ status: 503 }));
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await field(open).fill('key');
      await status(open).filter({ hasText: 'Search could not be loaded' }).waitFor();
      await open.unroute('**/search/index.json');
      await find(open, 'keys');
    });
  });

  it('a script that cannot be loaded is said to be so, and loaded later', async () => {
    await withPage(browser, {}, async (open) => {
      await open.route('**/search.*.js', (route) => route.abort());
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await status(open).filter({ hasText: 'Search could not be loaded' }).waitFor();
      await field(open).pressSequentially('ke');
      await open.unroute('**/search.*.js');
      await find(open, 'keys');
    });
  });

  it('an address of the search page holds a query', async () => {
    for (const [site, query, expected] of [[helpCenter, 'rotate key', 'byok/rotate-a-key/'], [arabic, 'المفتاح', 'keys/create/']]) {
      await withPage(browser, {}, async (open) => {
        const found = complaints(open, site);
        await open.goto(`${site.page('search/').address}?q=${encodeURIComponent(query)}`);
        await links(open).first().waitFor();
        assert.equal(await field(open).inputValue(), query);
        const paths = await links(open).evaluateAll((all) => all.map((link) => link.pathname));
        assert.ok(paths.includes(site.base + expected), paths.join(' '));
        assert.equal(await open.locator('.outline').isVisible(), false);
        await field(open).fill('');
        await open.locator('.outline').waitFor();
        assert.equal(await links(open).count(), 0);
        await find(open, query.split(' ')[0]);
        await field(open).press('Enter');
        assert.equal(new URL(open.url()).searchParams.get('q'), query.split(' ')[0], 'Enter keeps the query in the address');
        await field(open).press('ArrowDown');
        assert.ok(await links(open).first().evaluate((link) => link === document.activeElement));
        assert.deepEqual(found, []);
      });
    }
  });

  it('more results are shown when asked for', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(`${shapes.page('search/').address}?q=article`);
      await links(open).first().waitFor();
      const before = await links(open).count();
      await open.getByRole('button', { name: 'More results' }).click();
      await links(open).nth(before).waitFor();
      assert.ok(await links(open).nth(before).evaluate((link) => link === document.activeElement));
      const addresses = await links(open).evaluateAll((all) => all.map((link) => link.pathname));
      assert.equal(new Set(addresses).size, addresses.length, 'no article twice');
    });
  });

  it('has no violation of accessibility rules while it is open', async () => {
    for (const width of [widths.phone, widths.desk]) {
      await withPage(browser, { width, bypassCSP: true }, async (open) => {
        for (const page of [article, helpCenter.page('search/'), arabic.page('keys/create/')]) {
          await open.goto(page.address);
          await loadAxe(open);
          for (const query of ['', page.site === arabic ? 'المفتاح' : 'key', 'xqzzyv']) {
            await open.keyboard.press('Control+k');
            if (query === 'xqzzyv' || query === '') await field(open).fill(query);
            else await find(open, query);
            for (const colorScheme of schemes) {
              await open.emulateMedia({ colorScheme });
              assert.deepEqual(await violations(open), [], `${page.name}, ${query}, ${width}, ${colorScheme}`);
            }
            assert.deepEqual(await overflow(open), [], `${page.name}, ${query}, ${width}`);
          }
        }
      });
    }
  });
});
