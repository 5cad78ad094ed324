/**
 * Starts the command line: bundles src/cli/main.ts into .cache (a fraction of a second) and runs the bundle in a process
 * of its own, so that the engine runs as plain modules and its memory can be measured. Node 20 cannot run TypeScript itself.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const fresh = `cli-${process.pid}`

mkdirSync(join(root, '.cache'), { recursive: true })
await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: 'src/cli/main.ts',
    outDir: join(root, '.cache', fresh),
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rollupOptions: { output: { entryFileNames: 'main.mjs', codeSplitting: false } },
  },
})
const file = join(root, '.cache', `${fresh}.mjs`)
renameSync(join(root, '.cache', fresh, 'main.mjs'), file)
const { status } = spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' })
rmSync(file, { force: true })
rmSync(join(root, '.cache', fresh), { recursive: true, force: true })
process.exitCode = status ?? 1
