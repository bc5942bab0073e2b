/** The time, a minute at a time: ages on the page stay true. */
class Clock {
  now = $state.raw(new Date());

  constructor() {
    setInterval(() => (this.now = new Date()), 60_000);
  }
}

export const clock = new Clock();
