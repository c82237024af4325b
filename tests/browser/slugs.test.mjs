// Heading ids, side by side with those of the npm package `github-slugger`. The one deviation: where that package gives
// nothing, a heading is called `section`.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import GithubSlugger from 'github-slugger';

import { repository } from './site.mjs';

const silcrow = process.env.SILCROW ?? join(repository, 'target/debug/silcrow');

/** The ids that silcrow gives to headings with these texts, on one page. */
function idsOf(texts) {
  const root = mkdtempSync(join(tmpdir(), 'silcrow-slugs-'));
  try {
    // Escaped, all ASCII punctuation is text; a space at either end would not be part of the heading.
    const headings = texts.map((text) => `## ${text.replace(/[!-/:-@[-`{-~]/g, '\\$&')}`);
    mkdirSync(join(root, 'content'));
    writeFileSync(join(root, 'content/index.md'), `---\ntitle: Slugs\n---\n\n${headings.join('\n\n')}\n`);
    execFileSync(silcrow, ['build', '--root', root], { stdio: 'ignore' });
    const html = readFileSync(join(root, 'public/index.html'), 'utf8');
    return [...html.matchAll(/<h2 id="([^"]*)">/g)].map(([, id]) => id.replaceAll('&#39;', "'").replaceAll('&amp;', '&'))
      .filter((id) => !id.startsWith('silcrow:'));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The same by the other program. */
function expected(texts) {
  const slugger = new GithubSlugger();
  // Its own numbering is asked for with the name that we give.
  return texts.map((text) => slugger.slug(new GithubSlugger().slug(text) === '' ? 'section' : text));
}

/** A generator of numbers from a seed (xorshift). */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

describe('heading ids', () => {
  it('are those of github-slugger for headings picked by hand', () => {
    const texts = [
      'Create your key', 'Create your key', 'Create your key 1', 'Keys & billing', "Don't panic!", 'x² and ½', 'snake_case‿tie',
      '设置密钥', '密钥（API）的设置、轮换', 'キーを作成する', 'API キー・設定', '키 만들기', 'Créer une clé', 'Ключ API: создание', 'ΟΔΟΣ Σ', 'إنشاء المفتاح', 'कुंजी बनाएँ १२',
      'สร้างคีย์', 'İstanbul', 'STRASSE ẞ ß', 'Ⅷ roman', 'Ⓐ circled', '🔑 Key 👩‍💻', 'a—b–c…', '“quoted” ‘text’', 'C++ / C#', 'v1.2.3', '50 % off', '----', 'e\u0301 composed',
      '!!!', '§', '…', 'Section', 'section', 'a  b', 'Größe (in µm)', 'ﬁ ligature', 'ǅ title case', '٣ Arabic digits', 'Тест-тест', 'naïve café', '@user #tag $x^2', '[brackets] {braces} <angles>',
    ];
    assert.deepEqual(idsOf(texts), expected(texts));
  });

  it('are those of github-slugger for every character of Unicode', () => {
    const texts = [];
    let text = '';
    for (let point = 0x20; point <= 0x10FFFF; point += 1) {
      // Surrogates are no characters; line ends and the byte-order mark end or begin a text.
      if (point >= 0xD800 && point <= 0xDFFF || point >= 0x7F && point <= 0x9F || [0x2028, 0x2029, 0xFEFF].includes(point)) continue;
      // Of the planes without assigned characters, one in a hundred.
      if (point >= 0x32000 && point < 0xE0000 && point % 100 || point >= 0xE0200 && point % 100) continue;
      text += String.fromCodePoint(point);
      if (text.length >= 60) {
        texts.push(`a${text}z`);
        text = '';
      }
    }
    assert.ok(texts.length > 3000, `${texts.length}`);
    for (let start = 0; start < texts.length; start += 500) {
      const some = texts.slice(start, start + 500);
      assert.deepEqual(idsOf(some), expected(some));
    }
  });

  it('are those of github-slugger for generated headings, collisions counted alike', () => {
    const words = ['key', 'Key', 'key-1', 'KEY 1', 'the', 'Über', 'ключ', '设置', 'キー', 'מפתח', 'مفتاح', 'चाबी', '_', '-', '--', '½', '(new)', '!', '?', '&', '1', '2', 'é', 'e\u0301', '🔑', 'ΑΣ', 'ẞ'];
    const below = numbers(2463534242);
    const texts = Array.from({ length: 1500 }, () => Array.from({ length: 1 + below(3) }, () => words[below(words.length)]).join(' '));
    assert.deepEqual(idsOf(texts), expected(texts));
  });
});
