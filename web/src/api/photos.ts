import { bytes } from './client';
import type { Photo } from './types';

export type PhotoSize = 'thumb' | 'screen' | 'original';

/** How many pictures are kept ready: those of a few rounds. */
const MOST = 120;
const kept = new Map<string, Promise<string>>();

/** The address of a picture in this browser: its bytes are read once, with the person's own token. */
export function picture(photo: { readonly id: string; readonly content?: Photo['content'] }, size: PhotoSize): Promise<string> {
  const key = `${photo.id} ${size}`;
  const found = kept.get(key);
  if (found) {
    kept.delete(key);
    kept.set(key, found);
    return found;
  }
  const made = read(photo.content?.[size] ?? `/v1/photos/${photo.id}/content?size=${size}`);
  kept.set(key, made);
  // A picture that is not made yet is asked for again when it is next shown.
  made.catch(() => kept.delete(key));
  if (kept.size > MOST) drop();
  return made;
}

/** Gives up all pictures: they belong to the person who saw them. */
export function forgetPictures(): void {
  while (kept.size > 0) drop();
}

function drop(): void {
  const oldest = kept.entries().next();
  if (oldest.done) return;
  const [key, url] = oldest.value;
  kept.delete(key);
  void url.then((address) => URL.revokeObjectURL(address)).catch(() => undefined);
}

async function read(path: string): Promise<string> {
  return URL.createObjectURL(await bytes(path));
}
