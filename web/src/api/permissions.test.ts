import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HOLDERS, type Permission } from './permissions';

interface Described {
  'x-permission'?: string;
  description?: string;
}
const document = JSON.parse(readFileSync(new URL('../../../api-spec/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Described>>;
};

/** The holders of each permission as the descriptions of the operations name them. */
function documented(): Map<string, string[]> {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const named = operations.flatMap((operation) => {
    const sentence = /Needs the permission `([^`]+)`: (.+?)\.(?:\s|$)/.exec(operation.description ?? '');
    return sentence?.[1] && sentence[2]
      ? [[sentence[1], [...sentence[2].matchAll(/`([a-z_]+)`/g)].map((m) => m[1] ?? '').sort()] as const]
      : [];
  });
  return new Map(named);
}

it.each(Object.keys(HOLDERS) as Permission[])('%s is held by whom the document of the API names', (permission) => {
  expect([...HOLDERS[permission]].sort()).toEqual(documented().get(permission));
});
