/** The tests that mutation testing runs: all that exercise src/tcp closely, without the page and without the slow random ones. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'src/{tcp,host}/**/*.test.ts',
      'src/conformance/{clauses,rfc9293}/*.test.ts',
      'e2e/packetdrill/scripts.test.ts',
    ],
    environment: 'node',
    // The files share one copy of the stack: loading it anew for each file would be most of a mutant's time.
    isolate: false,
  },
})
