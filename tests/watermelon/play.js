// A day of five phones with the real library: facts, tickets, edits that collide, an office that reassigns meanwhile and changes what an
// inspector reads, a line that loses answers, apps that are ended between two writes, a server that is put back to a backup. At the end the library's own diagnosis is the judge. Told by the test what the town is (first line of the input); passes
// time by asking the test for it; the last line of the output is the summary.
'use strict'

const readline = require('node:readline')
const { Device } = require('./device')

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

// The library speaks on the console; what it calls an error is one.
const faults = []
console.error = (...words) => faults.push(words.join(' '))
console.warn = () => {}
console.log = () => {}

// mulberry32
const dice = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const NEXT = {
  offered: ['accept', 'accept', 'accept', 'decline'],
  accepted: ['start', 'start', 'start', 'request_hold', 'fail_visit'],
  rework: ['start'],
  on_hold: ['resume'],
  in_progress: ['submit', 'submit', 'request_hold', 'fail_visit'],
}

async function main() {
  const town = JSON.parse((await lines.next()).value)
  const random = dice(town.seed)
  const pick = (list) => list[Math.floor(random() * list.length)]
  const chance = (share) => random() < share
  const clock = { now: town.now }
  const pass = async (seconds) => {
    say({ pass: seconds })
    await lines.next()
    clock.now += seconds * 1000
  }
  // What only the test can do: a change of an inspector's districts, a backup, a restore.
  const ask = async (what) => {
    say(what)
    await lines.next()
  }
  const count = { steps: 0, created: 0, edited: 0, events: 0, lost: 0, repeated: 0, outdated: 0, reassigned: 0, illegal: 0, removed: 0, killed: 0, scopes: 0, sentAgain: 0, gone: 0 }
  const device = (name, who, ids, skew) => new Device({ base: town.base, token: town.tokens[who], name, ids, skew, clock, count })
  const devices = [
    device('first crew', 'crew', 'library', 0),
    device('first crew, tablet', 'crew', 'uuid', 45_000),
    device('second crew', 'second_crew', 'library', -3 * 3600_000),
    device('inspector', 'inspector', 'library', 3600_000),
    device('supervisor', 'supervisor', 'uuid', 0),
  ]
  const office = device('office', 'operator', 'uuid', 0)
  const made = new Map()
  const keep = (table, row) => made.set(row.id, table)

  const point = () => ({ lat: 36.2 + random() * 0.1, lon: 50 + random() * 0.1, accuracy_m: 3 + Math.floor(random() * 30) })
  const newTicket = async (d) => {
    const columns = { text: `چاله ${count.steps}`, category_id: pick(town.categories), ...point(), created_at: d.now(), updated_at: d.now() }
    keep('tickets', await d.create('tickets', columns))
    count.created += 1
  }
  const editTicket = async (d) => {
    const ticket = pick(await d.rows('tickets'))
    if (!ticket) return
    const what = pick(['text', 'address_text', 'category_id', 'point'])
    const columns = {
      text: { text: `${d.name} ${count.steps}` },
      address_text: { address_text: chance(0.2) ? null : `کوچه ${count.steps}` },
      category_id: { category_id: pick(town.categories) },
      point: point(),
    }[what]
    await d.change(ticket, { ...columns, updated_at: d.now() })
    count.edited += 1
  }
  const place = async (d) => {
    const order = pick(await d.rows('work_orders'))
    if (order && chance(0.6)) return { work_order_id: order.id, ticket_id: order._raw.ticket_id }
    const ticket = pick(await d.rows('tickets'))
    return ticket && { ticket_id: ticket.id }
  }
  const visit = async (d, at) => {
    const row = await d.create('visits', { ...at, ...point(), kind: 'work', arrived_at: d.now(), mock: pick(['real', 'unknown', null]) })
    keep('visits', row)
    return row
  }
  const photo = async (d, at, visit_id, kind) => {
    const sha256 = Array.from({ length: 64 }, () => '0123456789abcdef'[Math.floor(random() * 16)]).join('')
    const row = await d.create('photos', { ...at, ...point(), visit_id, kind, sha256, bytes: 1000, mime: 'image/jpeg', captured_at: d.now() })
    keep('photos', row)
  }
  const fact = async (d) => {
    const at = await place(d)
    if (!at) return
    const what = pick(['visit', 'photo', 'note', 'measurement', 'leave'])
    if (what === 'visit') await visit(d, at)
    else if (what === 'photo') await photo(d, at, null, pick(['before', 'during', 'defect']))
    else if (what === 'note') keep('notes', await d.create('notes', { ...at, text: `${d.name} ${count.steps}`, at: d.now() }))
    else if (what === 'measurement') {
      keep('measurements', await d.create('measurements', { ...at, item: 'asphalt', quantity: Math.ceil(random() * 50) / 4, unit: 'm2', at: d.now() }))
    } else {
      const stay = pick(await d.rows('visits'))
      if (stay && made.has(stay.id)) await d.change(stay, { left_at: d.now(), outcome: pick(['done', 'no_access']) })
      return
    }
    count.created += 1
  }
  const editNote = async (d) => {
    const note = pick((await d.rows('notes')).filter((n) => made.has(n.id)))
    if (!note) return
    if (chance(0.3)) {
      await d.remove(note)
      made.delete(note.id)
      count.removed += 1
    } else await d.change(note, { text: `${note._raw.text} +` })
  }
  const event = async (d) => {
    const order = pick((await d.rows('work_orders')).filter((o) => NEXT[o._raw.state]))
    if (!order) return
    const { id, ticket_id, epoch, state } = order._raw
    const at = { work_order_id: id, ticket_id }
    const kind = pick(NEXT[state])
    const columns = { ...at, epoch, kind, at: d.now() }
    if (kind === 'start') columns.visit_id = (await visit(d, at)).id
    if (kind === 'submit') {
      const [stay] = await d.find('visits', 'work_order_id', id)
      await photo(d, at, stay ? stay.id : null, 'after')
      Object.assign(columns, { summary: 'انجام شد', quantities: '[{"item":"asphalt","quantity":2,"unit":"m2"}]' })
    }
    if (['decline', 'request_hold', 'fail_visit'].includes(kind)) columns.reason = 'no material'
    keep('work_events', await d.create('work_events', columns))
    count.events += 1
  }
  // What the server does not let an app write: it must come back.
  const illegal = async (d) => {
    const order = pick(await d.rows('work_orders'))
    const ticket = pick(await d.rows('tickets'))
    const message = pick(await d.rows('sync_messages'))
    const stay = pick(await d.rows('visits'))
    if (order && chance(0.5)) await d.change(order, { state: 'verified' })
    else if (ticket && chance(0.5)) await d.change(ticket, { status: 'closed', code: '0' })
    else if (message && chance(0.5)) await d.change(message, { detail: 'x' })
    else if (stay && made.has(stay.id)) {
      // What the server does not have is gone for good: what was never sent, and what it lost since the app's last sync.
      if (stay._raw._status === 'created' || d.isAhead) made.delete(stay.id)
      await d.remove(stay)
    }
    count.illegal += 1
  }
  const reassign = async () => {
    const { items } = await office.call('GET', '/v1/work-orders?limit=100')
    const order = pick(items.filter((o) => ['offered', 'accepted', 'in_progress', 'declined', 'failed_visit'].includes(o.state)))
    if (!order) return
    const headers = { Authorization: `Bearer ${town.tokens.operator}`, 'Content-Type': 'application/json', 'If-Match': `"${order.rev}"` }
    const body = JSON.stringify({ reason: 'دیر شد' })
    const reply = await fetch(`${town.base}/v1/work-orders/${order.id}/reassign`, { method: 'POST', headers, body })
    if (reply.status >= 500) throw new Error(await reply.text())
    if (reply.ok) count.reassigned += 1
  }

  // The server loses what happened since the backup. What is on no phone of its author then is lost for good: what had been refused, what had not been
  // decided yet, and what had left with an order that went to others.
  const restore = async () => {
    const anywhere = new Set()
    for (const d of devices) {
      for (const table of new Set(made.values())) {
        for (const { id, actor_id } of await d.raws(table)) if (!actor_id || actor_id === d.account) anywhere.add(id)
      }
    }
    for (const id of [...made.keys()].filter((id) => !anywhere.has(id))) {
      made.delete(id)
      count.gone += 1
    }
    await ask({ restore: true })
    for (const d of devices) d.isAhead = true
  }

  for (const d of [...devices, office]) await d.register()
  for (const d of devices) await d.sync()
  for (count.steps = 0; count.steps < town.steps; count.steps += 1) {
    const d = pick(devices)
    const crew = d.name.includes('crew')
    const acts = crew ? [event, event, event, fact, editNote] : [newTicket, editTicket, editTicket, fact, editNote]
    await pick(acts)(d)
    if (chance(0.05)) await illegal(d)
    if (chance(0.03)) await reassign()
    if (chance(0.03)) {
      await ask({ scope: pick([['west'], ['east'], ['west', 'east'], []]) })
      count.scopes += 1
    }
    if (count.steps === Math.floor(town.steps / 3)) await ask({ backUp: true })
    if (count.steps === Math.floor(town.steps / 2)) await restore()
    if (chance(0.4)) {
      d.fault = pick([null, null, 'pull', 'kill', 'kill', 'push', 'push', 'push twice'])
      const other = pick(devices)
      const between = chance(0.3) ? async () => other !== d && (await other.sync()) : chance(0.1) ? reassign : null
      await d.sync(between)
    }
    await pass(1)
  }

  await ask({ scope: ['west'] })
  // The line is good again. What one sends the others may have to be told: three rounds.
  for (let round = 0; round < 3; round += 1) for (const d of devices) await d.settle()
  const diagnoses = []
  for (const d of devices) {
    const { issueCount, log, dirty } = await d.diagnose()
    diagnoses.push({ name: d.name, issueCount, dirty, log: issueCount ? log : '' })
  }
  const rows = {}
  const messages = {}
  for (const d of devices) {
    rows[d.name] = {}
    for (const table of ['tickets', 'work_orders', 'work_events', 'visits', 'photos', 'measurements', 'notes']) {
      rows[d.name][table] = (await d.raws(table)).length
    }
    messages[d.name] = await d.raws('sync_messages')
  }
  const whole = devices[devices.length - 1]
  const orders = await whole.raws('work_orders')
  const events = await whole.raws('work_events')
  // Everything that somebody made is there, or they were told why not.
  const told = new Set(Object.values(messages).flat().map((m) => m.subject_id))
  const there = new Set()
  for (const table of new Set(made.values())) for (const row of await whole.raws(table)) there.add(row.id)
  const missing = [...made].filter(([id]) => !there.has(id) && !told.has(id)).map(([id, table]) => `${table} ${id}`)
  say({ done: { count, diagnoses, rows, orders, events, missing, faults, messages: Object.values(messages).flat() } })
}

main().then(
  // A pipe takes a long line in parts.
  () => process.stdout.write('', () => process.exit(0)),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
