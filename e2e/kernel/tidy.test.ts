/** Whatever a test does with the kernel, nothing of it is left: no process, no namespace, within a bounded time. */
import { readdirSync, readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeWithKernel, python } from './talk'
import { openKernel } from './wire'

const ADDRESSES = { address: '10.77.9.2', peer: '10.77.9.1' }

/** Network namespaces that some process lives in. */
function namespaces(): Set<string> {
  const found = new Set<string>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      found.add(readlinkSync(`/proc/${pid}/ns/net`))
    } catch {
      // It has ended meanwhile, or is not ours to look at.
    }
  }
  return found
}

async function gone(namespace: string, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs
  while (namespaces().has(namespace)) {
    if (Date.now() > end) return false
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
  return true
}

const FOREVER = python('print("listening", flush=True); time.sleep(1000)')

describeWithKernel('nothing is left behind', () => {
  test('when a test has ended, its namespace and the program in it are gone', async () => {
    const wire = openKernel({ ...ADDRESSES, run: FOREVER, limitSeconds: 30 })
    const namespace = (await wire.shell('readlink /proc/self/ns/net')).trim()
    expect(namespaces()).toContain(namespace)
    wire.close()
    expect(await gone(namespace, 10_000)).toBe(true)
  })

  test('when a test forgets to end it, its time is over by itself', async () => {
    const wire = openKernel({ ...ADDRESSES, run: FOREVER, limitSeconds: 2 })
    const namespace = (await wire.shell('readlink /proc/self/ns/net')).trim()
    expect(namespaces()).toContain(namespace)
    expect(await gone(namespace, 15_000)).toBe(true)
    wire.close()
  })
})
