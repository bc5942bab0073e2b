// A phone: the real library on a memory database, and a line to the server that may lose answers.
'use strict'

const crypto = require('node:crypto')
const { Database, Q } = require('@nozbe/watermelondb')
const LokiJSAdapter = require('@nozbe/watermelondb/adapters/lokijs').default
const { setGenerator } = require('@nozbe/watermelondb/utils/common/randomId')
const { synchronize, hasUnsyncedChanges } = require('@nozbe/watermelondb/sync')
const { diagnoseSyncConsistency } = require('@nozbe/watermelondb/diagnostics')
const { schema, modelClasses } = require('./schema')

class Lost extends Error {}
class Refused extends Error {
  constructor(status, body) {
    super(`${status} ${body}`)
    this.status = status
  }
}

// A column of each table that the app writes, to mark a row with.
const WRITTEN = { tickets: 'text', work_events: 'kind', visits: 'kind', photos: 'kind', measurements: 'item', notes: 'text' }
// A column that only the server fills, of tables whose `actor_id` may be empty.
const FILLED = { tickets: 'code', notes: 'audience' }

class Device {
  // `ids`: how the app makes ids, as the library does or as UUIDs. `skew`: how far its clock is off, milliseconds.
  constructor({ base, token, name, ids, skew, clock, count }) {
    Object.assign(this, { base, token, name, ids, skew, clock, count, fault: null, isAhead: false })
    const adapter = new LokiJSAdapter({
      schema,
      dbName: name,
      useWebWorker: false,
      useIncrementalIndexedDB: false,
      extraLokiOptions: { autosave: false },
    })
    this.database = new Database({ adapter, modelClasses })
  }

  now() {
    return this.clock.now + this.skew
  }

  async call(method, path, body) {
    const headers = { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' }
    const reply = await fetch(`${this.base}${path}`, { method, headers, body: body && JSON.stringify(body) })
    const text = await reply.text()
    if (!reply.ok) throw new Refused(reply.status, text)
    return JSON.parse(text)
  }

  async register() {
    const body = { nonce: `nonce of ${this.name}`, name: this.name, platform: 'node', app_version: '1' }
    this.id = (await this.call('POST', '/v1/sync/devices', body)).id
    this.account = (await this.call('GET', '/v1/me')).id
  }

  // A call whose answer may be lost after the server has handled it, or that is sent twice.
  async overTheLine(kind, send) {
    const fault = this.fault === kind ? 'lose' : this.fault === `${kind} twice` ? 'twice' : null
    if (fault) this.fault = null
    if (fault === 'twice') {
      this.count.repeated += 1
      await send()
    }
    const answer = await send()
    if (fault === 'lose') {
      this.count.lost += 1
      throw new Lost(kind)
    }
    return answer
  }

  pullChanges({ lastPulledAt, schemaVersion, migration }) {
    const query = `last_pulled_at=${lastPulledAt}&schema_version=${schemaVersion}&migration=${encodeURIComponent(JSON.stringify(migration))}`
    return this.overTheLine('pull', () => this.call('GET', `/v1/watermelon/sync?device=${this.id}&${query}`))
  }

  // What the server acknowledged and lost in a restore is marked as changed, so that the library pushes it again. Others' rows that the
  // server does not know are given up.
  async sendAgain(changes) {
    const mark = (row, columns) =>
      row.prepareUpdate((r) => {
        for (const column of columns) {
          const value = r._raw[column]
          r._setRaw(column, typeof value === 'number' ? 0 : '')
          r._setRaw(column, value)
        }
      })
    await this.database.write(async () => {
      const batch = []
      for (const table of Object.keys(WRITTEN)) {
        const there = new Map(changes[table].updated.map((row) => [row.id, row]))
        for (const row of await this.rows(table)) {
          const { id, actor_id, _status } = row._raw
          if (_status !== 'synced') continue
          const isOwn = actor_id ? actor_id === this.account : !row._raw[FILLED[table]]
          const known = there.get(id)
          if (!known && isOwn) batch.push(mark(row, [WRITTEN[table]]))
          else if (!known) batch.push(row.prepareDestroyPermanently())
          else if (isOwn && table === 'notes' && known.text !== row._raw.text) batch.push(mark(row, ['text']))
          else if (isOwn && table === 'visits' && row._raw.left_at && !known.left_at) batch.push(mark(row, ['left_at', 'outcome']))
        }
      }
      this.count.sentAgain += batch.length
      await this.database.batch(batch)
    })
  }

  // One try, as an app makes it when it has a network. `between`: what others do between its pull and its push.
  async trySync(between) {
    await synchronize({
      database: this.database,
      sendCreatedAsUpdated: true,
      pullChanges: async (args) => {
        const answer = await this.pullChanges(args)
        if (answer.send_again) await this.sendAgain(answer.changes)
        return answer
      },
      // The library calls this between its two writes: the rows are applied, the number is not stored.
      onDidPullChanges: () => {
        if (this.fault !== 'kill') return
        this.count.killed += 1
        throw new Lost('kill')
      },
      pushChanges: async ({ changes, lastPulledAt }) => {
        if (between) await between()
        const path = `/v1/watermelon/sync?device=${this.id}&last_pulled_at=${lastPulledAt}&sent_at=${this.now()}`
        await this.overTheLine('push', () => this.call('POST', path, changes))
      },
    })
  }

  // Whether it went well; what cannot be expected of a network and of other people is thrown on.
  async sync(between) {
    try {
      await this.trySync(between)
      this.isAhead = false
      return true
    } catch (error) {
      if (error instanceof Refused && error.status === 409) this.count.outdated += 1
      else if (!(error instanceof Lost)) throw error
      return false
    } finally {
      this.fault = null
    }
  }

  async settle() {
    for (let tries = 0; tries < 5; tries += 1) if (await this.sync()) return
    throw new Error(`${this.name} cannot sync`)
  }

  async diagnose() {
    const { issueCount, log } = await diagnoseSyncConsistency({
      db: this.database,
      synchronize: () => this.trySync(),
      pullChanges: async (args) => (await this.pullChanges(args)).changes,
    })
    return { issueCount, log, dirty: await hasUnsyncedChanges({ database: this.database }) }
  }

  rows(table, ...clauses) {
    return this.database.get(table).query(...clauses).fetch()
  }

  async raws(table) {
    return (await this.rows(table)).map((row) => row._raw)
  }

  find(table, column, value) {
    return this.rows(table, Q.where(column, value))
  }

  create(table, columns) {
    if (this.ids === 'uuid') setGenerator(() => crypto.randomUUID())
    else setGenerator(() => crypto.randomBytes(16).reduce((id, byte) => id + '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[byte % 62], ''))
    return this.database.write(() =>
      this.database.get(table).create((row) => Object.entries(columns).forEach(([name, value]) => row._setRaw(name, value))),
    )
  }

  change(row, columns) {
    return this.database.write(() => row.update((r) => Object.entries(columns).forEach(([name, value]) => r._setRaw(name, value))))
  }

  remove(row) {
    return this.database.write(() => row.markAsDeleted())
  }
}

module.exports = { Device }
