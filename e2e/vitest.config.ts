/**
 * Tests across the project's border that need no browser: Wireshark reads our captures, the command line is used as a person
 * uses it, a real kernel talks to our stack, scripts and simulated runs are played.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['e2e/{wireshark,cli,kernel,packetdrill,sim,mutation,tools}/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['e2e/tools/install-missing.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxConcurrency: 2,
    maxWorkers: 2,
  },
})
