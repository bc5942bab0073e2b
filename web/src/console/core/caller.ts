/** The parameter with which a telephone system says who calls. */
const NAME = 'phone';

/**
 * The address with the caller's number in its fragment, which browsers send to no server, where it stood in the query, which servers
 * and proxies log; nothing where it did not.
 */
export function hidden(address: URL): URL | undefined {
  const phone = address.searchParams.get(NAME);
  if (phone === null) return undefined;
  const to = new URL(address);
  to.searchParams.delete(NAME);
  to.hash = new URLSearchParams({ [NAME]: phone }).toString();
  return to;
}

/** The caller's number in the fragment of an address, such as `#phone=02833330000`; empty where there is none. */
export function callerIn(hash: string): string {
  // A plus sign before a country code is no space.
  return new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B')).get(NAME)?.trim() ?? '';
}
