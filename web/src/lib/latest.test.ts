import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { latest } from './latest';

describe('the latest question', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is asked once typing pauses, and answers to earlier ones are not shown', async () => {
    const asked: string[] = [];
    const shown: string[] = [];
    const answers = new Map<string, (answer: string) => void>();
    const questions = latest<string, string>(
      (question) => {
        asked.push(question);
        return new Promise((resolve) => answers.set(question, resolve));
      },
      (answer) => shown.push(answer),
      () => undefined,
    );
    for (const typed of ['c', 'ch', 'cha']) questions.ask(typed);
    await vi.advanceTimersByTimeAsync(200);
    questions.ask('chal');
    await vi.advanceTimersByTimeAsync(200);
    answers.get('chal')?.('new');
    answers.get('cha')?.('old');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual(['cha', 'chal']);
    expect(shown).toEqual(['new']);
  });

  it('that fails says so, unless nobody asks any more', async () => {
    const failed: unknown[] = [];
    const questions = latest<string, string>(
      () => Promise.reject(new Error('away')),
      () => undefined,
      (error) => failed.push(error),
    );
    questions.ask('a');
    await vi.advanceTimersByTimeAsync(200);
    questions.ask('b');
    questions.stop();
    await vi.advanceTimersByTimeAsync(500);
    expect(failed).toHaveLength(1);
  });
});
