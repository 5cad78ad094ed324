/** Files in and out of the page: saving what the worker exports, reading what a person opens. */
import { store } from '../../store'
import type { ExportFormat } from '../../trace'
import { textOf } from '../text'

/** Larger files are not sessions. */
const MOST_BYTES = 8_000_000

export async function saveExport(format: ExportFormat): Promise<void> {
  const { client, tell, locale } = store.getState()
  const file = await client.export(format)
  if (file === undefined) return
  saveBytes(file.name, file.mime, file.bytes)
  tell(textOf(locale).exports.saved(file.name))
}

export function saveBytes(name: string, mime: string, bytes: Uint8Array | string): void {
  const part = typeof bytes === 'string' ? bytes : new Uint8Array(bytes)
  const url = URL.createObjectURL(new Blob([part], { type: mime }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has its own reference by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** The text of a file; undefined after the person was told why not. */
export async function readText(file: File): Promise<string | undefined> {
  const { tell, locale } = store.getState()
  const text = textOf(locale).files
  if (file.size > MOST_BYTES) {
    tell(text.tooBig(file.name), 'failure')
    return undefined
  }
  try {
    return await file.text()
  } catch {
    tell(text.unreadable(file.name), 'failure')
    return undefined
  }
}
