/** Asks a question again whenever it changes, a little after the last change, and shows the answer to the last one only. */
export function latest<Question, Answer>(
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>,
  show: (answer: Answer) => void,
  failed: (error: unknown) => void,
  pause = 200,
): { ask: (question: Question) => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = new AbortController();
  const stop = () => {
    clearTimeout(timer);
    abort.abort();
  };
  return {
    stop,
    ask(question) {
      stop();
      abort = new AbortController();
      const { signal } = abort;
      timer = setTimeout(() => {
        ask(question, signal).then(
          (answer) => !signal.aborted && show(answer),
          (error: unknown) => !signal.aborted && failed(error),
        );
      }, pause);
    },
  };
}
