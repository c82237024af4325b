// Queries of the kinds that readers make, from the articles themselves, the same for the same seed.

const words = (text) => text.match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu) ?? [];

/** Mulberry32: a small generator of numbers from 0 to 1. */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One letter wrong, missing, too many, or in the wrong place, anywhere in a word. */
function misspelt(word, chance) {
  const letters = [...word];
  const at = Math.floor(chance() * (letters.length - 1));
  const other = 'abcdefghijklmnopqrstuvwxyz'[Math.floor(chance() * 26)];
  switch (Math.floor(chance() * 4)) {
    case 0: letters.splice(at, 1, other); break;
    case 1: letters.splice(at, 1); break;
    case 2: letters.splice(at, 0, other); break;
    default: [letters[at], letters[at + 1]] = [letters[at + 1], letters[at]];
  }
  return letters.join('');
}

/** Text without markup, as a reader sees it. */
const prose = (body) => body.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/^#.*$/gm, ' ').replace(/^\s*\|.*$/gm, ' ').replace(/[`*_]/g, '');

/** Kinds of queries with what makes one of an article; nothing where the article gives none. */
export const kinds = {
  title: ({ title }) => title,
  'one typo': ({ title }, chance) => {
    const parts = words(title);
    const long = parts.filter((word) => word.length > 4);
    if (long.length === 0) return undefined;
    const wrong = long[Math.floor(chance() * long.length)];
    return parts.map((word) => (word === wrong ? misspelt(word, chance) : word)).join(' ');
  },
  'how do I … please': ({ title }) => `how do I ${title.toLowerCase()} please`,
  'part of a title': ({ title }, chance) => {
    const parts = words(title);
    if (parts.length < 3) return undefined;
    const length = Math.max(2, Math.ceil(parts.length * 0.6));
    const start = Math.floor(chance() * (parts.length - length + 1));
    return parts.slice(start, start + length).join(' ');
  },
  'seven words of the body': ({ body }, chance) => {
    const parts = words(prose(body));
    if (parts.length < 30) return undefined;
    const start = Math.floor(chance() * (parts.length - 7));
    return parts.slice(start, start + 7).join(' ');
  },
  'seven words, scattered': ({ body }, chance) => {
    const parts = words(prose(body)).filter((word) => word.length > 3);
    if (parts.length < 30) return undefined;
    return Array.from({ length: 7 }, () => parts[Math.floor(chance() * parts.length)]).join(' ');
  },
};

/** So many queries of each kind, each with the article that it is made from. */
export function queries(articles, count, seed) {
  return Object.entries(kinds).map(([name, make]) => {
    const chance = random(seed);
    const made = [];
    for (let tries = 0; made.length < count && tries < count * 5; tries += 1) {
      const article = articles[Math.floor(chance() * articles.length)];
      const query = make(article, chance);
      if (query) made.push({ query, path: article.path });
    }
    return { name, made };
  });
}
