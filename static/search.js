// Search, loaded when it opens. `src/render/search/files.rs` tells the index's format; terms are those of `src/terms.rs`.

const DROPPED = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g;
const LETTERS = { ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', ς: 'σ', ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' };
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
// Arabic, with short words before it.
const ARTICLE = /^(?:[وفبك]?ال|لل)(?=.{3})/u;
const WORD = /[\p{Alphabetic}\p{M}\p{N}]+/gu;
const SPACELESS = '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\uf900-\\ufaff\\u{20000}-\\u{3ffff}';
const ONE_SCRIPT = new RegExp(`[${SPACELESS}]+|[^${SPACELESS}]+`, 'gu');
const IS_SPACELESS = new RegExp(`^[${SPACELESS}]`, 'u');

const fold = (text) => text.normalize('NFKD').toLowerCase().replace(DROPPED, '')
  .replace(LETTER, (letter) => LETTERS[letter]).normalize('NFC');

/** The terms of a text, in order. */
export const terms = (text, isQuery) => pieces(fold(text)).flatMap(([piece]) => termsOf(piece, isQuery));

const pieces = (text) => [...text.matchAll(WORD)].flatMap((word) => [...word[0].matchAll(ONE_SCRIPT)]
  .map((piece) => [piece[0], word.index + piece.index]));

function termsOf(piece, isQuery) {
  const letters = [...piece];
  if (letters.length < 2 || !IS_SPACELESS.test(piece)) return [letters.slice(0, 32).join('').replace(ARTICLE, '')];
  // No pair begins with the last one.
  return letters.map((letter, index) => letter + (letters[index + 1] ?? '')).slice(0, isQuery ? -1 : undefined);
}

const known = new Map();

/** The terms of a text, and where each begins and ends. */
function places(text) {
  return pieces(text).flatMap(([piece, at]) => {
    if (!known.has(piece)) known.set(piece, terms(piece));
    const found = known.get(piece);
    const letters = [...piece];
    if (found.length !== letters.length || !IS_SPACELESS.test(piece)) return found.map((term) => [term, at, at + piece.length]);
    // Each pair of characters has its own place.
    return found.map((term, index) => {
      const start = at + letters.slice(0, index).join('').length;
      return [term, start, start + letters.slice(index, index + 2).join('').length];
    });
  });
}

const CODES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+-./:;';
const LEVELS = [0, 0.5, 0.9, 1.3, 1.7];
const TITLE = 3.5;
const DESCRIPTION = 1.2;
const HEADING = 1.2;
/** Results that are shown at a time. */
const PAGE = 12;

/** The terms of a file. */
function unpack(written) {
  let before = '';
  return (written.match(/[A-Z][^A-Z]*/g) ?? []).map((entry) => {
    before = [...before].slice(0, entry.charCodeAt(0) - 65).join('') + entry.slice(1);
    return before;
  });
}

/** Calls `use` with each part that has a term, and a code; returns how many have it. */
function eachPosting(written, use) {
  const comma = written.indexOf(',');
  let [part, gap, count] = [-1, 0, 0];
  for (let at = comma + 1; at < written.length; at += 1) {
    const code = CODES.indexOf(written[at]);
    if (code < 0) {
      gap = gap * 36 + parseInt(written[at], 36);
    } else {
      part += gap + 1;
      gap = 0;
      count += 1;
      use(part, code);
    }
  }
  return comma < 0 ? count : parseInt(written.slice(0, comma), 36);
}

/** Edits between two words; above `most` they are not counted. */
function distance(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let [before, row] = [[], [...other, 0].map((_, index) => index)];
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[other.length];
}

/** The last beginning not after the word. */
const fileOf = (first, word) => Math.max(0, first.findLastIndex((beginning) => beginning <= word));

/** Opens the index, whose files `read` gives as JSON. What is returned takes a query. */
export async function openIndex(read) {
  const index = await read('index.json');
  const files = new Map();
  const file = (names, number) => {
    const name = `index/${names.slice(number * 8, number * 8 + 8)}.json`;
    if (!files.has(name)) {
      files.set(name, read(name).catch((error) => {
        files.delete(name);
        throw error;
      }));
    }
    return files.get(name);
  };

  const first = Uint32Array.from({ length: index.parts }, (_, part) => part);
  const long = index.long.split(' ').map((digits) => parseInt(digits, 36));
  for (let at = 0, part = 0; at + 1 < long.length; at += 2) {
    part += long[at];
    first.fill(part, part, part + long[at + 1]);
    part += long[at + 1];
  }

  const isHere = Array.isArray(index.terms);
  const shelves = new Map();
  const beginnings = index.terms.first?.split(' ');
  async function shelf(number) {
    if (!shelves.has(number)) {
      const [words, postings] = isHere ? index.terms : await file(index.terms.files, number);
      shelves.set(number, [unpack(words), postings.split(' ')]);
    }
    return shelves.get(number);
  }

  /** What may be meant by a misspelt word. */
  async function respell(word) {
    const { length } = [...word];
    const most = length < 4 ? 0 : length < 8 ? 1 : 2;
    if (most === 0) return [];
    let words;
    if (isHere) {
      [words] = await shelf(0);
    } else {
      const key = (other) => String.fromCodePoint(word.codePointAt(0)) + other.toString(36);
      const starts = index.spelling.first.split(' ');
      let number = fileOf(starts, key(length + 1));
      const lists = [];
      do lists.push(file(index.spelling.files, number)); while (starts[number] >= key(length - 1) && number-- > 0 && lists.length < 4);
      words = (await Promise.all(lists)).flatMap(unpack);
    }
    const near = words.map((candidate) => [candidate, distance(word, candidate, most)]).filter(([, edits]) => edits <= most);
    const best = Math.min(...near.map(([, edits]) => edits));
    const alike = (candidate) => (candidate[0] === word[0] ? 0 : 1) + Math.abs(candidate.length - word.length) / 4;
    return near.filter(([, edits]) => edits === best)
      .sort(([one], [other]) => alike(one) - alike(other))
      .slice(0, isHere ? 6 : 3)
      .map(([candidate]) => [candidate, best === 1 ? 0.7 : 0.45]);
  }

  /** The terms that a word stands for, how near each is, and its postings. */
  async function meanings(word, isLast, mayBeMisspelt = true) {
    const at = isHere ? 0 : fileOf(beginnings, word);
    const numbers = [at];
    if (isLast && !isHere && beginnings[at + 1]?.startsWith(word)) numbers.push(at + 1);
    const found = [];
    let isKnown = false;
    for (const [words, postings] of await Promise.all(numbers.map((number) => shelf(number)))) {
      words.forEach((term, place) => {
        let near = 0;
        if (term === word) {
          near = 1;
        } else if (term.startsWith(word) && (isLast || word.length > 2)) {
          near = (isLast ? 0.8 : 0.6) * (word.length + 2) / (term.length + 2);
        } else if (word.startsWith(term) && term.length > 2 && word.length - term.length < 4) {
          near = 0.6 * term.length / word.length;
        }
        isKnown ||= near === 1 || (isLast && near > 0 && term.length > word.length);
        if (near > 0) found.push([term, near, postings[place]]);
      });
    }
    if (!isKnown && mayBeMisspelt) {
      for (const [candidate, near] of await respell(word)) {
        const [exact] = (await meanings(candidate, false, false)).filter(([term]) => term === candidate);
        if (exact) found.push([candidate, near, exact[2]]);
      }
    }
    return found.sort((one, other) => other[1] - one[1]).slice(0, 40);
  }

  const ends = index.texts.first?.split(' ').map(((sum) => (count) => (sum += parseInt(count, 36)))(0));
  async function textOf(part) {
    if (!ends) return index.texts[part];
    const number = ends.findIndex((end) => part < end);
    const parts = await file(index.texts.files, number);
    return parts[part - (number > 0 ? ends[number - 1] : 0)];
  }

  return async function search(query) {
    let words = [...new Set(terms(query, true))];
    const last = /[\p{L}\p{M}\p{N}]$/u.test(query) ? words.at(-1) : undefined;
    // A word may cost a file. The longest say most.
    const kept = [...words].sort((one, other) => other.length - one.length).slice(0, isHere ? 32 : 8);
    words = words.filter((word) => kept.includes(word));
    const head = new Float32Array(index.parts);
    const body = new Float32Array(index.parts);
    // By term: which word it stands for, and what it is worth.
    const meant = new Map();
    const expanded = await Promise.all(words.map((word) => meanings(word, word === last)));
    expanded.forEach((found, place) => {
      const [heads, bodies] = [new Map(), new Map()];
      let most = Infinity;
      for (const [term, near, written] of found) {
        const hits = [];
        const count = eachPosting(written, (part, code) => hits.push([part, code]));
        const rarity = Math.min(most, Math.log(1 + (index.parts - count + 0.5) / (count + 0.5)));
        if (near === 1) most = rarity;
        const worth = near * rarity;
        if (!(meant.get(term)?.[1] >= worth)) meant.set(term, [place, worth]);
        for (const [part, code] of hits) {
          const fields = Math.floor(code / 5);
          const above = worth * ((fields & 4 ? TITLE : 0) + (fields & 1 ? DESCRIPTION : 0));
          const within = worth * ((fields & 2 ? HEADING : 0) + LEVELS[code % 5]);
          const article = first[part];
          if (above > (heads.get(article) ?? 0)) heads.set(article, above);
          if (within > (bodies.get(part) ?? 0)) bodies.set(part, within);
        }
      }
      heads.forEach((score, article) => { head[article] += score; });
      bodies.forEach((score, part) => { body[part] += score; });
    });

    // The best part of each article.
    const best = new Map();
    for (let part = 0; part < index.parts; part += 1) {
      if (!(body[part] > 0 || head[part] > 0)) continue;
      const known = best.get(first[part]);
      if (known === undefined || body[part] > body[known]) best.set(first[part], part);
    }
    const ranked = [...best].map(([article, part]) => [part, head[article] + body[part]])
      .sort((one, other) => other[1] - one[1] || one[0] - other[0]);
    const least = (ranked[0]?.[1] ?? 0) / 4;
    const results = ranked.filter(([, score]) => score >= least).slice(0, 40);
    return {
      count: results.length,
      async next(from) {
        const some = results.slice(from, from + PAGE);
        const shown = await Promise.all(some.map(async ([part, score]) => describe(await textOf(part), score, meant)));
        return shown.sort((one, other) => other.score - one.score);
      },
    };
  };
}

/** What a text has of the query: the worth of its words and of the longest run, and where each stands. */
function look(text, meant) {
  const found = places(text).filter(([term]) => term[1] || meant.has(term) || !IS_SPACELESS.test(term))
    .map(([term, start, end]) => [...(meant.get(term) ?? [-1, 0]), start, end]);
  const worths = new Map();
  let [run, longest, before] = [0, 0, -2];
  for (const [place, worth] of found) {
    if (place >= 0) worths.set(place, Math.max(worth, worths.get(place) ?? 0));
    if (place >= 0 && place === before + 1) run += worth;
    else run = 0;
    longest = Math.max(longest, run);
    before = place < 0 ? -2 : place;
  }
  const worth = [...worths.values()].reduce((sum, one) => sum + one, 0);
  const hits = found.filter(([place]) => place >= 0);
  return { worth, longest, hits, share: found.length > 0 ? hits.length / found.length : 0 };
}

/** A result as shown. In texts, every other piece is a match. */
function describe([url, title, section, description, passages], score, meant) {
  const inTitle = look(title, meant);
  const looked = passages.map(([id, heading, text]) => {
    const [above, below] = [look(heading, meant), look(text, meant)];
    return { id, heading, text, above, below, score: below.worth + below.longest + above.worth * 1.2 };
  });
  const best = looked.reduce((one, other) => (other.score > one.score ? other : one), { score: 0 });
  const longest = Math.max(0, ...looked.map(({ below }) => below.longest));
  const isBelow = best.score > 0 && best.id;
  const text = best.below?.hits.length > 0 || !description ? best.text ?? passages[0]?.[2] ?? description : description;
  return {
    url: isBelow ? `${url}#${encodeURIComponent(best.id)}` : url,
    title: mark(title, inTitle.hits),
    section,
    heading: isBelow ? mark(best.heading, best.above.hits) : [],
    excerpt: excerpt(text.replace(/\s+/g, ' '), meant),
    score: score + 5 * inTitle.worth * inTitle.share ** 2 + 2 * inTitle.longest + 4 * longest,
  };
}

function excerpt(text, meant) {
  const { hits } = look(text, meant);
  let [best, most] = [0, 0];
  hits.forEach(([, , start], from) => {
    const worths = new Map();
    for (let at = from; at < hits.length && hits[at][3] < start + 140; at += 1) worths.set(hits[at][0], hits[at][1]);
    const worth = [...worths.values()].reduce((sum, one) => sum + one, 0);
    if (worth > most) [best, most] = [start, worth];
  });
  const from = best < 50 ? 0 : text.lastIndexOf(' ', best - 30) + 1 || best;
  const end = text.length < from + 200 ? text.length : Math.max(text.lastIndexOf(' ', from + 190), from + 150);
  const inside = hits.filter(([, , start, stop]) => start >= from && stop <= end);
  const shown = mark(text.slice(from, end), inside.map(([place, worth, start, stop]) => [place, worth, start - from, stop - from]));
  if (from > 0) shown[0] = `… ${shown[0]}`;
  if (end < text.length) shown.push(...(shown.length % 2 ? [shown.pop() + ' …'] : [' …']));
  return shown;
}

function mark(text, hits) {
  const shown = [''];
  let at = 0;
  for (const [, , start, end] of hits) {
    if (start > at || shown.length === 1) shown[shown.length - 1] += text.slice(at, start);
    if (end <= at) continue;
    // Pairs of characters overlap.
    if (start <= at && shown.length > 1) shown[shown.length - 2] += text.slice(at, end);
    else shown.push(text.slice(start, end), '');
    at = end;
  }
  shown[shown.length - 1] += text.slice(at);
  return shown;
}

/** Makes a dialog, or a page with the same form, search. */
export function mount(root) {
  const base = root.dataset.search;
  const [form, status, list, more] = ['form', '[role=status]', 'ol', '.search-more'].map((name) => root.querySelector(name));
  const input = form.elements.q;
  const isDialog = root.tagName === 'DIALOG';
  const outline = isDialog ? null : document.querySelector('.outline');
  let index;
  const open = () => {
    index ??= openIndex(read).catch((error) => {
      index = undefined;
      throw error;
    });
    return index;
  };
  let [asked, found, shown] = ['', null, 0];
  let running = Promise.resolve();
  let [typing, speaking] = [0, 0];

  const read = async (name) => {
    // Only the entry file keeps its name when it changes.
    const response = await fetch(`${base}search/${name}`, { cache: name === 'index.json' ? 'no-cache' : 'default' });
    if (!response.ok) throw new Error(`${response.status} ${response.url}`);
    return response.json();
  };

  function say(text, delay) {
    clearTimeout(speaking);
    speaking = setTimeout(() => { status.textContent = text; }, delay);
  }

  const marked = (name, pieces) => {
    const element = document.createElement(name);
    element.append(...pieces.map((piece, place) => {
      if (place % 2 === 0) return piece;
      const mark = document.createElement('mark');
      mark.textContent = piece;
      return mark;
    }));
    return element;
  };

  function entry({ url, title, section, heading, excerpt }) {
    const link = document.createElement('a');
    link.href = base + url;
    link.append(marked('strong', title));
    const [start = '', ...rest] = heading;
    const where = marked('span', [section + (section && heading.length > 0 ? ' › ' : '') + start, ...rest]);
    if (where.textContent) link.append(' ', where);
    const item = document.createElement('li');
    item.append(link, marked('p', excerpt));
    return item;
  }

  async function add(query) {
    const results = await found.next(shown);
    if (query !== asked) return;
    if (shown === 0) list.replaceChildren();
    list.append(...results.map(entry));
    shown += results.length;
    more.hidden = shown >= found.count;
  }

  async function run(query) {
    try {
      const search = await open();
      if (query !== asked) return;
      const answer = query.trim() ? await search(query) : null;
      if (query !== asked) return;
      [found, shown] = [answer, 0];
      if (outline) outline.hidden = Boolean(answer);
      if (!answer?.count) {
        list.replaceChildren();
        more.hidden = true;
        say(answer ? root.dataset.none.replace('{query}', () => query.trim()) : '', answer ? 400 : 0);
        return;
      }
      await add(query);
      if (query === asked) say(answer.count === 1 ? root.dataset.one : root.dataset.count.replace('{count}', answer.count), 400);
    } catch {
      if (query === asked) say(root.dataset.failed, 0);
      asked = null; // It is tried again at the next key.
    }
  }

  function update(delay) {
    const query = input.value;
    if (query === asked) return;
    asked = query;
    // Who comes back finds it.
    if (!isDialog) history.replaceState(null, '', `?q=${encodeURIComponent(query)}`);
    clearTimeout(typing);
    running = new Promise((done) => { typing = setTimeout(() => run(query).then(done), delay); });
  }

  input.addEventListener('input', () => update(60));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    update(0);
    await running;
    if (isDialog) list.querySelector('a')?.click();
  });
  root.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.isComposing) {
      const stops = [input, ...list.querySelectorAll('a')];
      const at = stops.indexOf(document.activeElement);
      if (at < 0) return;
      event.preventDefault();
      stops[Math.max(0, Math.min(stops.length - 1, at + step))].focus();
    } else if (isDialog && event.key === 'Escape' && !event.isComposing) {
      // The field would take the first press to empty itself.
      event.preventDefault();
      root.close();
    }
  });
  root.addEventListener('click', (event) => {
    // What lies beside the panel is the dialog itself; a link may lead to this page.
    const leaves = event.target === root || event.target.closest('form [type=button], ol a');
    if (isDialog && leaves && !event.ctrlKey && !event.metaKey && !event.shiftKey) root.close();
  });
  more.addEventListener('click', async () => {
    const next = list.children.length;
    await add(asked);
    list.children[next]?.querySelector('a').focus();
  });

  if (!isDialog) input.value = new URLSearchParams(location.search).get('q') ?? '';
  update(0);
  open().catch(() => {});
}
