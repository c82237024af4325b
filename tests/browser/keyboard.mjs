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
          for (let stop = 1; stop <= expected; stop += 1) {
            await open.keyboard.press('Tab');
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
});
