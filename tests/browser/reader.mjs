// What a reader meets on the way: how much is loaded, the switch of colours, copying code, what a screen reader is told,
// and paper.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

import { schemes, widths, withPage } from './browser.mjs';
import { loadAxe, violations } from './checks.mjs';
import { browser, sites } from './run.mjs';
import { repository } from './site.mjs';

const { helpCenter, shapes, arabic } = sites;
const article = helpCenter.page('byok/setup-openai/');
/** One page of each kind: article, section, home, search, 404; and two that are read from right to left. */
const kinds = [
  article, helpCenter.page('byok/'), helpCenter.page(''), helpCenter.page('search/'), helpCenter.page('404.html'),
  arabic.page(''), arabic.page('search/'),
];

/** Violations of accessibility rules with the search dialog open, with results and with none. Axe is in the page. */
async function violationsOfSearch(open) {
  const found = [];
  await open.keyboard.press('Control+k');
  for (const [query, shown] of [['key', '.search-panel ol a'], ['xqzzyv', '.search-panel [role=status]:has-text("xqzzyv")']]) {
    await open.getByRole('searchbox').fill(query);
    await open.locator(shown).first().waitFor();
    found.push(...(await violations(open)).map((line) => `search for ${query}: ${line}`));
  }
  return found;
}

const kilobytes = (bytes) => Math.round(bytes / 100) / 10;

describe('what a reader loads', () => {
  it('is no more than the budget, and nothing of it comes from elsewhere', async (test) => {
    await withPage(browser, { width: widths.phone }, async (open) => {
      const loaded = [];
      open.on('response', (response) => loaded.push(response));
      await open.goto(article.address, { waitUntil: 'networkidle' });
      // Rules for fetching ahead are asked for when the page is done, and are not part of it.
      const parts = loaded.filter((response) => !response.url().endsWith('speculation-rules.json'));
      assert.deepEqual(parts.filter((response) => !response.url().startsWith(article.site.origin)).map((response) => response.url()), []);
      const sizes = await Promise.all(parts.map(async (response) => {
        const body = await response.body();
        return { kind: response.request().resourceType(), bytes: brotliCompressSync(body).length, body };
      }));
      const of = (kind) => sizes.filter((part) => part.kind === kind).reduce((sum, part) => sum + part.bytes, 0);
      const html = sizes.find((part) => part.kind === 'document').body.toString();
      const prose = html.slice(html.indexOf('<div class="prose"'), html.indexOf('</article>'));
      assert.ok(prose.includes('Create your key'), 'the text is found');
      const around = brotliCompressSync(html.replace(prose, '')).length;
      const all = sizes.reduce((sum, part) => sum + part.bytes, 0);
      test.diagnostic(`${sizes.length} requests, ${kilobytes(all)} KB in all; HTML around the article ${kilobytes(around)}, style ${kilobytes(of('stylesheet'))}, script ${kilobytes(of('script'))}`);
      assert.ok(sizes.length <= 4, `${sizes.length} requests`);
      assert.ok(around <= 3072, `${around} bytes of HTML around the article`);
      assert.ok(of('stylesheet') > 0 && of('stylesheet') <= 6144, `${of('stylesheet')} bytes of style`);
      assert.ok(of('script') > 0 && of('script') <= 4096, `${of('script')} bytes of script`);
      assert.equal(of('font'), 0);
      assert.ok(all <= 20_480, `${all} bytes in all`);
    });
  });
});

describe('preferences', () => {
  for (const width of [widths.least, widths.desk]) {
    it(`pages have no violation of accessibility rules in forced colours, at ${width} pixels`, async () => {
      for (const colorScheme of schemes) {
        await withPage(browser, { width, colorScheme, forcedColors: 'active', bypassCSP: true }, async (open) => {
          for (const page of kinds) {
            await open.goto(page.address);
            await loadAxe(open);
            assert.deepEqual(await violations(open), [], `${page.name}, ${colorScheme}`);
            if (page === article) assert.deepEqual(await violationsOfSearch(open), [], colorScheme);
          }
        });
      }
    });
  }

  it('the switch of colours is remembered on the next page, and has no violation of accessibility rules', async () => {
    for (const [system, chosen] of [['light', 'dark'], ['dark', 'light']]) {
      await withPage(browser, { width: widths.least, colorScheme: system, bypassCSP: true }, async (open) => {
        const background = () => open.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        await open.goto(kinds[2].address);
        const before = await background();
        const button = open.getByRole('button', { name: 'Dark colours' });
        assert.equal(await button.getAttribute('aria-pressed'), String(system === 'dark'));
        await button.click();
        const after = await background();
        assert.notEqual(after, before);
        for (const page of kinds.filter((candidate) => candidate.site === helpCenter)) {
          await open.goto(page.address);
          assert.equal(await background(), after, page.name);
          assert.equal(await button.getAttribute('aria-pressed'), String(chosen === 'dark'));
          await loadAxe(open);
          assert.deepEqual(await violations(open), [], page.name);
          if (page !== article) continue;
          assert.deepEqual(await violationsOfSearch(open), [], chosen);
          await open.keyboard.press('Escape');
        }
        await button.click();
        await open.reload();
        assert.equal(await background(), before, 'what the system says holds again');
      });
    }
  });
});

describe('code', () => {
  it('is copied by a button that says so, without prompts', async () => {
    await withPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] }, async (open) => {
      await open.goto(shapes.page('reference/every-shape/').address);
      const button = open.getByRole('button', { name: /^Copy/ }).first();
      const code = await open.locator('.prose pre').first().textContent();
      // Who steers by voice says the word that is seen (WCAG 2.5.3).
      assert.ok((await button.getAttribute('aria-label')).startsWith(await button.textContent()));
      await button.focus();
      await open.keyboard.press('Enter');
      await open.locator('[role=status]', { hasText: 'Copied' }).waitFor();
      assert.equal(await button.textContent(), 'Copied');
      assert.equal(await open.evaluate(() => navigator.clipboard.readText()), code.replace(/\n$/, ''));
      assert.equal(await open.evaluate(() => document.activeElement.className), 'copy', 'the focus stays');
    });
    await withPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] }, async (open) => {
      await open.route(article.address, async (route) => {
        const response = await route.fetch();
        const prose = '<div class="prose"><pre><code>$ one --two\n$ three\nits answer\n</code></pre>';
        await route.fulfill({ response, body: (await response.text()).replace('<div class="prose">', prose) });
      });
      await open.goto(article.address);
      await open.getByRole('button', { name: /^Copy/ }).first().click();
      await open.locator('[role=status]', { hasText: 'Copied' }).waitFor();
      assert.equal(await open.evaluate(() => navigator.clipboard.readText()), 'one --two\nthree');
    });
  });

  it('is copied whole where a command has several lines', async () => {
    const blocks = [
      ['bash', '$ curl https://api.example.com \\\n  -H "a: b" \\\n  -d 1\n{"ok": true}\n', 'curl https://api.example.com \\\n  -H "a: b" \\\n  -d 1'],
      ['sh', "$ curl -d '{\n  \"a\": 1\n}' x\nits answer\n", "curl -d '{\n  \"a\": 1\n}' x"],
      ['console', '$ cat &lt;&lt;EOF > file\nA=1\nEOF\n$ echo hi # don\'t\nhi\n', "cat <<EOF > file\nA=1\nEOF\necho hi # don't"],
      ['text', '$ no prompt\nPRICE=3\n', '$ no prompt\nPRICE=3'],
    ];
    await withPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] }, async (open) => {
      await open.route(article.address, async (route) => {
        const response = await route.fetch();
        const prose = blocks.map(([language, code]) => `<pre><code class="language-${language}">${code}</code></pre>`);
        await route.fulfill({ response, body: (await response.text()).replace('<div class="prose">', () => `<div class="prose">${prose.join('')}`) });
      });
      await open.goto(article.address);
      for (const [index, [language, , expected]] of blocks.entries()) {
        await open.locator('.copy').nth(index).click();
        // What was said of the one before may stand there still.
        const copied = () => open.evaluate(() => navigator.clipboard.readText());
        for (let wait = 0; wait < 50 && await copied() !== expected; wait += 1) await open.waitForTimeout(20);
        assert.equal(await copied(), expected, language);
      }
    });
  });

  it('has no button where there is no script', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (open) => {
      for (const page of [...kinds, shapes.page('reference/every-shape/')]) {
        await open.goto(page.address);
        const dead = await open.locator('button:visible, input:enabled:visible')
          // A form of its own needs no script.
          .evaluateAll((found) => found.filter((element) => element.form === null || !element.form.matches('.feedback')).map((element) => element.outerHTML));
        assert.deepEqual(dead, [], page.name);
      }
    });
  });
});

describe('a screen reader', () => {
  const tree = async (open) => {
    const session = await open.context().newCDPSession(open);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const value = (node) => ({
      role: node.role?.value,
      name: node.name?.value ?? '',
      level: node.properties?.find((property) => property.name === 'level')?.value.value,
      children: (node.childIds ?? []).map((id) => byId.get(id)).filter(Boolean),
    });
    return { all: nodes.filter((node) => !node.ignored).map(value), value };
  };

  /** The nodes of a role below one, however deep; those that are ignored stand for their children. */
  const below = (node, role, value) => node.children.flatMap((child) => {
    const read = value(child);
    return (read.role === role && !child.ignored ? [read] : []).concat(read.role === role ? [] : below(read, role, value));
  });

  it('is told of landmarks, header, four steps and related pages by their names', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      const { all, value } = await tree(open);
      const named = (role) => all.filter((node) => node.role === role).map((node) => node.name);
      assert.deepEqual(named('main').length, 1);
      assert.deepEqual(named('article').length, 1);
      const headings = all.filter((node) => node.role === 'heading' && node.level === 1).map((node) => node.name);
      assert.deepEqual(headings, ['Get an OpenAI API key']);
      for (const name of ['Breadcrumb', 'On this page', 'Related']) assert.ok(named('navigation').includes(name), `${name} in ${named('navigation')}`);
      assert.equal(new Set(named('navigation')).size, named('navigation').length, 'no two landmarks have one name');
      assert.ok(named('navigation').every((name) => name !== ''), 'each landmark has a name');
      const lists = all.filter((node) => node.role === 'list').map((list) => below(list, 'listitem', value).length);
      assert.ok(lists.includes(4), `a list of four steps in ${lists}`);
      const related = all.find((node) => node.role === 'navigation' && node.name === 'Related');
      assert.equal(below(related, 'link', value).length, 3);
      assert.ok(below(related, 'link', value).every((link) => link.name.length > 3));
      assert.ok(named('time').length + named('Time').length + all.filter((node) => node.name.includes('2026-04-16')).length > 0, 'the date is told');
      assert.ok(all.filter((node) => node.role === 'link' && node.name.startsWith('Link to ')).length >= 3, 'anchors are named');
    });
  });

  it('is told of callouts by their words', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(shapes.page('reference/every-shape/').address);
      const { all } = await tree(open);
      const notes = all.filter((node) => node.role === 'note');
      assert.ok(notes.length >= 5, `${notes.length} notes`);
      const words = await open.locator('[role=note]').evaluateAll((found) => found.map((note) => note.textContent.trim().split(/\s/)[0]));
      assert.deepEqual([...new Set(words)].sort(), ['Caution', 'Important', 'Note', 'Tip', 'Warning']);
    });
  });

  it('is told of the search dialog, its field and its count', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.getByRole('button', { name: 'Search', exact: true }).click();
      await open.getByRole('searchbox').fill('key');
      await open.locator('.search-panel ol a').first().waitFor();
      const { all } = await tree(open);
      assert.ok(!all.some((node) => node.role === 'main'), 'what lies behind the dialog is not told');
      assert.ok(all.some((node) => node.role === 'button' && node.name === 'Close'));
      assert.ok(all.some((node) => node.role === 'dialog' && node.name === 'Search'));
      assert.ok(all.some((node) => node.role === 'searchbox' && node.name !== ''));
      await open.locator('.search-panel [role=status]', { hasText: /\d/ }).waitFor();
    });
  });
});

describe('on paper', () => {
  it('an article is its text alone, with the addresses of its links', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.emulateMedia({ media: 'print' });
      for (const part of ['.site-header', '.site-footer', '.scheme', '.copy', '.search-open']) {
        assert.equal(await open.locator(`${part}:visible`).count(), 0, part);
      }
      const address = await open.locator('.prose a[href^="https://"]').first().evaluate((link) => getComputedStyle(link, '::after').content);
      assert.match(address, /https:/);
      const breaks = await open.locator('.prose ol > li').evaluateAll((found) => found.map((step) => getComputedStyle(step).breakInside));
      assert.deepEqual(new Set(breaks), new Set(['avoid']));
      const paper = await open.pdf({ format: 'A4' });
      const sheets = paper.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
      assert.ok(sheets >= 1 && sheets <= 4, `${sheets} sheets`);
      const folder = join(repository, 'target/screenshots');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'setup-openai.pdf'), paper);
    });
  });

  it('code stands below the text before it', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(shapes.page('reference/every-shape/').address);
      await open.emulateMedia({ media: 'print' });
      const gaps = await open.locator('.copy + pre').evaluateAll((found) => found.map((pre) => {
        const before = pre.previousElementSibling.previousElementSibling;
        return before ? pre.getBoundingClientRect().top - before.getBoundingClientRect().bottom : 0;
      }));
      assert.ok(gaps.length > 0 && gaps.every((gap) => gap >= 0), `${gaps}`);
    });
  });
});
