// Serves S3 out of the folder of the first argument until its input ends; says at which port.
'use strict'

const S3rver = require('s3rver')

const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: process.argv[2],
  configureBuckets: [{ name: 'evidence', configs: [] }],
})
server.run().then(({ port }) => {
  process.stdout.write(`${port}\n`)
  process.stdin.resume().on('end', () => process.exit(0))
})
