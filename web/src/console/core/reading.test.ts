import { expect, it } from 'vitest';
import { Reading } from './reading.svelte';

it('shows the answer to the last reading, whichever comes last', async () => {
  const answers: ((text: string) => void)[] = [];
  const reading = new Reading<string>(() => new Promise((resolve) => answers.push(resolve)));
  const first = reading.load();
  const second = reading.load();
  answers[1]?.('new');
  answers[0]?.('old');
  await Promise.all([first, second]);
  expect(reading.value).toBe('new');
});

it('keeps what it has where it cannot be read again, and says why', async () => {
  let away = false;
  const reading = new Reading<string>(async () => {
    if (away) throw new Error('away');
    return 'there';
  });
  expect(await reading.again()).toBe('there');
  away = true;
  await expect(reading.again()).rejects.toThrow('away');
  expect(reading.value).toBe('there');
});
