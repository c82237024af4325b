// What stands on an article's page, in which order, against the sources: read here by other means than silcrow's.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { openPage } from './browser.mjs';
import { browser, sites } from './run.mjs';
import { repository } from './site.mjs';

const { helpCenter } = sites;
const content = join(repository, 'content');

/** Single-line values of front matter, which is all that these articles have of what is compared here. */
function frontMatter(file) {
  const [, yaml] = readFileSync(join(content, file), 'utf8').split(/^---$/m);
  const lines = [...yaml.matchAll(/^(\w+): *(.+)$/gm)];
  return Object.fromEntries(lines.map(([, key, value]) => [key, value.replace(/^(["'])(.*)\1$/, '$2')]));
}

const articles = readdirSync(content, { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.md') && !file.endsWith('index.md'))
  .sort();

const texts = (locator) => locator.allTextContents().then((all) => all.map((text) => text.replace(/\s+/g, ' ').trim()));

describe('articles', () => {
  let open;
  before(async () => {
    open = await openPage(browser, {});
  });
  after(() => open.context().close());

  it('are eight', () => assert.equal(articles.length, 8));

  for (const file of articles) {
    const place = file.replace(/\.md$/, '/');
    it(`${place} begins with section, title, description, date and headings, in this order`, async () => {
      const { title, description, updated } = frontMatter(file);
      const section = frontMatter(`${file.split('/')[0]}/index.md`);
      await open.goto(helpCenter.page(place).address);
      const parts = await open.evaluate(() => {
        const selectors = ['main .label', 'main h1', 'main .lead', 'main .meta', 'main nav.toc', 'main .prose', 'main > nav.related'];
        const elements = selectors.map((selector) => document.querySelector(selector));
        return {
          missing: selectors.filter((_, index) => elements[index] === null),
          inOrder: elements.slice(1).every((element, index) =>
            Boolean(elements[index]?.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)),
        };
      });
      assert.deepEqual(parts, { missing: [], inOrder: true });
      assert.deepEqual(await texts(open.locator('main .label')), [`§ ${section.title}`]);
      assert.deepEqual(await texts(open.locator('h1')), [title]);
      assert.deepEqual(await texts(open.locator('main .lead')), [description]);
      assert.deepEqual(await texts(open.locator('main header .meta')), [`Updated ${updated}`]);
      assert.equal(await open.locator('main header time').getAttribute('datetime'), updated);
      assert.equal(await open.title(), `${title} - Prompt Assay help center`);
      assert.equal(await open.locator('meta[name=description]').getAttribute('content'), description);

      const headings = await texts(open.locator('.prose :is(h2, h3)'));
      assert.deepEqual(await texts(open.locator('.toc li')), headings);
      assert.deepEqual(await texts(open.locator('.toc summary')), ['On this page']);
      assert.equal(await open.locator('[aria-current=page]').count(), 1);
    });

    it(`${place} names its related pages by their own titles and descriptions`, async () => {
      await open.goto(helpCenter.page(place).address);
      assert.deepEqual(await texts(open.locator('.related h2')), ['Related']);
      const related = await open.locator('.related li').evaluateAll((items) => items.map((item) => ({
        address: item.querySelector('a').href,
        title: item.querySelector('a').textContent,
        description: item.querySelector('p').textContent,
      })));
      assert.equal(related.length, 3);
      for (const { address, title, description } of related) {
        await open.goto(address);
        assert.deepEqual(await texts(open.locator('h1')), [title]);
        assert.deepEqual(await texts(open.locator('main .lead')), [description]);
      }
    });
  }

  it('byok/setup-openai/ was updated on 2026-04-16 and has four steps, each with its point first', async () => {
    await open.goto(helpCenter.page('byok/setup-openai/').address);
    assert.deepEqual(await texts(open.locator('main header .meta')), ['Updated 2026-04-16']);
    assert.equal(await open.locator('main header time').getAttribute('datetime'), '2026-04-16');
    const steps = open.locator('.prose ol').first().locator('> li');
    assert.equal(await steps.count(), 4);
    const beginnings = await steps.evaluateAll((items) => items.map((item) => {
      // The first thing in the step is its point: no text stands before it.
      const strong = item.querySelector('strong');
      return strong !== null && item.textContent.trimStart().startsWith(strong.textContent);
    }));
    assert.deepEqual(beginnings, [true, true, true, true]);
    assert.deepEqual(await texts(open.locator('main h2')), ['Create your key', 'Add it to Prompt Assay', 'Good to know', 'Related']);
    const related = ['Add and test a key', 'Rotate a key', 'How BYOK works'];
    assert.deepEqual(await texts(open.locator('.related a')), related);
  });
});
