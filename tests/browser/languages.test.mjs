// Search in many languages, without a browser: the script's terms are those of the program, and queries as readers write
// them find the articles that the program has indexed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { repository } from './site.mjs';

const silcrow = process.env.SILCROW ?? join(repository, 'target/debug/silcrow');
const script = readFileSync(join(repository, 'static/search.js'), 'utf8');
const { openIndex, terms } = await import(`data:text/javascript,${encodeURIComponent(script)}`);

/** By file name: a title, a text, and queries that find the article first. */
const articles = {
  english: ['Reset your password', 'Open the settings and choose **Security**. An e-mail with a link arrives.',
    ['reset password', 'RESET', 'passwords', 'passw', 'pasword', 'how do I reset my password please', 'resetting the password', 'Sécurity link']],
  german: ['Schlüssel für Großkunden ändern', 'Öffnen Sie die Einstellungen. Gemäß Vertrag ist die Straße anzugeben.',
    ['schlüssel', 'schlussel', 'Grosskunden', 'großkunden ändern', 'SCHLÜSSEL', 'strasse', 'Schlüsel']],
  turkish: ['Istanbul ısı ayarı', 'İzmir için ışık seçimi.', ['istanbul', 'İSTANBUL', 'isi ayari', 'ISI', 'ızmır', 'izmir']],
  russian: ['Как сменить пароль', 'Откройте настройки учётной записи.', ['пароль', 'ПАРОЛЬ', 'сменить парол', 'учетной', 'настройки', 'пороль']],
  greek: ['Αλλαγή κωδικού πρόσβασης', 'Ο οδηγός χρήσης της υπηρεσίας.', ['αλλαγη κωδικου', 'ΚΩΔΙΚΟΎ', 'οδηγοσ', 'οδηγός', 'ΟΔΗΓΟΣ', 'προσβαση']],
  chinese: ['设置供应商密钥', '打开工作区的设置页面,粘贴密钥并保存。', ['密钥', '供应商密钥', '如何设置密钥', '工作区', '键钥 保存', '粘', '钥', '存']],
  japanese: ['請求書を再発行する', 'アカウントの設定画面からダウンロードできます。東京𠮷野家さん。', ['𠮷', '𠮷野', 'ん', '請求書', '再発行', 'アカウント設定', 'ｱｶｳﾝﾄ', 'ダウンロード']],
  thai: ['การออกใบเสร็จ', 'เปิดหน้าใบเสร็จแล้วกดพิมพ์', ['ใบเสร็จ', 'พิมพ์', 'ออกใบเสร็จ']],
  arabic: ['إعادة تعيين كلمة المرور', 'افتح صفحة الأمان واكتب البريد. أنشئ مفتاح واجهة للتطبيق.', ['مرور', 'أمان', 'المفتاح', 'والمفتاح', 'التطبيق', 'كلمة المرور', 'اعادة', 'كلمه المُرور', 'الامان', 'تعيين']],
  hebrew: ['איפוס סיסמה', 'פתחו את דף האבטחה.', ['סיסמה', 'סִיסְמָה', 'איפוס', 'האבטחה']],
  korean: ['비밀번호 재설정', '설정을 열고 보안을 선택하세요.', ['비밀번호', '비밀번호를', '재설정', '보안']],
  vietnamese: ['Đặt lại mật khẩu', 'Mở trang cài đặt.', ['dat lai mat khau', 'mật khẩu', 'cài đặt']],
  hindi: ['पासवर्ड बदलें', 'सुरक्षा पृष्ठ खोलें।', ['पासवर्ड', 'सुरक्षा']],
};

it('the site in another language says nothing in English', () => {
  const keys = (file) => readFileSync(join(repository, file), 'utf8').match(/^"?[a-z_]+"?(?=:)/gmu).sort();
  assert.deepEqual(keys('tests/browser/sites/arabic/templates/strings.yaml'), keys('templates/strings.yaml'));
});

describe('search in any language', () => {
  it('the script makes the same terms as the program', () => {
    const vectors = JSON.parse(readFileSync(join(repository, 'tests/data/terms.json'), 'utf8'));
    assert.ok(vectors.length > 40);
    for (const [text, expected] of vectors) assert.deepEqual(terms(text), expected, text);
  });

  let root;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'silcrow-languages-'));
    mkdirSync(join(root, 'content'));
    const write = (name, title, text) => writeFileSync(
      join(root, `content/${name}.md`),
      `---\ntitle: ${title}\ndescription: ${name}\nupdated: 2026-01-01\n---\n\n${text}\n`,
    );
    write('index', 'Home', '');
    for (const [name, [title, text]] of Object.entries(articles)) write(name, title, text);
    write('other', 'Something else', 'An article about billing, invoices and seats.');
    execFileSync(silcrow, ['build', '--root', root], { stdio: 'pipe' });
  });
  after(() => rmSync(root, { recursive: true }));

  for (const [name, [, , queries]] of Object.entries(articles)) {
    it(`${name} is found`, async () => {
      const search = await openIndex(async (file) => JSON.parse(readFileSync(join(root, 'public/search', file), 'utf8')));
      for (const query of queries) {
        const [first] = await (await search(query)).next(0);
        assert.equal(first?.url.split('/')[0], name, query);
      }
    });
  }

  it('a text that has no words gives no results, and one that is nowhere neither', async () => {
    const search = await openIndex(async (file) => JSON.parse(readFileSync(join(root, 'public/search', file), 'utf8')));
    for (const query of ['', ' ', '?!', '🙂', 'xqzzyv', '\u0000', '['.repeat(200)]) {
      const { count, next } = await search(query);
      assert.equal(count, 0, query);
      assert.deepEqual(await next(0), []);
    }
  });
});
