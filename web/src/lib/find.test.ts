import { describe, expect, it } from 'vitest';
import { find, folded } from './find';

const CATEGORIES = [
  { name: 'سگ ولگرد', synonyms: ['سگ‌های ولگرد', 'dogs'] },
  { name: 'چاله و لکه‌گیری آسفالت', synonyms: ['چاله', 'دست‌انداز', 'pothole'] },
  { name: 'روکش آسفالت', synonyms: ['ترک'] },
  { name: 'لاشه حیوان', synonyms: ['سگ مرده'] },
];
const names = (typed: string) =>
  find(
    CATEGORIES,
    typed,
    (c) => [c.name],
    (c) => c.synonyms,
  ).map((c) => c.name);

describe('finding in a list', () => {
  it.each([
    ['سگ', ['سگ ولگرد', 'لاشه حیوان']],
    ['اسفالت', ['چاله و لکه‌گیری آسفالت', 'روکش آسفالت']],
    ['دست انداز', ['چاله و لکه‌گیری آسفالت']],
    ['POTHOLE', ['چاله و لکه‌گیری آسفالت']],
    ['روكش', ['روکش آسفالت']],
    ['هیچ', []],
    ['', CATEGORIES.map((c) => c.name)],
  ])('%s finds the best first', (typed, found) => {
    expect(names(typed)).toEqual(found);
  });

  it('is the same however it is typed', () => {
    expect(folded('كوچهٔ  ۱۲')).toBe(folded('کوچه 12'));
    expect(folded(folded('مي‌رود'))).toBe(folded('مي‌رود'));
  });
});
