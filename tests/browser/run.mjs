// What all tests of a run share: the sites, the browser, and the pages that stand for every kind of page.
//
// Made while the module loads, so that a missing program or browser fails the run before its first test.

import { after } from 'node:test';

import { launch } from './browser.mjs';
import { makeSites } from './site.mjs';

export const sites = await makeSites();
export const browser = await launch();

after(async () => {
  await browser.close();
  sites.close();
});

const { helpCenter, shapes, arabic } = sites;

/** Every page of the help center and of the Arabic site; of the other, one page of each kind. */
export const pages = [
  ...helpCenter.pages,
  ...['', 'root-article/', 'reference/', 'reference/every-shape/', 'reference/draft/', 'reference/deep/', 'reference/deep/one/',
    'reference/deep/deeper/two/', 'long/', 'long/page/2/', 'long/article-60/', '404.html'].map((place) => shapes.page(place)),
  ...arabic.pages,
];
