// SPDX-License-Identifier: EUPL-1.2
//
// Runs Secvisogram's schema, mandatory and optional tests over the documents in a
// folder, and prints what they find: node validate.mjs LIBRARY FOLDER

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [library, folder] = process.argv.slice(2)
const load = (name) => import(pathToFileURL(join(library, name)))
const [basic, optional, { default: validate }] = await Promise.all([load('basic.js'), load('optionalTests.js'), load('validate.js')])

const out = {}
for (const name of readdirSync(folder)) {
  const document = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const { tests } = await validate([...Object.values(basic), ...Object.values(optional)], document)
  out[name] = { tests: tests.length, errors: [], warnings: [] }
  for (const test of tests) {
    out[name].errors.push(...test.errors.map((e) => `${test.name}: ${e.instancePath} ${e.message}`))
    out[name].warnings.push(...test.warnings.map((w) => `${test.name}: ${w.instancePath} ${w.message}`))
  }
}
console.log(JSON.stringify(out))
