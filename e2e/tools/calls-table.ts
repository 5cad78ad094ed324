/** `npm run calls:table`: writes the table of calls, as src/conformance/calls has it, into ARCHITECTURE.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { documented } from '../../src/conformance'

const PATH = 'ARCHITECTURE.md'
writeFileSync(PATH, documented(readFileSync(PATH, 'utf8')))
