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
 * Opens an empty page, hands it to `use`, and closes it whatever happens.
 *
 * Small screens are touched. Motion is reduced, so that no colour is measured while it changes.
 */
export async function withPage(browser, { width = widths.desk, ...settings }, use) {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: width < widths.tablet,
    reducedMotion: 'reduce',
    ...settings,
  });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
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

/** Opens or closes every disclosure. */
export async function disclose(page, open) {
  await page.evaluate((state) => {
    for (const details of document.querySelectorAll('details')) details.open = state;
  }, open);
}
