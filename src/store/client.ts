/**
 * The page's end of the message port. Each request gets a promise that its one reply settles: with the reply, or with undefined after
 * the failure's sentence was given to `onFailure`. It knows a port, not a Worker, so that tests speak to it directly.
 */
import type {
  Action,
  ExportFormat,
  FromWorker,
  Reply,
  SeekTarget,
  SessionInfo,
  SessionSource,
  StepUnit,
  TcpInfo,
  TextLine,
  ToWorker,
} from '../trace'

/** The part of a Worker that is used. */
export interface WorkerPort {
  postMessage(message: ToWorker): void
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null
}

type Unsolicited = Exclude<FromWorker, { readonly type: 'reply' | 'failed' }>

export interface ClientListener {
  readonly onMessage: (message: Unsolicited) => void
  /** One sentence for the person. */
  readonly onFailure: (sentence: string) => void
  /** Calls back when what onMessage brought is on the screen. */
  readonly afterDrawing: (drawn: () => void) => void
}

export interface Client {
  /** The answer to each is false, or undefined, when it failed; the listener then has the sentence. */
  readonly load: (source: SessionSource) => Promise<{ readonly info: SessionInfo; readonly notice: string } | undefined>
  readonly play: (speed: number) => Promise<boolean>
  readonly pause: () => Promise<boolean>
  readonly seek: (target: SeekTarget) => Promise<boolean>
  readonly stepBy: (unit: StepUnit, direction: 1 | -1) => Promise<boolean>
  readonly stepThread: (thread: number) => Promise<boolean>
  readonly act: (action: Action) => Promise<boolean>
  readonly switchBranch: (branch: number) => Promise<boolean>
  readonly renameBranch: (branch: number, name: string) => Promise<boolean>
  readonly deleteBranch: (branch: number) => Promise<boolean>
  readonly packetBytes: (
    packet: number,
  ) => Promise<{ readonly bytes: Uint8Array; readonly headerLength: number } | undefined>
  readonly tcpInfo: (sockets: readonly number[]) => Promise<readonly (TcpInfo | null)[] | undefined>
  readonly hostText: (
    host: number,
    command: string,
  ) => Promise<{ readonly lines: readonly TextLine[]; readonly error: string } | undefined>
  readonly share: () => Promise<string | undefined>
  readonly export: (
    format: ExportFormat,
  ) => Promise<{ readonly name: string; readonly mime: string; readonly bytes: Uint8Array } | undefined>
}

type Request = ToWorker extends infer M ? (M extends { readonly id: number } ? Omit<M, 'id'> : never) : never

export function createClient(port: WorkerPort, listener: ClientListener): Client {
  const waiting = new Map<number, (reply: Reply | undefined) => void>()
  let lastId = 0

  port.onmessage = (event) => {
    const message = event.data
    if (message.type !== 'reply' && message.type !== 'failed') {
      listener.onMessage(message)
      if (message.type === 'frame') listener.afterDrawing(() => port.postMessage({ id: 0, type: 'drawn' }))
      return
    }
    const settle = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.type === 'failed') listener.onFailure(message.sentence)
    settle?.(message.type === 'reply' ? message.reply : undefined)
  }

  const request = (message: Request): Promise<Reply | undefined> =>
    new Promise((resolve) => {
      const id = ++lastId
      waiting.set(id, resolve)
      port.postMessage({ ...message, id })
    })
  const done = async (message: Request): Promise<boolean> => (await request(message)) !== undefined
  const expect = async <K extends Reply['kind']>(kind: K, message: Request) => {
    const reply = await request(message)
    return reply?.kind === kind ? (reply as Extract<Reply, { readonly kind: K }>) : undefined
  }

  return {
    load: (source) => expect('loaded', { type: 'load', source }),
    play: (speed) => done({ type: 'play', speed }),
    pause: () => done({ type: 'pause' }),
    seek: (target) => done({ type: 'seek', target }),
    stepBy: (unit, direction) => done({ type: 'stepBy', unit, direction }),
    stepThread: (thread) => done({ type: 'stepThread', thread }),
    act: (action) => done({ type: 'act', action }),
    switchBranch: (branch) => done({ type: 'switchBranch', branch }),
    renameBranch: (branch, name) => done({ type: 'renameBranch', branch, name }),
    deleteBranch: (branch) => done({ type: 'deleteBranch', branch }),
    packetBytes: (packet) => expect('packetBytes', { type: 'packetBytes', packet }),
    tcpInfo: async (sockets) => (await expect('tcpInfo', { type: 'tcpInfo', sockets }))?.infos,
    hostText: (host, command) => expect('hostText', { type: 'hostText', host, command }),
    share: async () => (await expect('share', { type: 'share' }))?.hash,
    export: (format) => expect('export', { type: 'export', format }),
  }
}

/** Stands in until there is a worker: everything fails quietly. */
export const NO_CLIENT: Client = createClient(
  { postMessage: () => undefined, onmessage: null },
  {
    onMessage: () => undefined,
    onFailure: () => undefined,
    afterDrawing: () => undefined,
  },
)
