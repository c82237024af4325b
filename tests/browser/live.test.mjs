// The dev server in a browser: edits show in the page that is open, and nothing of what the reader does is lost.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { launch, openPage, widths } from './browser.mjs';
import { Served, frontMatter } from './served.mjs';
import { repository } from './site.mjs';

const pictures = process.env.SCREENSHOTS ? resolve(process.env.SCREENSHOTS) : join(repository, 'target/screenshots');
const path = 'content/guides/long.md';
const url = '/guides/long/';

/** An article of about 20 kB, so that there is something to scroll. */
function long(marker = 'none') {
  const parts = [`${frontMatter('A long guide')}Intro ${marker}.\n`];
  for (let number = 1; number <= 40; number += 1) {
    parts.push(`\n## Step ${number}\n\nOpen the **settings** page ${number} and look at [the other guide](other.md), then go on with what is written ` +
      'below it, as long as there is something to be written; the text goes on so that the page is long enough to be scrolled. ' +
      'It says nothing else, and says it at length, so that twenty kilobytes come together in the end.\n\n' +
      `1. **First.** Do it ${number}.\n2. **Second.** Do it again.\n`);
  }
  parts.push('\n<details><summary>More of it</summary>\n\nHidden text\n\n</details>\n\nThe end.\n');
  return parts.join('');
}

const files = {
  'site.yaml': 'title: Live\n',
  'content/index.md': '---\ntitle: Home\n---\n\nWelcome\n',
  'content/guides/index.md': '---\ntitle: Guides\n---\n',
  [path]: long(),
  'content/guides/other.md': `${frontMatter('The other guide')}Text\n`,
};

let browser;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await launch();
});

after(() => browser?.close());

/** Serves the site, opens a page of it, and ends both whatever happens. */
async function live({ options = [], start = url, width = widths.desk, more = {} }, use) {
  const served = await Served.start({ ...files, ...more }, { options });
  const page = await openPage(browser, { width });
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    await page.goto(served.origin + start);
    await page.evaluate(() => { window.marked = true; });
    await use(page, served);
    assert.deepEqual(errors, []);
  } finally {
    await page.context().close();
    await served.stop();
  }
}

const isSamePage = (page) => page.evaluate(() => window.marked === true);
const waitForText = (page, text) => page.waitForFunction((part) => document.body.innerText.includes(part), text);
const panel = (page) => page.locator('silcrow-panel section');

describe('a page that is open', () => {
  it('changes in place: scroll position, focus, selection and what is open stay', async () => {
    await live({}, async (page, served) => {
      await page.locator('summary', { hasText: 'More of it' }).click();
      await page.locator('h2#step-20').evaluate((heading) => heading.scrollIntoView());
      await page.evaluate(() => {
        const link = document.querySelectorAll('.prose a[href="/guides/other/"]')[20];
        link.focus({ preventScroll: true });
        const text = document.querySelectorAll('.prose a[href="/guides/other/"]')[21].parentElement.childNodes[2];
        getSelection().setBaseAndExtent(text, 1, text, 8);
      });
      const state = () => page.evaluate(() => ({
        top: Math.round(document.querySelector('#step-20').getBoundingClientRect().top),
        focus: document.activeElement.textContent,
        selection: getSelection().toString(),
        open: [...document.querySelectorAll('.prose details')].at(-1).open,
      }));
      const before = await state();
      assert.equal(before.open, true);
      // Above what is seen, a paragraph comes in; the title and a heading change too.
      served.replace(path, 'Intro none.', 'Intro.\n\nA new paragraph above all.\n\nAnd one more.');
      await waitForText(page, 'A new paragraph above all.');
      assert.deepEqual(await state(), before);
      served.replace(path, 'title: A long guide', 'title: A longer guide');
      served.replace(path, '## Step 3\n', '## Step three\n');
      await page.waitForFunction(() => document.title.startsWith('A longer guide') && document.querySelector('#step-three'));
      assert.equal(await page.locator('a[href="#step-three"]').count() > 0, true);
      assert.deepEqual(await state(), before);
      // The paragraph that the selection is in.
      served.replace(path, '**settings** page 22 and', '**settings** page 22, as always, and');
      await waitForText(page, 'page 22, as always,');
      assert.deepEqual(await state(), before);
      assert.ok(await isSamePage(page));
    });
  });

  it('is the page that a fresh load shows, after any edits', async () => {
    await live({}, async (page, served) => {
      const edits = [
        (text) => text.replace('## Step 5\n', '### Step 5\n'),
        (text) => text.replace(/\n## Step 7[^]*?(?=\n## Step 9)/, ''),
        (text) => text.replace('## Step 12\n', '## Step 12\n\n| a | b |\n|---|---|\n| 1 | 2 |\n'),
        (text) => text.replace('Intro none.', '- one\n- two\n- three'),
        (text) => text.replace('- two\n', ''),
        (text) => text.replace('- three', '- three\n- four\n\n```json\n{"a": 1}\n```'),
        (text) => text.replace('"a": 1', '"b": [1, 2]'),
        () => long('again'),
      ];
      for (const edit of edits) {
        const text = edit(served.read(path));
        served.write(path, `${text}\nEdit ${edits.indexOf(edit)}.\n`);
        await waitForText(page, `Edit ${edits.indexOf(edit)}.`);
        const [patched, fresh] = await page.evaluate(async () => {
          // The theme's own script adds buttons, and shows those that would do nothing without it.
          const clean = (root) => {
            root.querySelectorAll('script, silcrow-panel, .copy').forEach((element) => element.remove());
            root.querySelectorAll('[data-line]').forEach((element) => element.removeAttribute('data-line'));
            root.querySelectorAll('.toc a').forEach((element) => element.removeAttribute('aria-current'));
            const parts = [root.querySelector('title'), root.querySelector('main'), root.querySelector('footer')];
            return parts.map((part) => { part.normalize(); return part.outerHTML.replace(/\s+/g, ' '); }).join('\n');
          };
          const text = await (await fetch(location.href)).text();
          const loaded = new DOMParser().parseFromString(text, 'text/html').documentElement;
          return [clean(document.documentElement.cloneNode(true)), clean(loaded)];
        });
        assert.equal(patched, fresh);
      }
      assert.ok(await isSamePage(page));
    });
  });

  it('changes its styles without a moment without any', async () => {
    await live({}, async (page, served) => {
      await page.evaluate(() => {
        window.least = Infinity;
        const look = () => {
          window.least = Math.min(window.least, document.styleSheets.length);
          requestAnimationFrame(look);
        };
        look();
      });
      served.write('static/silcrow.css', 'h1 { color: rgb(1, 2, 3) }');
      await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)');
      await page.waitForFunction(() => document.querySelectorAll('link[rel=stylesheet]').length === 1);
      served.write('static/silcrow.css', 'h1 { color: rgb(3, 2, 1) }');
      await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).color === 'rgb(3, 2, 1)');
      assert.ok(await page.evaluate(() => window.least >= 1));
      assert.ok(await isSamePage(page));
    });
  });

  it('is loaded again when a script of it changes, and only then', async () => {
    const more = { 'content/guides/other.md': `${frontMatter('Other')}<script>window.said = "one";</script>\n\nText\n` };
    await live({ start: '/guides/other/', more }, async (page, served) => {
      served.replace('content/guides/other.md', 'Text', 'Other text');
      await waitForText(page, 'Other text');
      assert.ok(await isSamePage(page));
      served.replace('content/guides/other.md', '"one"', '"two"');
      await page.waitForFunction(() => window.said === 'two');
      assert.ok(!await isSamePage(page));
    });
  });

  it('shows pictures and templates anew', async () => {
    const svg = (width) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"/>`;
    const more = { 'static/p.svg': svg(10), 'content/guides/other.md': `${frontMatter('Other')}![A picture](/p.svg)\n` };
    await live({ start: '/guides/other/', more }, async (page, served) => {
      await page.waitForFunction(() => document.querySelector('img').naturalWidth === 10);
      served.write('static/p.svg', svg(30));
      await page.waitForFunction(() => document.querySelector('img').naturalWidth === 30);
      served.write('templates/article.html',
        '{% extends "base.html" %}{% block main %}<h1 id="silcrow:title">Another template</h1>{{ content }}{% endblock main %}');
      await waitForText(page, 'Another template');
      assert.ok(await isSamePage(page));
    });
  });

  it('follows its article to a new address', async () => {
    await live({}, async (page, served) => {
      served.move(path, 'content/guides/renamed.md');
      await page.waitForURL('**/guides/renamed/');
      served.replace('content/guides/renamed.md', 'Intro none.', 'Intro renamed.');
      await waitForText(page, 'Intro renamed.');
      served.move('content/guides', 'content/help');
      await page.waitForURL('**/help/renamed/');
      assert.ok(await isSamePage(page));
    });
  });

  it('catches up after it was hidden, and after the server was away', async () => {
    await live({}, async (page, served) => {
      const hide = (hidden) => page.evaluate((state) => {
        Object.defineProperty(document, 'hidden', { value: state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
      await hide(true);
      served.replace(path, 'Intro none.', 'Intro unseen.');
      await page.waitForTimeout(300);
      assert.ok(!(await page.locator('main').innerText()).includes('Intro unseen.'));
      await hide(false);
      await waitForText(page, 'Intro unseen.');
      assert.ok(await isSamePage(page));
    });
  });

  it('says which other article was saved', async () => {
    await live({}, async (page, served) => {
      await page.waitForTimeout(100);
      served.replace('content/guides/other.md', 'Text', 'More text');
      const link = page.locator('silcrow-panel .saved a');
      await link.waitFor();
      assert.equal(await link.getAttribute('href'), '/guides/other/');
      await page.screenshot({ path: join(pictures, 'live-saved.png') });
      await page.locator('silcrow-panel .saved button').click();
      assert.equal(await link.count(), 0);
    });
  });
});

describe('findings', () => {
  it('show in a panel as long as there are any, those of the page first', async () => {
    await live({}, async (page, served) => {
      assert.equal(await panel(page).count(), 0);
      served.replace(path, '[the other guide](other.md)', '[the other guide](othr.md)');
      await panel(page).waitFor();
      const item = panel(page).locator('li').first();
      assert.match(await item.innerText(), /othr\.md/);
      assert.match(await panel(page).locator('h3').first().innerText(), /This page/);
      const link = await item.locator('a').getAttribute('href');
      const editor = await page.evaluate(async (link) => (await fetch(link)).text(), link);
      assert.match(editor, /^vscode:\/\/file\/[^/].*\/content\/guides\/long\.md:\d+:\d+$/);
      // The page stays as readable as it was.
      assert.ok(await page.locator('h1').isVisible());
      await page.screenshot({ path: join(pictures, 'live-findings.png') });
      await page.setViewportSize({ width: 360, height: 800 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.screenshot({ path: join(pictures, 'live-findings-phone-dark.png') });
      served.replace(path, 'othr.md', 'other.md');
      await panel(page).waitFor({ state: 'detached' });
      assert.ok(await isSamePage(page));
    });
  });

  it('can be reached and sent away with the keyboard', async () => {
    const more = { [path]: long().replace('Intro none.', '[x](gone.md)') };
    await live({ more }, async (page, served) => {
      await panel(page).waitFor();
      let reached = false;
      for (let step = 0; step < 400 && !reached; step += 1) {
        await page.keyboard.press('Shift+Tab');
        reached = await page.evaluate(() => document.activeElement?.localName === 'silcrow-panel');
      }
      assert.ok(reached);
      await page.keyboard.press('Escape');
      await panel(page).waitFor({ state: 'detached' });
      // Other findings bring it back.
      served.replace('content/guides/other.md', 'Text', '[y](gone-too.md)');
      await panel(page).waitFor();
    });
  });

  it('stand in place of a page that cannot be rendered, and leave an open one as it is', async () => {
    await live({}, async (page, served) => {
      served.write('templates/article.html', '<!doctype html><title>T</title><p>{{ page.nothing.here }}</p>');
      await panel(page).waitFor();
      assert.equal(await page.locator('h1').innerText(), 'A long guide');
      const other = await page.context().newPage();
      await other.goto(`${served.origin}/guides/other/`);
      assert.match(await other.locator('main').innerText(), /templates\/article\.html/);
      await other.screenshot({ path: join(pictures, 'live-error.png') });
      served.remove('templates/article.html');
      await other.waitForFunction(() => document.querySelector('h1')?.innerText === 'The other guide');
      await panel(page).waitFor({ state: 'detached' });
      assert.ok(await isSamePage(page));
    });
  });

  it('of an address without a page are those that are near', async () => {
    await live({ start: '/guides/othr/' }, async (page, served) => {
      const link = panel(page).locator('a', { hasText: 'The other guide' });
      await link.waitFor();
      await page.screenshot({ path: join(pictures, 'live-near.png') });
      // The page comes to be.
      served.write('content/guides/othr.md', `${frontMatter('Now it is here')}Text\n`);
      await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'Now it is here');
      assert.equal(await panel(page).count(), 0);
    });
  });
});

describe('a click with Alt held', () => {
  it('opens the line in the editor, after edits too', async () => {
    const options = ['--editor', '/edit{path}/{line}/{column}'];
    await live({ options }, async (page, served) => {
      served.replace(path, 'Intro none.', 'Intro.\n\nNew.\n');
      await waitForText(page, 'New.');
      const line = served.read(path).split('\n').findIndex((text) => text === '## Step 4') + 1;
      await page.locator('#step-4').click({ modifiers: ['Alt'] });
      await page.waitForURL(`**/edit/**/content/guides/long.md/${line}/1`);
    });
  });

  it('and one without is a click like any other', async () => {
    await live({}, async (page) => {
      await page.locator('main a', { hasText: 'the other guide' }).first().click();
      await page.waitForURL('**/guides/other/');
    });
  });
});

describe('many saves', () => {
  it('all show, and scroll position and focus are kept', async () => {
    await live({}, async (page, served) => {
      await page.locator('h2#step-20').evaluate((heading) => heading.scrollIntoView());
      await page.evaluate(() => {
        document.querySelectorAll('.prose a[href="/guides/other/"]')[20].focus({ preventScroll: true });
        window.seen = new Map();
        new MutationObserver(() => {
          const marker = document.querySelector('.prose p').textContent;
          if (!window.seen.has(marker)) window.seen.set(marker, performance.timeOrigin + performance.now());
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      const state = () => page.evaluate(() => [
        Math.round(document.querySelector('#step-20').getBoundingClientRect().top), document.activeElement.textContent]);
      const before = await state();
      const times = [];
      for (let number = 0; number < 20; number += 1) {
        await page.waitForTimeout(100);
        const start = performance.timeOrigin + performance.now();
        served.write(path, long(`marker-${number}`));
        const shown = await page.waitForFunction((text) => window.seen.get(text), `Intro marker-${number}.`);
        times.push(await shown.jsonValue() - start);
      }
      times.sort((one, other) => one - other);
      console.log(`from save to changed page: median ${times[10].toFixed(1)} ms, largest ${times.at(-1).toFixed(1)} ms`);
      assert.deepEqual(await state(), before);
      assert.ok(await isSamePage(page));
    });
  });
});
