// The choices of readers: a colour scheme that is remembered, forced colours, and copied commands.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { disclose, openPage, widths, withPage } from './browser.mjs';
import { loadAxe, violations } from './checks.mjs';
import { browser, sites } from './run.mjs';

const { helpCenter, arabic, shapes } = sites;

/** One page of each kind, and one that is read from right to left. */
const kinds = [
  ...['', 'byok/', 'byok/setup-openai/', 'search/', '404.html'].map((place) => helpCenter.page(place)),
  arabic.page('keys/create/'),
];

describe('preferences', () => {
  for (const width of [widths.least, widths.desk]) {
    const states = { 'forced colours': { forcedColors: 'active' }, 'the remembered dark scheme': {}, 'the remembered light scheme': { colorScheme: 'dark' } };
    for (const [state, settings] of Object.entries(states)) {
      it(`each kind of page has no violation in ${state}, at ${width} pixels`, async () => {
        await withPage(browser, { width, bypassCSP: true, ...settings }, async (open) => {
          const scheme = state.includes('remembered') ? state.split(' ')[2] : undefined;
          if (scheme) await open.addInitScript((value) => localStorage.setItem('silcrow-scheme', value), scheme);
          for (const page of kinds) {
            await open.goto(page.address);
            if (scheme) assert.equal(await open.locator('html').evaluate((root) => getComputedStyle(root).colorScheme), scheme, page.name);
            await loadAxe(open);
            for (const isOpen of [false, true]) {
              await disclose(open, isOpen);
              assert.deepEqual(await violations(open), [], `${page.name}, ${isOpen ? 'opened' : 'closed'}`);
            }
            if (page.file === 'search/index.html') continue;
            for (const query of [page.site === arabic ? 'المفتاح' : 'key', 'xqzzyv']) {
              await open.keyboard.press('Control+k');
              await open.getByRole('searchbox').fill(query);
              await open.locator(query === 'xqzzyv' ? '.search-panel [role=status]:has-text("xqzzyv")' : '.search-panel ol a').first().waitFor();
              assert.deepEqual(await violations(open), [], `${page.name}, search for ${query}`);
            }
          }
        });
      });
    }
  }

  it('the colour scheme is remembered from page to page, and taken back', async () => {
    await withPage(browser, {}, async (open) => {
      const background = () => open.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await open.goto(helpCenter.page('').address);
      const light = await background();
      await open.locator('button.scheme').click();
      const dark = await background();
      assert.notEqual(dark, light);
      assert.equal(await open.locator('button.scheme').getAttribute('aria-pressed'), 'true');
      await open.goto(helpCenter.page('byok/setup-openai/').address);
      assert.equal(await background(), dark);
      await open.locator('button.scheme').focus();
      await open.keyboard.press('Enter');
      assert.equal(await background(), light);
      await open.reload();
      assert.equal(await background(), light);
    });
  });

  it('code is copied by keyboard, without its prompts, and this is said', async () => {
    const open = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
    try {
      const places = [...helpCenter.pages, ...shapes.pages].filter((page) => page.site.read(page.file).includes('<pre'));
      let prompts = 0;
      for (const page of places) {
        await open.goto(page.address);
        const buttons = open.locator('button.copy');
        for (let index = 0; index < await buttons.count(); index += 1) {
          const button = buttons.nth(index);
          const code = await button.evaluate((element) => element.nextElementSibling.textContent);
          assert.ok((await button.getAttribute('aria-label')).startsWith((await button.textContent()).trim()), 'the name starts with the word that is seen');
          await button.focus();
          await open.keyboard.press('Enter');
          await open.locator('p.status', { hasText: 'Copied' }).waitFor();
          const copied = await open.evaluate(() => navigator.clipboard.readText());
          assert.ok(copied.length > 0 && !/^\$ /m.test(copied), copied);
          if (/^\$ /m.test(code)) prompts += 1;
          else assert.equal(copied, code.replace(/\n$/, ''));
        }
      }
      assert.ok(places.length > 0 && prompts > 0, `${places.length} pages with code, ${prompts} prompts`);
    } finally {
      await open.context().close();
    }
  });
});
