// Proves that each check finds what it is for, on a page that has everything wrong. A check that finds nothing there
// would find nothing anywhere.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { widths, withPage } from './browser.mjs';
import { clippedText, complaints, crawl, loadAxe, markupErrors, nuFindings, overflow, scripts, smallTargets, violations } from './checks.mjs';
import { browser } from './run.mjs';
import { Site } from './site.mjs';

const wrong = `<!DOCTYPE html><html><head><title></title></head><body onload="load()">
<p style="width: 90rem">inline style</p><img src="missing.png" width="2000" height="10">
<a href="#nowhere">dead fragment</a><a href="/elsewhere/">dead link</a><a href="//other.invalid/">outside</a>
<nav><a href="">x</a></nav><script>window.changed = true;</script></body></html>`;

describe('the checks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silcrow-wrong-'));
  writeFileSync(join(folder, 'index.html'), wrong);
  const site = new Site({ name: 'wrong', folder, base: '/' });
  after(() => {
    site.close();
    rmSync(folder, { recursive: true });
  });
  const page = () => site.page('');
  const expect = (found, ...parts) => {
    for (const part of parts) assert.ok(found.some((line) => line.includes(part)), `${part} is not in:\n${found.join('\n')}`);
  };

  it('find what is wrong', async () => {
    await site.serve();
    await withPage(browser, { width: widths.phone, bypassCSP: true }, async (open) => {
      await open.goto(page().address);
      await loadAxe(open);
      expect(await violations(open), 'html-has-lang', 'image-alt', 'document-title');
      expect(await overflow(open), 'the page is', 'p.');
      expect(await smallTargets(open), '>x<');
      await open.addStyleTag({ content: 'p { width: 2rem !important; height: 1rem; overflow: hidden; }' });
      expect(await clippedText(open), 'inline style');
      expect(await scripts(open, wrong), 'onload', '<script>');
      const { dead } = await crawl(open, site);
      expect(dead, '#nowhere: no such id', 'missing.png: no such file', '/elsewhere/: no such file');
      assert.equal(dead.length, 3);
    });
    await withPage(browser, {}, async (open) => {
      const found = complaints(open, site);
      await open.goto(page().address);
      expect(found, 'inline style', 'inline script', '404');
    });
    expect(await markupErrors('wrong', wrong), 'doctype-style', 'wcag/h37');
    expect(await nuFindings(folder), 'index.html:', 'Element “title” must not be empty', 'An “img” element must have an “alt” attribute');
  });
});
