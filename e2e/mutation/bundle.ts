/**
 * One file of all judges: the project's tests that exercise the stack, with src/tcp replaced by its instrumented text and `vitest` by the
 * harness beside this file. Loaded once by each process that judges; a mutant then costs no more than the tests that it needs.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import type { Plugin } from 'vite'

/** Tests of the stack itself, its properties, the state matrix, our packetdrill scripts, the simulated runs. No page; not the library's scenarios, which are played once for all their tests. */
const JUDGES = [
  /^src\/(tcp|host|packetdrill)\/.*\.(test|prop)\.ts$/,
  /^src\/sim\/(bulk|recovery|path-mtu|world)\.(test|prop)\.ts$/,
  /^src\/conformance\/.+\/.*\.test\.ts$/,
  /^e2e\/(packetdrill\/scripts|sim\/sim)\.test\.ts$/,
]

/** Of these, what takes long for its kills: whole transfers, thousands of cells and drawn inputs. Left out under `--quick`. */
const SLOW = /\.prop\.ts$|\/(matrix|bulk|sim|bbr3?|hystart-plus|window-growth)\.test\.ts$/

/** Which tests judge: those whose file name has `text`, and none that is slow where `quick` says so. */
export interface Panel {
  readonly text: string
  readonly quick: boolean
}

export async function bundleJudges(
  root: string,
  sources: ReadonlyMap<string, string>,
  outDir: string,
  panel: Panel,
): Promise<string> {
  const first = join(outDir, 'judges.ts')
  writeFileSync(first, entry(root, panel))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [judges(root, sources)],
    publicDir: false,
    build: {
      ssr: first,
      outDir,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      // A file of tests is imported for what it does; package.json says of src that nothing is.
      rollupOptions: { treeshake: false, output: { entryFileNames: 'judges.mjs', codeSplitting: false } },
    },
  })
  return join(outDir, 'judges.mjs')
}

function judges(root: string, sources: ReadonlyMap<string, string>): Plugin {
  const harness = JSON.stringify(join(root, 'e2e/mutation/harness.ts'))
  return {
    name: 'judges',
    enforce: 'pre',
    resolveId: (id) => (id === 'vitest' ? join(root, 'e2e/mutation/harness.ts') : undefined),
    load: (id) => {
      const source = sources.get(relative(root, id))
      return source === undefined ? undefined : `import { stryMutAct_9fa48, stryCov_9fa48 } from ${harness}\n${source}`
    },
    transform: (code, id) => {
      const name = relative(root, id)
      const placed = code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      if (!isJudge(name)) return placed === code ? undefined : placed
      return `import { enterFile, leaveFile } from ${harness}\nenterFile(${JSON.stringify(name)})\n${placed}\nleaveFile()`
    },
  }
}

function isJudge(name: string): boolean {
  return JUDGES.some((pattern) => pattern.test(name))
}

/** Imports every file of tests, then waits for questions. */
function entry(root: string, { text, quick }: Panel): string {
  const names = ['src', 'e2e/packetdrill', 'e2e/sim'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  const files = names.filter((name) => isJudge(name) && name.includes(text) && !(quick && SLOW.test(name))).toSorted()
  const imports = files.map((name) => `import ${JSON.stringify(join(root, name))}`)
  return [...imports, `import { serve } from ${JSON.stringify(join(root, 'e2e/mutation/judge.ts'))}`, 'serve()'].join(
    '\n',
  )
}
