// The one browser of a run, and how a page is opened in it.

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

/** Widths in CSS pixels: the least that WCAG asks for (1.4.10), a phone, a tablet and a desk. */
export const widths = { least: 320, phone: 360, tablet: 768, desk: 1280 };

export const schemes = ['light', 'dark'];

const height = 800;

export async function launch() {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`there is no Chromium at ${executablePath}: install it, or name it in CHROMIUM`);
  }
  // The sandbox does not work for root in containers; the rest keeps the browser from talking to anybody.
  const switches = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, args: switches });
}

/**
 * Opens an empty page in a context of its own.
 *
 * Small screens are touched, and nothing hovers over them. Motion is reduced, so that no colour is measured while it
 * changes.
 */
export async function openPage(browser, { width = widths.desk, ...settings }) {
  const isTouched = width <= widths.tablet;
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: isTouched,
    isMobile: isTouched,
    reducedMotion: 'reduce',
    ...settings,
  });
  return context.newPage();
}

/** Opens an empty page, hands it to `use`, and closes it whatever happens. */
export async function withPage(browser, settings, use) {
  const page = await openPage(browser, settings);
  try {
    return await use(page);
  } finally {
    await page.context().close();
  }
}

/** Opens a redirect page and stays on it, which would be gone at once otherwise. */
export async function stay(page, address) {
  await page.route('**', (route) => {
    const request = route.request();
    // An answer without content leaves the browser where it is.
    return request.isNavigationRequest() && request.url() !== address ? route.fulfill({ status: 204 }) : route.continue();
  });
  await page.goto(address);
}

/** Waits for every picture, those too that are loaded only when the reader comes to them. */
export async function loadPictures(page) {
  await page.evaluate(() => Promise.all([...document.images].map((image) => {
    image.loading = 'eager';
    return image.decode();
  })));
}

/** Opens or closes every disclosure. */
export async function disclose(page, open) {
  await page.evaluate((state) => {
    for (const details of document.querySelectorAll('details')) details.open = state;
  }, open);
}
