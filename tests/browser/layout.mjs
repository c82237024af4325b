// No page is wider than its screen, whatever is on it and however far apart its reader sets letters, words and lines.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { disclose, stay, widths, withPage } from './browser.mjs';
import { clippedText, overflow, setTextSpacing } from './checks.mjs';
import { browser, pages, sites } from './run.mjs';

/** Opens each page and collects what is found with its disclosures closed and opened. */
async function collect(width, check, prepare = () => {}) {
  const found = [];
  await withPage(browser, { width, bypassCSP: true }, async (page) => {
    const { redirects } = sites.shapes;
    for (const visited of [...pages, ...redirects]) {
      const { address, name } = visited;
      await (redirects.includes(visited) ? stay(page, address) : page.goto(address));
      await prepare(page);
      for (const open of [false, true]) {
        await disclose(page, open);
        found.push(...(await check(page)).map((line) => `${name}, ${open ? 'opened' : 'closed'}: ${line}`));
      }
    }
  });
  return found;
}

describe('layout', { concurrency: 2 }, () => {
  for (const width of Object.values(widths)) {
    it(`nothing is wider than a screen of ${width} pixels`, async () => {
      assert.deepEqual(await collect(width, overflow), []);
    });
  }

  it('nothing is wider than 320 pixels, and no text is cut off, with the text spacing of WCAG', async () => {
    const both = async (page) => [...await overflow(page), ...await clippedText(page)];
    assert.deepEqual(await collect(widths.least, both, setTextSpacing), []);
  });

  it('the name of the site, search and the switch of colours stand in one line on a phone, clear of the rule below', async () => {
    await withPage(browser, { width: widths.phone }, async (page) => {
      await page.goto(sites.helpCenter.page('byok/setup-openai/').address);
      const boxes = await page.locator('.site-header').evaluate((header) => {
        const shown = [...header.children].filter((child) => child.checkVisibility() && child.tagName !== 'DIALOG');
        return [header, ...shown].map((element) => element.getBoundingClientRect().toJSON());
      });
      const [header, ...parts] = boxes;
      assert.equal(parts.length, 3);
      const middles = parts.map(({ top, height }) => Math.round(top + height / 2));
      assert.ok(Math.max(...middles) - Math.min(...middles) <= 1, `their middles are at ${middles}`);
      assert.ok(parts.every(({ bottom }) => bottom + 2 <= header.bottom), 'none touches the rule');
    });
  });

  it('the name of the site is broken between words alone, however large its letters are', async () => {
    for (const [width, size] of [[widths.least, '24px'], [widths.phone, '32px'], [widths.least, '32px']]) {
      await withPage(browser, { width, bypassCSP: true }, async (page) => {
        await page.goto(sites.helpCenter.page('byok/setup-openai/').address);
        await page.addStyleTag({ content: `html { font-size: ${size}; }` });
        const { height, line } = await page.locator('.site-name').evaluate((name) => ({
          height: name.getBoundingClientRect().height, line: parseFloat(getComputedStyle(name).lineHeight),
        }));
        assert.ok(height < 4.5 * line, `${height} pixels high, lines of ${line}, at ${width} with ${size}`);
        assert.deepEqual(await overflow(page), []);
      });
    }
  });

  it('the field of search has room for what is typed on a phone', async () => {
    for (const width of [widths.least, widths.phone]) {
      await withPage(browser, { width }, async (page) => {
        await page.goto(sites.helpCenter.page('byok/setup-openai/').address);
        await page.keyboard.press('Control+k');
        const box = await page.locator('dialog input').boundingBox();
        assert.ok(box.width >= 160, `${box.width} pixels at ${width}`);
      });
    }
  });

  it('a page in Arabic is laid out from right to left, and its code from left to right', async () => {
    await withPage(browser, { width: widths.desk }, async (page) => {
      await page.goto(sites.arabic.page('keys/create/').address);
      const { sidebar, main, contents, code } = await page.evaluate(() => ({
        sidebar: document.querySelector('.sidebar').getBoundingClientRect().left,
        main: document.querySelector('.prose').getBoundingClientRect().left,
        contents: document.querySelector('.toc').getBoundingClientRect().left,
        code: getComputedStyle(document.querySelector('pre')).direction,
      }));
      assert.ok(sidebar > main && main > contents, 'the menu is on the right, the headings on the left');
      assert.equal(code, 'ltr');
    });
  });

  it('a date on a page in Arabic is read from year to day, as it is written', async () => {
    await withPage(browser, { width: widths.desk }, async (page) => {
      for (const place of ['keys/', 'keys/create/']) {
        await page.goto(sites.arabic.page(place).address);
        const [year, day] = await page.locator('time').first().evaluate((element) => [0, 8].map((start) => {
          const range = document.createRange();
          range.setStart(element.firstChild, start);
          range.setEnd(element.firstChild, start + 2);
          return range.getBoundingClientRect().left;
        }));
        assert.ok(year < day, `${place}: the year is at ${year}, the day at ${day}`);
      }
    });
  });
});
