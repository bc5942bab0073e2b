/** How many messages stay for a screen reader that is still reading. */
const MOST = 3;

/** What screen readers are told of what happens, across pages: the region that is read aloud stays while pages come and go. */
class Announcer {
  messages = $state.raw<readonly { readonly id: number; readonly text: string }[]>([]);
  #last = 0;

  say(text: string): void {
    this.#last += 1;
    this.messages = [...this.messages, { id: this.#last, text }].slice(-MOST);
  }

  clear(): void {
    this.messages = [];
  }
}

export const announcer = new Announcer();
