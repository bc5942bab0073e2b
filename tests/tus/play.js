// Plays what happens to uploads in the field with the real tus-js-client: lines that break, wrong offsets, two clients at once, a server that
// restarts, an upload that expires. What only the test can do (restart, move the clock, push) is asked of it, a line each way.
'use strict'

const net = require('node:net')
const fs = require('node:fs')
const readline = require('node:readline')
const tus = require('tus-js-client')

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const hear = async () => JSON.parse((await lines.next()).value)
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const ask = async (what) => {
  say({ ask: what })
  return hear()
}

let seed = 1
const dice = (below) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}

// A line to the server that breaks after so many bytes, as often as `cuts` says.
const faulty = (port, cuts) =>
  new Promise((ready) => {
    const count = { cut: 0 }
    const server = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1')
      let left = count.cut < cuts ? 500 + dice(200_000) : Infinity
      const end = () => {
        near.destroy()
        far.destroy()
      }
      near.on('data', (bytes) => {
        left -= bytes.length
        if (left > 0) return far.write(bytes)
        count.cut += 1
        // The server may have got the last of it or not.
        far.write(bytes.subarray(0, Math.max(0, bytes.length + left)), end)
      })
      far.on('data', (bytes) => near.write(bytes))
      for (const side of [near, far]) side.on('error', end).on('close', end)
    })
    server.listen(0, '127.0.0.1', () => ready({ port: server.address().port, count, close: () => server.close() }))
  })

// A line on which the first answers are lost: the server does what was asked, and nobody hears of it.
const deaf = (port, answers) =>
  new Promise((ready) => {
    const count = { lost: 0 }
    const server = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1')
      const end = () => {
        near.destroy()
        far.destroy()
      }
      near.on('data', (bytes) => far.write(bytes))
      far.on('data', (bytes) => {
        if (count.lost >= answers) return near.write(bytes)
        count.lost += 1
        end()
      })
      for (const side of [near, far]) side.on('error', end).on('close', end)
    })
    server.listen(0, '127.0.0.1', () => ready({ port: server.address().port, count, close: () => server.close() }))
  })

const story = { seen: [] }

const upload = (port, photo, options = {}) => {
  const bytes = fs.readFileSync(options.file ?? photo.file)
  let made
  const done = new Promise((resolve) => {
    made = new tus.Upload(bytes, {
      endpoint: `http://127.0.0.1:${port}/v1/uploads`,
      headers: { Authorization: `Bearer ${story.token}` },
      metadata: { photo_id: photo.id },
      retryDelays: Array(40).fill(20),
      onSuccess: () => resolve({ ok: true, url: made.url }),
      onError: (error) => {
        const response = error.originalResponse
        resolve({ ok: false, status: response?.getStatus(), body: response?.getBody(), text: String(error) })
      },
      onAfterResponse: (request, response) => {
        story.seen.push(`${request.getMethod()} ${response.getStatus()}`)
      },
      ...options,
    })
    made.start()
  })
  return { made, done }
}

const must = (outcome, what) => {
  if (!outcome.ok) throw new Error(`${what}: ${JSON.stringify(outcome)}`)
  return outcome
}

const scenes = {
  async whole(port, photo) {
    must(await upload(port, photo).done, 'in one piece')
  },

  async pieces(port, photo) {
    must(await upload(port, photo, { chunkSize: 65_536, uploadDataDuringCreation: true }).done, 'in pieces')
  },

  async cut(port, photo) {
    const line = await faulty(port, 8)
    must(await upload(line.port, photo).done, 'over a line that breaks')
    line.close()
    if (line.count.cut < 3) throw new Error(`the line broke ${line.count.cut} times only`)
  },

  async offsets(port, photo) {
    let lies = 2
    const onBeforeRequest = (request) => {
      if (request.getMethod() === 'PATCH' && lies-- > 0) request.setHeader('Upload-Offset', '7')
    }
    must(await upload(port, photo, { onBeforeRequest }).done, 'with wrong offsets')
    if (!story.seen.includes('PATCH 409')) throw new Error('no offset was refused')
  },

  async twice(port, photo) {
    // The first one makes the upload; then both go on with it.
    const first = await new Promise((resolve) => {
      const begun = upload(port, photo, { chunkSize: 30_000, onChunkComplete: () => resolve(begun) })
    })
    const second = upload(port, photo, { chunkSize: 50_000, uploadUrl: first.made.url })
    must(await first.done, 'the first of two')
    must(await second.done, 'the second of two')
  },

  // The answer to a creation that brought all bytes is lost, twice.
  async lost(port, photo) {
    const line = await deaf(port, 2)
    const outcome = must(await upload(line.port, photo, { uploadDataDuringCreation: true }).done, 'over a line that loses answers')
    line.close()
    if (line.count.lost !== 2) throw new Error(`${line.count.lost} answers were lost`)
    if (!outcome.url || story.seen.some((seen) => seen !== 'POST 201')) throw new Error(JSON.stringify(story.seen))
  },

  // The app was stopped before it heard that all had arrived, and begins anew.
  async known(port, photo) {
    const first = must(await upload(port, photo).done, 'the first time')
    const again = must(await upload(port, photo).done, 'the second time')
    const along = must(await upload(port, photo, { uploadDataDuringCreation: true }).done, 'the third time')
    const name = (outcome) => outcome.url.split('/').pop()
    if (name(again) !== name(first) || name(along) !== name(first)) throw new Error('it became another upload')
    if (story.seen.includes('POST 409')) throw new Error('a repeated creation was refused')
  },

  async restart(port, photo) {
    let pieces = 0
    const begun = upload(port, photo, {
      chunkSize: 40_000,
      retryDelays: Array(200).fill(50),
      onChunkComplete: () => {
        if (++pieces === 2) say({ ask: 'restart' })
      },
    })
    must(await begun.done, 'over a restart')
    await hear()
  },

  async expiry(port, photo) {
    const url = await new Promise((resolve) => {
      const begun = upload(port, photo, { chunkSize: 30_000, onChunkComplete: () => begun.made.abort().then(() => resolve(begun.made.url)) })
    })
    story.token = (await ask('a week')).token
    const outcome = must(await upload(port, photo, { uploadUrl: url }).done, 'after it expired')
    if (outcome.url === url || !story.seen.includes('HEAD 410')) throw new Error('the old upload went on')
  },

  async mismatch(port, photo) {
    const outcome = await upload(port, photo, { file: photo.other }).done
    if (outcome.status !== 422 || JSON.parse(outcome.body).code !== 'bytes_mismatch') throw new Error(JSON.stringify(outcome))
    must(await upload(port, photo).done, 'the original after others')
  },

  async early(port, photo) {
    let told
    const heard = new Promise((resolve) => (told = resolve))
    const begun = upload(port, photo, {
      onAfterResponse: (_, response) => {
        if (response.getStatus() === 409 && JSON.parse(response.getBody()).code === 'photo_unknown') told()
      },
      retryDelays: Array(200).fill(50),
    })
    await heard
    await ask('push')
    must(await begun.done, 'before its declaration')
  },
}

const main = async () => {
  const { port, token, photos } = await hear()
  story.token = token
  for (const photo of photos) {
    story.seen = []
    await scenes[photo.scene](port, photo)
    say({ played: photo.scene, seen: [...new Set(story.seen)] })
  }
  process.exit(0)
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
