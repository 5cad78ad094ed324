/** Two hosts and a wire with nothing running: everything that happens is what a person does. */
import type { ScenarioDocument } from '../document'
import { client, server, V1 } from './parts'

export const playground: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'empty',
    title: 'Empty playground',
    summary: 'Two machines and a cable, nothing else: every call is yours.',
    hint: 'Try: socket, bind to port 80 and listen on the server; socket and connect on the client.',
    watch: ['What each call returns, and what it puts on the wire'],
    focus: 'everything',
    hosts: [client(), server()],
  },
]
