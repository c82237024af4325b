// Runs every test of the sites in a browser. One file, and so one process, one build of each site and one browser;
// `main` in package.json names it for those versions of Node that are given the folder and look there.

import './self.mjs';
import './accessibility.mjs';
import './layout.mjs';
import './network.mjs';
import './prefetch.mjs';
import './keyboard.mjs';
import './scriptless.mjs';
import './reader.mjs';
import './articles.mjs';
import './lists.mjs';
import './search.mjs';
import './redirects.mjs';
import './markup.mjs';
import './links.mjs';
import './screenshots.mjs';
