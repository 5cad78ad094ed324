/** Sums what a browser must fetch before the first picture (script and style named in index.html), gzipped, and holds it to its limit. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KIB = 160
const html = readFileSync('dist/index.html', 'utf8')
const files = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1])
const sizes = files.map((file) => ({ file, kib: gzipSync(readFileSync(`dist/${file}`)).length / 1024 }))
const sum = sizes.reduce((total, { kib }) => total + kib, 0)
for (const { file, kib } of sizes) console.log(`${kib.toFixed(1).padStart(7)} KiB  ${file}`)
console.log(`${sum.toFixed(1).padStart(7)} KiB  initial script, gzipped; limit ${LIMIT_KIB} KiB`)
if (files.length === 0 || sum > LIMIT_KIB) process.exitCode = 1
