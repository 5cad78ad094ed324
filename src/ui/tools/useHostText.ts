/** What a command prints on a host, asked of the worker as the clock moves: one question at a time, and the newest when the last is answered. */
import { useEffect, useRef, useState } from 'react'
import { useClient, useStore } from '../../store'
import type { TextLine } from '../../trace'

export interface Printed {
  readonly host: number
  readonly command: string
  readonly lines: readonly TextLine[]
  readonly error: string
}

export interface Answers {
  readonly now: Printed
  /** What the same command printed at the moment before; undefined for none. */
  readonly before: Printed | undefined
}

/** The newest answer with the one before it; null before the first. */
export function useHostText(host: number, command: string): Answers | null {
  const client = useClient()
  const moment = useStore(({ snapshot, branch }) => `${branch} ${snapshot?.position.step} ${snapshot?.position.at}`)
  const question = `${host} ${command}\n${moment}`
  const wanted = useRef({ host, command, question })
  const asking = useRef(false)
  const [answers, setAnswers] = useState<Answers | null>(null)
  useEffect(() => {
    wanted.current = { host, command, question }
    if (asking.current) return
    asking.current = true
    const ask = async (): Promise<void> => {
      const asked = wanted.current
      const reply = await client.hostText(asked.host, asked.command)
      if (reply !== undefined) {
        const now = { host: asked.host, command: asked.command, ...reply }
        setAnswers((last) => ({ now, before: isSame(last?.now, now) ? last?.now : undefined }))
      }
      if (reply !== undefined && asked.question !== wanted.current.question) return ask()
      asking.current = false
      return undefined
    }
    void ask()
  }, [client, host, command, question])
  return answers
}

function isSame(one: Printed | undefined, other: Printed): boolean {
  return one?.host === other.host && one.command === other.command
}
