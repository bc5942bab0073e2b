// The app's schema: api-spec/watermelon-schema.json, which the tests lay beside this file.
'use strict'

const { Model, appSchema, tableSchema } = require('@nozbe/watermelondb')

const { version, tables } = require('./watermelon-schema.json')

const schema = appSchema({ version, tables: tables.map(tableSchema) })

const TABLES = tables.map(({ name }) => name)

const modelClasses = TABLES.map((table) => {
  class Row extends Model {}
  Row.table = table
  return Row
})

module.exports = { schema, modelClasses, TABLES }
