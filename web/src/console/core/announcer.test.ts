import { expect, it } from 'vitest';
import { announcer } from './announcer.svelte';

it('keeps what was said last, and says the same again', () => {
  for (const text of ['one', 'two', 'two', 'three']) announcer.say(text);
  expect(announcer.messages.map((message) => message.text)).toEqual(['two', 'two', 'three']);
  expect(new Set(announcer.messages.map((message) => message.id)).size).toBe(3);
  announcer.clear();
  expect(announcer.messages).toEqual([]);
});
