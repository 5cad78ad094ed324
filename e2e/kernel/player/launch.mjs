/** Starts a program of this folder's neighbours: bundles it into .cache and runs it in a process of its own. First argument: the program's file. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const outDir = join(root, '.cache', `kernel-${process.pid}`)
const [program, ...words] = process.argv.slice(2)

mkdirSync(outDir, { recursive: true })
await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: program,
    outDir,
    target: 'node20',
    minify: false,
    rollupOptions: { output: { entryFileNames: 'main.mjs', codeSplitting: false } },
  },
})
const { status } = spawnSync(process.execPath, [join(outDir, 'main.mjs'), ...words], {
  stdio: 'inherit',
  env: { ...process.env, TCPSCOPE_ROOT: root },
})
rmSync(outDir, { recursive: true, force: true })
process.exitCode = status ?? 1
