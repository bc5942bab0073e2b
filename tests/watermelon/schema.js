// The app's schema of api-spec/watermelon.md.
'use strict'

const { Model, appSchema, tableSchema } = require('@nozbe/watermelondb')

const COLUMNS = {
  tickets: {
    string: ['text!', 'address_text', 'category_id!', 'code', 'point_source', 'areas', 'boundary', 'priority', 'hazard', 'status', 'status_reason', 'origin', 'duplicate_of', 'actor_id'],
    number: ['lat!', 'lon!', 'accuracy_m', 'promise_at', 'supporters', 'created_at!', 'updated_at!'],
  },
  work_orders: {
    string: ['ticket_id', 'kind', 'state', 'assignment_id', 'organisation_id', 'account_id', 'evidence', 'flags', 'reason', 'findings'],
    number: ['epoch', 'round', 'accept_due', 'resolve_due', 'review_at', 'created_at!'],
  },
  work_events: {
    string: ['work_order_id!', 'kind!', 'visit_id', 'reason', 'summary', 'quantities', 'ticket_id', 'actor_id', 'standing'],
    number: ['epoch!', 'at', 'review_at'],
  },
  visits: {
    string: ['ticket_id', 'work_order_id', 'kind!', 'mock', 'outcome', 'actor_id'],
    number: ['arrived_at!', 'left_at', 'lat', 'lon', 'accuracy_m', 'distance_m'],
  },
  photos: {
    string: ['ticket_id', 'work_order_id', 'visit_id', 'kind!', 'sha256!', 'mime!', 'mock', 'actor_id', 'state', 'verdicts'],
    number: ['bytes!', 'width', 'height', 'captured_at!', 'lat', 'lon', 'accuracy_m', 'heading_deg'],
  },
  measurements: {
    string: ['ticket_id', 'work_order_id', 'visit_id', 'item!', 'unit!', 'supersedes', 'actor_id'],
    number: ['quantity!', 'epoch', 'at'],
  },
  notes: { string: ['ticket_id', 'work_order_id', 'text!', 'actor_id', 'audience'], number: ['at'] },
  sync_messages: {
    string: ['kind', 'status', 'code', 'severity', 'subject_table', 'subject_id', 'ticket_id', 'work_order_id', 'detail', 'data'],
    number: ['at'],
  },
}

const column = (type) => (name) =>
  name.endsWith('!') ? { name: name.slice(0, -1), type } : { name, type, isOptional: true }

const schema = appSchema({
  version: 1,
  tables: Object.entries(COLUMNS).map(([name, { string, number }]) =>
    tableSchema({ name, columns: [...string.map(column('string')), ...number.map(column('number'))] }),
  ),
})

const modelClasses = Object.keys(COLUMNS).map((table) => {
  class Row extends Model {}
  Row.table = table
  return Row
})

module.exports = { schema, modelClasses, TABLES: Object.keys(COLUMNS) }
