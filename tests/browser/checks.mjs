// What is checked of a page, apart from the tests, so that the tests can prove that each check finds what it is for.
// Every check returns what it found, as lines for a person to read.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { HtmlValidate } from 'html-validate';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Levels A and AA of WCAG 2.0 to 2.2, and what the makers of axe hold to be good practice. */
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Puts axe into the page. The page's context has to bypass the content security policy. */
export async function loadAxe(page) {
  await page.evaluate(axeSource);
}

/** Violations of axe's rules. With `rules`, of those rules alone. */
export async function violations(page, rules) {
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: axeTags };
  const enabled = Object.fromEntries((rules ?? []).map((rule) => [rule, { enabled: true }]));
  const found = await page.evaluate(
    (options) => window.axe.run(document, options).then((result) => result.violations),
    // No rule here reads style sheets itself, so axe need not fetch them once more.
    { runOnly, rules: enabled, resultTypes: ['violations'], preload: false },
  );
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\n', ' ')}`));
}

/** Whether the page, or anything on it that does not scroll in a box of its own, is wider than the screen. */
export async function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide on a screen of ${clientWidth}`] : [];
    for (const element of document.body.querySelectorAll('*')) {
      // What is in a scrolling box is as wide as it likes; the skip link waits outside the screen.
      if (!element.checkVisibility() || element.closest('.skip, svg') || element.parentElement.closest('pre, .table')) continue;
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (left < -1 || right > clientWidth + 1)) {
        found.push(`${element.tagName.toLowerCase()}.${element.className} reaches from ${Math.round(left)} to ${Math.round(right)}`);
      }
    }
    return found.slice(0, 5);
  });
}

/** Text that is cut off because its box neither grows nor scrolls. */
export async function clippedText(page) {
  return page.evaluate(() => [...document.body.querySelectorAll('*')].filter((element) => {
    const style = getComputedStyle(element);
    const cuts = [style.overflowX, style.overflowY].some((value) => value === 'hidden' || value === 'clip');
    const isCut = element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
    return cuts && isCut && element.checkVisibility() && !element.closest('.skip, svg');
  }).map((element) => `${element.tagName.toLowerCase()}.${element.className} cuts off “${element.textContent.trim().slice(0, 40)}”`));
}

/** The spacing that readers may set (WCAG 2.2, 1.4.12). The page's context has to bypass the content security policy. */
export async function setTextSpacing(page) {
  await page.addStyleTag({
    content: `* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
      p { margin-block-end: 2em !important; }`,
  });
}

/** Links and buttons outside of running text that are smaller than 24 by 24 CSS pixels (WCAG 2.2, 2.5.8, without its exception for spacing). */
export async function smallTargets(page) {
  return page.evaluate(() => [...document.querySelectorAll('nav a, header a, footer a, a.anchor, a.action, summary')]
    // A card's link covers the card.
    .filter((element) => element.checkVisibility() && !element.closest('.cards'))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (width < 24 || height < 24))
    .map(([element, { width, height }]) => `${element.outerHTML.slice(0, 80)}: ${Math.round(width)} by ${Math.round(height)}`));
}

/** Begins to write down whatever the browser complains about, and every request that leaves the site or fails. */
export function complaints(page, site) {
  const found = [];
  page.on('console', (message) => found.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => found.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    // To go on to the next page cuts off the request for the icon, which no browser waits for.
    const isCutOff = request.url().endsWith('.svg') && request.failure()?.errorText === 'net::ERR_ABORTED';
    if (!isCutOff) found.push(`request failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== site.origin && protocol !== 'data:') found.push(`request to elsewhere: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) found.push(`${response.status()}: ${response.url()}`);
  });
  return found;
}

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    // Ids of headings are made from their text, in any script, and may begin with a digit.
    'valid-id': ['error', { relaxed: true }],
    'doctype-style': ['error', { style: 'lowercase' }],
  },
});

/** Errors in a page's HTML. */
export async function markupErrors(name, html) {
  const report = await validator.validateString(html, name);
  return report.results.flatMap((result) => result.messages)
    .map(({ line, column, ruleId, message }) => `${name}:${line}:${column}: ${ruleId}: ${message}`);
}

/** What the Nu checker says of every page in a folder, its information too. */
export function nuFindings(folder) {
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

/** What a page asks a browser to run: there is nothing to run in a page of ours. */
export async function scripts(page, html) {
  return page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    const found = [...parsed.querySelectorAll('script, link[rel~=modulepreload], link[as=script]')].map((element) => element.outerHTML);
    for (const element of parsed.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on') || /^\s*javascript:/i.test(value)) found.push(`${element.tagName}: ${name}="${value}"`);
      }
    }
    return found;
  }, html);
}

/**
 * The ids of a page and every address in it, by a real HTML parser and without any of silcrow's own knowledge of what
 * it wrote.
 */
export async function addresses(page, html) {
  return page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    const links = [];
    for (const element of parsed.querySelectorAll('*')) {
      for (const name of ['href', 'xlink:href', 'src', 'poster', 'data', 'action', 'formaction', 'cite']) {
        if (element.hasAttribute(name)) links.push({ element: element.tagName.toLowerCase(), address: element.getAttribute(name) });
      }
      for (const name of ['srcset', 'imagesrcset']) {
        for (const candidate of element.getAttribute(name)?.split(',') ?? []) {
          links.push({ element: element.tagName.toLowerCase(), address: candidate.trim().split(/\s/)[0] });
        }
      }
    }
    const refresh = parsed.querySelector('meta[http-equiv=refresh]')?.content.match(/url=(.*)$/i);
    if (refresh) links.push({ element: 'meta', address: refresh[1] });
    const ids = [...parsed.querySelectorAll('[id]')].map((element) => element.id);
    const names = [...parsed.querySelectorAll('a[name]')].map((element) => element.name);
    return { links, ids: [...ids, ...names] };
  }, html);
}

/**
 * Every address of a site that leads nowhere. Also how many addresses and fragments were followed, and which pages
 * links lead to from which.
 */
export async function crawl(page, site) {
  const parsed = new Map();
  for (const file of site.files.filter((name) => name.endsWith('.html'))) {
    parsed.set(file, await addresses(page, site.read(file)));
  }
  const found = { dead: [], followed: 0, fragments: 0, graph: new Map() };
  for (const [file, { links }] of parsed) {
    const here = site.page(file);
    const leads = new Set();
    found.graph.set(file, leads);
    for (const { element, address } of links) {
      const where = `${here.name}: <${element}> ${address}`;
      if (!URL.canParse(address, here.address)) {
        found.dead.push(`${where}: not a URL`);
        continue;
      }
      const url = new URL(address, here.address);
      if (![site.origin, site.canonicalOrigin].includes(url.origin)) continue;
      found.followed += 1;
      const target = site.fileAt(url.pathname);
      if (target === undefined) {
        found.dead.push(`${where}: no such file`);
        continue;
      }
      if (element === 'a') leads.add(target);
      const fragment = decodeURIComponent(url.hash.slice(1));
      if (fragment) {
        found.fragments += 1;
        if (!parsed.get(target)?.ids.includes(fragment)) found.dead.push(`${where}: no such id`);
      }
    }
  }
  return found;
}
