import { expect, it } from 'vitest';
import type { Category } from '../api/types';
import { dataOf, formOf, treeOf } from './category';

const hole: Category = {
  id: 'hole',
  rev: 3,
  code: 'roads.hole',
  parent_id: 'roads',
  name_fa: 'چاله',
  name_en: 'Hole',
  synonyms: ['pit'],
  owner_id: null,
  hazard: 'low',
  default_priority: 'high',
  evidence: {
    photos: [
      { kind: 'after', min: 2 },
      { kind: 'before', min: 1 },
    ],
    stored: true,
    steps: { submit: { visit: 'hold' }, inspect: { photos: 'flag' } },
  },
  needs_inspection: true,
  accept_minutes: 30,
  resolve_minutes: 1440,
  evidence_radius_m: 40.5,
  evidence_thresholds: { speed_kmh: 90, similar_bits: 0 },
  checklist_id: 'list',
  state: 'active',
  updated_at: '2026-11-30T12:00:00Z',
};

it('sends back what was read', () => {
  const { id: _, rev: __, updated_at: ___, evidence, ...rest } = hole;
  const photos = [
    { kind: 'before', min: 1 },
    { kind: 'after', min: 2 },
  ];
  expect(dataOf(formOf(hole), hole.checklist_id ?? null)).toEqual({ ...rest, evidence: { ...evidence, photos } });
});

it('sends nothing of what is as usual', () => {
  const plain = { ...hole, evidence: { photos: [] }, evidence_thresholds: { speed_kmh: null } };
  const sent = dataOf(formOf(plain), null);
  expect(sent.evidence).toEqual({ photos: [], stored: false });
  expect(sent.evidence_thresholds).toEqual({});
});

it('begins a new category in its group, and leaves empty words out', () => {
  const form = { ...formOf(undefined, 'roads'), synonyms: [' pit ', ''] };
  expect(dataOf(form, null)).toMatchObject({ parent_id: 'roads', owner_id: null, synonyms: ['pit'], checklist_id: null });
});

it('shows groups with what belongs to them, and keeps a group for its members', () => {
  const group = (id: string) => ({ ...hole, id, parent_id: null });
  const all = [group('roads'), { ...hole, id: 'kerb' }, hole, group('water'), { ...hole, id: 'pipe', parent_id: 'water' }];
  const ids = (fits: (category: Category) => boolean) => treeOf(all, fits).map(({ id }) => id);
  expect(ids(() => true)).toEqual(['roads', 'kerb', 'hole', 'water', 'pipe']);
  expect(ids(({ id }) => id === 'pipe')).toEqual(['water', 'pipe']);
  expect(ids(({ id }) => id === 'roads')).toEqual(['roads']);
});
