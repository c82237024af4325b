// A site that the dev server serves, and the edits that a writer makes in it.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export const frontMatter = (title) => `---\ntitle: ${title}\ndescription: What it says.\nupdated: 2026-01-01\n---\n\n`;

export class Served {
  #child;

  /** Serves these files, by their paths; `folder` is there already when it is given. */
  static async start(files, { folder = mkdtempSync(join(tmpdir(), 'silcrow-live-')), options = [] } = {}) {
    const served = new Served();
    served.folder = folder;
    for (const [path, text] of Object.entries(files)) served.write(path, text);
    const silcrow = process.env.SILCROW;
    if (!silcrow) throw new Error('name the program to test in SILCROW');
    const all = ['serve', '--port', '0', '--today', '2026-11-23', '--root', folder, ...options];
    served.#child = spawn(silcrow, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    served.lines = [];
    const lines = createInterface({ input: served.#child.stdout });
    await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        served.lines.push(line);
        if (line.startsWith('http://')) resolve();
      });
      served.#child.on('exit', (code) => reject(new Error(`the dev server ended with ${code}`)));
    });
    served.origin = new URL(served.lines[0]).origin;
    return served;
  }

  write(path, text) {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path) {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  replace(path, from, to) {
    const text = this.read(path);
    if (!text.includes(from)) throw new Error(`\`${from}\` is not in ${path}`);
    this.write(path, text.replace(from, to));
  }

  remove(path) {
    rmSync(join(this.folder, path), { recursive: true });
  }

  move(from, to) {
    mkdirSync(dirname(join(this.folder, to)), { recursive: true });
    renameSync(join(this.folder, from), join(this.folder, to));
  }

  async stop() {
    this.#child.removeAllListeners('exit');
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
