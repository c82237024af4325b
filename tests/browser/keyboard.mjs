// What a reader with a keyboard meets: the skip link first, and a mark on whatever has the focus.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { disclose, widths, withPage } from './browser.mjs';
import { browser, pages, sites } from './run.mjs';

describe('keyboard', { concurrency: 2 }, () => {
  for (const width of [widths.phone, widths.desk]) {
    it(`the skip link is the first stop, is seen, and leads to the text, at ${width} pixels`, async () => {
      await withPage(browser, { width }, async (open) => {
        for (const page of pages) {
          await open.goto(page.address);
          const state = () => open.locator('a.skip').evaluate((link) => {
            const { left, right, top, bottom, width: breadth, height } = link.getBoundingClientRect();
            const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
            const isOnTop = document.elementFromPoint(left + breadth / 2, top + height / 2) === link;
            return { isFocused: link === document.activeElement, isSeen: isInside && isOnTop };
          });
          assert.deepEqual(await state(), { isFocused: false, isSeen: false }, `${page.name}: the link waits out of sight`);
          await open.keyboard.press('Tab');
          assert.deepEqual(await state(), { isFocused: true, isSeen: true }, `${page.name}: the first stop is the link`);
          await open.keyboard.press('Enter');
          assert.equal(await open.evaluate(() => document.activeElement.tagName), 'MAIN', `${page.name}: the focus moves`);
          await open.keyboard.press('Tab');
          const goesOn = await open.evaluate(() => document.activeElement.closest('main, footer') !== null || document.activeElement === document.body);
          assert.ok(goesOn, `${page.name}: the next stop is in the text or after it`);
        }
      });
    });

    it(`every stop is marked and on the screen, at ${width} pixels`, async () => {
      const { helpCenter, shapes, arabic } = sites;
      const chosen = [helpCenter.page(''), helpCenter.page('byok/setup-openai/'), shapes.page('reference/every-shape/'),
        shapes.page('long/page/2/'), arabic.page('keys/create/')];
      await withPage(browser, { width }, async (open) => {
        for (const page of chosen) {
          await open.goto(page.address);
          await disclose(open, true);
          const expected = await open.evaluate(() => [...document.querySelectorAll('a[href], summary, button, input:enabled, [tabindex="0"]')]
            .filter((element) => element.checkVisibility()).length);
          await disclose(open, false);
          for (let stop = 1; stop <= expected; stop += 1) {
            await open.keyboard.press('Tab');
            if (await open.evaluate(() => document.activeElement.tagName) === 'SUMMARY') await open.keyboard.press('Enter');
            const problem = await open.evaluate(() => {
              const element = document.activeElement;
              if (element === document.body) return 'nothing has the focus';
              const outlines = [getComputedStyle(element), getComputedStyle(element, '::after')];
              const marked = outlines.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
              const boxes = [...element.getClientRects()];
              const seen = boxes.some(({ top, bottom }) => bottom > 0 && top < innerHeight);
              return marked && seen ? undefined : `${element.outerHTML.slice(0, 120)}: ${marked ? 'off the screen' : 'not marked'}`;
            });
            assert.equal(problem, undefined, `${page.name}, stop ${stop} of ${expected}`);
          }
        }
      });
    });
  }

  it('an open menu on a phone hides nothing that has the focus, and closes for Escape', async () => {
    await withPage(browser, { width: widths.phone }, async (open) => {
      await open.goto(sites.helpCenter.page('byok/setup-openai/').address);
      const menu = open.locator('.sidebar details');
      const isOpen = () => menu.evaluate((details) => details.open);
      await menu.locator('summary').focus();
      await open.keyboard.press('Enter');
      assert.equal(await isOpen(), true);
      await open.keyboard.press('Tab');
      assert.equal(await isOpen(), true, 'the focus is in the menu');
      await open.keyboard.press('Escape');
      assert.equal(await isOpen(), false);
      assert.equal(await open.evaluate(() => document.activeElement.tagName), 'SUMMARY', 'the focus goes back');
      await open.keyboard.press('Enter');
      await menu.locator('a').last().focus();
      await open.keyboard.press('Tab');
      assert.equal(await isOpen(), false, 'what lies outside of it has the focus');
    });
  });

  it('whether an article helped is said with Tab and Enter, and its page is told', async () => {
    await withPage(browser, { width: widths.phone }, async (open) => {
      const page = sites.shapes.page('reference/every-shape/');
      for (const [answer, stops] of [['yes', 1], ['no', 2]]) {
        await open.route('https://answers.example.org/**', (route) => route.fulfill({ status: 204 }));
        await open.goto(page.address);
        // The last thing in the text that can have the focus before the form: from there on, Tab alone.
        await open.evaluate(() => {
          const form = document.querySelector('form.feedback');
          const before = [...document.querySelectorAll('main a[href], main button, main summary, main [tabindex="0"]')]
            .filter((element) => element.checkVisibility() && element.compareDocumentPosition(form) & Node.DOCUMENT_POSITION_FOLLOWING);
          before.at(-1).focus();
        });
        for (let stop = 0; stop < stops; stop += 1) await open.keyboard.press('Tab');
        const name = await open.evaluate(() => {
          const button = document.activeElement;
          return [button.textContent, document.getElementById(button.getAttribute('aria-describedby'))?.textContent];
        });
        assert.deepEqual(name, [answer === 'yes' ? 'Yes' : 'No', 'Did this help?']);
        const request = open.waitForRequest('https://answers.example.org/**');
        await open.keyboard.press('Enter');
        const sent = await request;
        assert.equal(sent.method(), 'POST');
        const said = Object.fromEntries(new URLSearchParams(sent.postData()));
        assert.deepEqual(said, { page: new URL(page.address).pathname, helpful: answer });
        await open.unroute('https://answers.example.org/**');
      }
    });
  });
});
