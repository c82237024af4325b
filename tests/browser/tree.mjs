// What a screen reader is told: the roles and names that Chromium's accessibility tree gives to an article and to search.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { withPage } from './browser.mjs';
import { browser, sites } from './run.mjs';

const article = sites.helpCenter.page('byok/setup-openai/');

/** The tree as nodes that know their children, without what is ignored. */
async function accessibilityTree(open) {
  const session = await open.context().newCDPSession(open);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const made = (node) => ({
    role: node.role?.value,
    name: node.name?.value ?? '',
    properties: Object.fromEntries((node.properties ?? []).map(({ name, value }) => [name, value.value])),
    children: (node.childIds ?? []).map((id) => byId.get(id)).filter(Boolean).flatMap((child) => (child.ignored ? made(child).children : [made(child)])),
  });
  return made(nodes[0]);
}

const all = (node) => [node, ...node.children.flatMap(all)];
const named = (nodes, role, name) => nodes.find((node) => node.role === role && node.name === name);
const text = (node) => all(node).filter(({ role }) => role === 'StaticText').map(({ name }) => name).join('');

describe('accessibility tree', () => {
  it('an article has its landmarks, headings, steps, notes and related pages, each with its name', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      const nodes = all(await accessibilityTree(open));
      const title = await open.locator('h1').textContent();
      assert.equal(nodes.filter(({ role }) => role === 'main').length, 1);
      assert.ok(named(nodes, 'main', title), 'the text bears its title');
      assert.equal(named(nodes, 'heading', title)?.properties.level, 1);
      for (const name of ['Breadcrumb', 'On this page', 'Related']) assert.ok(named(nodes, 'navigation', name), `navigation ${name}`);
      const names = nodes.filter(({ role }) => role === 'navigation').map(({ name }) => name);
      assert.ok(names.every((name) => name !== ''), `each is named: ${names.join()}`);
      assert.equal(new Set(names).size, names.length, `no two alike: ${names.join()}`);

      const lists = nodes.filter(({ role }) => role === 'list');
      const steps = lists.find((list) => list.children.filter(({ role }) => role === 'listitem').length === 4
        && all(list).some(({ role }) => role === 'ListMarker') && all(list).some(({ role }) => role === 'strong'));
      assert.ok(steps, 'the four steps are one list');

      const notes = nodes.filter(({ role }) => role === 'note');
      assert.ok(notes.length >= 1, 'there is a note');
      for (const note of notes) assert.match(text(note), /^(Note|Tip|Important|Warning|Caution)/, 'it begins with its word');

      const related = named(nodes, 'navigation', 'Related');
      assert.equal(all(related).filter(({ role }) => role === 'link').length, 3);
      assert.ok(nodes.some(({ role, name }) => role === 'time' || (role === 'StaticText' && name.includes('2026-04-16'))), 'the date is told');
    });
  });

  it('search is a dialog with a name, a labelled field, a count that is announced, and a list of links', async () => {
    await withPage(browser, {}, async (open) => {
      await open.goto(article.address);
      await open.keyboard.press('Control+k');
      await open.getByRole('searchbox').fill('key');
      await open.locator('.search-panel ol a').first().waitFor();
      const nodes = all(await accessibilityTree(open));
      const dialog = nodes.find(({ role }) => role === 'dialog');
      assert.ok(dialog?.name, 'the dialog has a name');
      const inside = all(dialog);
      assert.ok(inside.find(({ role }) => role === 'searchbox')?.name, 'the field has a name');
      assert.match(text(inside.find(({ role }) => role === 'status')), /results?/);
      const list = inside.find(({ role }) => role === 'list');
      assert.ok(list.children.filter(({ role }) => role === 'listitem').length > 1);
      assert.ok(all(list).filter(({ role }) => role === 'link').every(({ name }) => name !== ''));
      assert.ok(inside.some(({ role, name }) => role === 'button' && name === 'Close'));
      assert.ok(!nodes.some(({ role }) => role === 'main'), 'what lies behind a modal dialog is not told');
    });
  });
});
