// Every page of every site is valid HTML, for html-validate and for the Nu checker, which runs on Java.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';

import { markupErrors } from './checks.mjs';
import { sites } from './run.mjs';

/** What the Nu checker says of every page of a site, its information too. */
function nuFindings(folder) {
  const jar = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar');
  const command = ['-Xss4m', '-jar', jar, '--skip-non-html', '--format', 'json', folder];
  return new Promise((done, failed) => {
    execFile(process.env.JAVA || 'java', command, { maxBuffer: 1 << 27 }, (error, _, text) => {
      // With findings it ends with 1.
      if (error && error.code !== 1) failed(error);
      else done(JSON.parse(text).messages.map(({ url, lastLine, message }) => `${url}:${lastLine}: ${message}`));
    });
  });
}

describe('markup', () => {
  for (const site of sites.all) {
    it(`${site.name}: every page is valid`, async () => {
      const found = [];
      for (const page of [...site.pages, ...site.redirects]) found.push(...await markupErrors(page.file, site.read(page.file)));
      assert.deepEqual(found, []);
    });

    it(`${site.name}: the Nu checker finds nothing`, async () => {
      assert.deepEqual(await nuFindings(site.folder), []);
    });
  }
});
